"""The queue: a list of tickets, its live counts, and changes of many at once."""

from __future__ import annotations

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from core.http import AuthenticatedRequest
from core.paging import CursorRefused
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from tickets.bulk_forms import BULK_STATUSES
from tickets.columns_form import choice_of, choice_sent
from tickets.models import Ticket
from tickets.queue_page import (
    QueueState,
    bar_context,
    queue_context,
    table_context,
    views_context,
)
from tickets.services.queue_columns import choose_columns


@require_safe
@vary_on_headers("HX-Request")
@require(Permission.VIEW_TICKETS)
def queue(request: AuthenticatedRequest) -> HttpResponse:
    """The tickets of a view, what is due first at the top."""
    state = QueueState(request.user, request.GET, timezone.now())
    try:
        context = queue_context(state)
    except CursorRefused:
        return redirect(state.address())
    may_edit = request.user.has_perm_code(Permission.EDIT_TICKETS)
    context |= table_context(state, context["rows"], is_selectable=may_edit)
    if not request.htmx:
        context |= views_context(state) | bar_context(state)
    context |= {
        "may_edit": may_edit,
        "may_export": request.user.has_perm_code(Permission.EXPORT_LISTS),
        "may_share": request.user.has_perm_code(Permission.SHARE_VIEWS),
        "bulk_statuses": BULK_STATUSES,
        "priorities": Ticket.Priority.choices,
    }
    template = "tickets/queue.html" + ("#rows" if request.htmx else "")
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
@require(Permission.VIEW_TICKETS)
def queue_columns(request: AuthenticatedRequest) -> HttpResponse:
    """Choose the columns of the queue; they are this person's own."""
    sent = request.POST if request.method == "POST" else request.GET
    state = QueueState(request.user, QueryDict(sent.get("back", "")), timezone.now())
    back_url = state.address_here(col="")
    choice = choice_of(state.columns)
    if request.method == "POST":
        choice = choice_sent(request.POST)
        if "move" not in request.POST:
            keys = [] if "reset" in request.POST else choice.chosen
            choose_columns(by=request.user, keys=keys)
            toast(request, _("Columns saved."))
            if request.htmx:
                return HttpResponseClientRedirect(back_url)
            return redirect(back_url)
    context = {
        "choice": choice,
        "back": sent.get("back", ""),
        "back_url": back_url,
        "action": reverse("tickets:queue_columns"),
    }
    name = "queue_columns_sheet" if request.htmx else "queue_columns"
    return render(request, f"tickets/{name}.html", context)


@require_safe
@require(Permission.VIEW_TICKETS)
def queue_counts(request: AuthenticatedRequest) -> HttpResponse:
    """The views with fresh counts; the page asks every half minute."""
    state = QueueState(request.user, request.GET, timezone.now())
    return render(request, "tickets/queue.html#views", views_context(state))
