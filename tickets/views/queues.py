"""The queue: a list of tickets, its live counts, and changes of many at once."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from core.http import AuthenticatedRequest
from core.paging import CursorRefused
from organisation.access import require
from organisation.permissions import Permission
from tickets.bulk_forms import BULK_STATUSES
from tickets.models import Ticket
from tickets.queue_page import (
    QueueState,
    bar_context,
    queue_context,
    table_context,
    views_context,
)


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
    context |= table_context(state, context["rows"])
    if not request.htmx:
        context |= bar_context(state)
    context |= {
        "may_edit": request.user.has_perm_code(Permission.EDIT_TICKETS),
        "may_share": request.user.has_perm_code(Permission.SHARE_VIEWS),
        "bulk_statuses": BULK_STATUSES,
        "priorities": Ticket.Priority.choices,
    }
    template = "tickets/queue.html" + ("#rows" if request.htmx else "")
    return render(request, template, context)


@require_safe
@require(Permission.VIEW_TICKETS)
def queue_counts(request: AuthenticatedRequest) -> HttpResponse:
    """The views with fresh counts; the page asks every half minute."""
    state = QueueState(request.user, request.GET, timezone.now())
    return render(request, "tickets/queue.html#views", views_context(state))
