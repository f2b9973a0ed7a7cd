"""Logging, correcting and removing touchpoints. Each page also answers as a modal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import open_account_for, refuse_archived, touchpoint_for
from accounts.account_page import account_page
from accounts.forms import TouchpointForm
from accounts.services import delete_touchpoint, log_touchpoint, update_touchpoint
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission


@require(Permission.EDIT_TOUCHPOINTS)
def touchpoint_create(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Log a meeting, call or message."""
    account = open_account_for(request, public_id, Permission.EDIT_TOUCHPOINTS)
    form = TouchpointForm(request.POST or None, account=account, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            log_touchpoint(account=account, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The touchpoint is logged."))
            if is_modal(request):
                return HttpResponse(status=204, headers={"HX-Refresh": "true"})
            return redirect("accounts:account_timeline", account.public_id)
    status = 422 if form.errors else 200
    if is_modal(request):
        context = modal_context(request, form)
        return render(request, "components/modal.html", context, status=status)
    context = account_page(request, account) | {"form": form}
    return render(request, "accounts/touchpoint_create.html", context, status=status)


def is_modal(request: AuthenticatedRequest) -> bool:
    """Whether the page's dialog asks, which wants the form alone."""
    return bool(request.htmx) and request.htmx.target == "modal-body"


def modal_context(
    request: AuthenticatedRequest, form: TouchpointForm
) -> dict[str, Any]:
    """What ``components/modal.html`` needs to show the form."""
    return {
        "title": _("Log touchpoint"),
        "body_template": "accounts/touchpoint_fields.html",
        "action": request.path,
        "submit": _("Log touchpoint"),
        "form": form,
    }


@require(Permission.EDIT_TOUCHPOINTS)
def touchpoint_edit(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Correct a touchpoint."""
    row = touchpoint_for(request, public_id)
    refuse_archived(row.account)
    form = TouchpointForm(
        request.POST or None, account=row.account, user=request.user, touchpoint=row
    )
    if request.method == "POST" and form.is_valid():
        try:
            update_touchpoint(row, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            toast(request, _("The touchpoint is saved."))
            return redirect("accounts:account_timeline", row.account.public_id)
    context = account_page(request, row.account) | {"form": form, "touchpoint": row}
    status = 422 if form.errors else 200
    return render(request, "accounts/touchpoint_edit.html", context, status=status)


@require(Permission.EDIT_TOUCHPOINTS)
@require_POST
def touchpoint_delete(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Remove a touchpoint that never was one."""
    row = touchpoint_for(request, public_id)
    refuse_archived(row.account)
    delete_touchpoint(row, by=request.user)
    toast(request, _("The touchpoint is removed."))
    return redirect("accounts:account_timeline", row.account.public_id)
