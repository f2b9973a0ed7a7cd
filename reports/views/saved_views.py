"""Saved views: keep a list under a name, rename, share, delete."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.models import SavedView
from organisation.permissions import Permission
from reports.forms import SavedViewForm, SaveViewForm
from reports.services import delete_view, save_view, update_view


@require_safe
@cache_control(private=True, no_store=True)
@require(Permission.VIEW_ACCOUNTS)
def saved_views(request: AuthenticatedRequest) -> HttpResponse:
    """Every view one may change, with a form each."""
    return _page(request)


@require_POST
@require(Permission.VIEW_ACCOUNTS)
def saved_view_create(request: AuthenticatedRequest) -> HttpResponse:
    """Keep the list one is looking at."""
    form = SaveViewForm(request.POST, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            view = save_view(by=request.user, **data)
            toast(request, _("Saved as “%(name)s”.") % {"name": view.name})
        except ValidationError as wrong:
            form.add_error(None, ValidationError(wrong.messages))
    for errors in form.errors.values():
        toast(request, str(errors[0]), level=messages.ERROR)
    page, query = request.POST.get("page", ""), request.POST.get("query", "")
    return HttpResponseRedirect(_list_address(page, query))


@require_POST
@require(Permission.VIEW_ACCOUNTS)
def saved_view_update(
    request: AuthenticatedRequest, public_id: uuid.UUID
) -> HttpResponse:
    """Rename a view, share it or stop sharing it."""
    view = _changeable(request, public_id)
    form = SavedViewForm(
        request.POST, instance=view, user=request.user, prefix=str(public_id)
    )
    if form.is_valid():
        shared = form.cleaned_data.get("is_shared", view.is_shared)
        name = form.cleaned_data["name"]
        try:
            update_view(view, by=request.user, name=name, is_shared=shared)
            toast(request, _("Saved."))
            return HttpResponseRedirect(reverse("reports:saved_views"))
        except ValidationError as wrong:
            form.add_error("name", ValidationError(wrong.messages))
    return _page(request, {view.pk: form}, status=422)


@require_POST
@require(Permission.VIEW_ACCOUNTS)
def saved_view_delete(
    request: AuthenticatedRequest, public_id: uuid.UUID
) -> HttpResponse:
    """Remove a view."""
    view = _changeable(request, public_id)
    delete_view(view, by=request.user)
    toast(request, _("“%(name)s” removed.") % {"name": view.name})
    return HttpResponseRedirect(reverse("reports:saved_views"))


def _changeable(request: AuthenticatedRequest, public_id: uuid.UUID) -> SavedView:
    views = SavedView.objects.changeable_by(request.user)
    return get_object_or_404(views, public_id=public_id)


def _page(
    request: AuthenticatedRequest,
    bound: dict[int, SavedViewForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    views = SavedView.objects.changeable_by(request.user).select_related("owner")
    rows = [
        (
            view,
            (bound or {}).get(view.pk)
            or SavedViewForm(
                instance=view, user=request.user, prefix=str(view.public_id)
            ),
            _list_address(view.page, view.query),
        )
        for view in views
    ]
    return render(request, "reports/saved_views.html", {"rows": rows}, status=status)


_LISTS = {
    "alerts": "health:alerts",
    "tasks": "playbooks:tasks",
    "tickets": "tickets:queue",
}


def _list_address(page: str, query: str) -> str:
    base = reverse(_LISTS.get(page, "reports:portfolio"))
    return f"{base}?{query}" if query else base
