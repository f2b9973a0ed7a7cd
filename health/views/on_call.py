"""On call: who is paged, the pages there were, and answering one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.http import AuthenticatedRequest
from core.paging import CursorRefused
from core.toasts import toast
from health.models import OnCallPage
from health.on_call_forms import OnCallForm
from health.queries.on_call import (
    is_over,
    may_acknowledge,
    on_call_settings,
    page_list,
    page_to_show,
    reachable,
)
from health.services.on_call import (
    CannotAcknowledge,
    StaleOnCall,
    acknowledge_page,
    change_on_call,
    named_now,
)
from organisation.access import require
from organisation.permissions import Permission
from organisation.settings_tabs import settings_tabs
from tickets.models import Ticket


@require(Permission.EDIT_SUPPORT)
def on_call_settings_page(request: AuthenticatedRequest) -> HttpResponse:
    """Who is on call; nobody is paged before somebody is named."""
    settings, named = on_call_settings(), named_now()
    form = OnCallForm(request.POST or None, settings=settings, named=named)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            change_on_call(by=request.user, expected_version=version, **form.changes())
        except StaleOnCall as stale:
            settings = stale.current
            data = form.resent(settings.version)
            form = OnCallForm(data, settings=settings, named=named)
            form.add_error(None, _("Somebody else changed this. Save again."))
        except ValidationError as wrong:
            form.take_errors(wrong)
        else:
            toast(request, _("On-call settings saved."))
            return redirect("health:on_call_settings")
    context = {
        "form": form,
        "settings": settings,
        "is_on": settings.paging_since is not None,
        "reached": [row for row in reachable() if row.step == 1],
        "tabs": settings_tabs(request),
    }
    status = 422 if form.errors else 200
    return render(request, "health/on_call_settings.html", context, status=status)


@require_safe
@require(Permission.VIEW_TICKETS)
def on_call_pages(request: AuthenticatedRequest) -> HttpResponse:
    """Every page about tickets one may see, the newest first."""
    after, before = request.GET.get("cursor", ""), request.GET.get("before", "")
    only_open = request.GET.get("state") == "open"
    try:
        page = page_list(request.user, only_open=only_open, after=after, before=before)
    except CursorRefused:
        return redirect("health:on_call_pages")
    context = {
        "page": page,
        "only_open": only_open,
        "is_on": on_call_settings().paging_since is not None,
        "may_acknowledge": may_acknowledge(request.user),
        "may_set_up": request.user.has_perm_code(Permission.EDIT_SUPPORT),
    }
    return render(request, "health/on_call_pages.html", context)


@require_safe
@require(Permission.VIEW_TICKETS)
def ticket_on_call(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """How on call stands to a ticket, for the ticket's own page.

    Empty (204) when that is what stands there already: ``seen`` says what does. The
    button keeps the focus, and nothing is read out again.
    """
    visible = Ticket.objects.visible_to(request.user)
    ticket = get_object_or_404(visible, public_id=public_id)
    page = page_to_show(ticket)
    shown = None if page is None or is_over(page, timezone.now()) else page
    if request.GET.get("seen") == _state(shown):
        return HttpResponse(status=204)
    return _notice(request, ticket, shown)


@require_POST
@require(Permission.VIEW_TICKETS)
def on_call_acknowledge(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One deals with it; nobody is paged any more."""
    pages = OnCallPage.objects.visible_to(request.user).select_related("ticket")
    page, problem = get_object_or_404(pages, public_id=public_id), ""
    try:
        page = acknowledge_page(page, by=request.user)
    except CannotAcknowledge as refusal:
        problem = str(refusal)
    if request.htmx:
        now_there = page_to_show(page.ticket)
        return _notice(request, page.ticket, now_there, problem=problem)
    if problem:
        toast(request, problem, level=messages.ERROR)
    else:
        words = _("Nobody is paged about %(number)s any more.")
        toast(request, words % {"number": page.ticket.number})
    return redirect("tickets:ticket", page.ticket.public_id)


def _notice(
    request: AuthenticatedRequest,
    ticket: Ticket,
    page: OnCallPage | None,
    *,
    problem: str = "",
) -> HttpResponse:
    address = reverse("health:ticket_on_call", args=[ticket.public_id])
    context = {
        "page": page,
        "problem": problem,
        "may_acknowledge": page is not None and may_acknowledge(request.user),
        "poll_url": f"{address}?seen={_state(page)}",
    }
    return render(request, "health/ticket_on_call.html", context)


def _state(page: OnCallPage | None) -> str:
    """What the notice says, in a word."""
    if page is None:
        return "nothing"
    return f"{page.pk}-{page.rounds}-{page.end_reason or 'open'}"
