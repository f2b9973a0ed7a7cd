"""The tickets tab of an account."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.access import account_for
from accounts.account_page import account_page
from core.http import AuthenticatedRequest
from core.paging import CursorRefused, Order, keyset_page
from organisation.access import require
from organisation.permissions import Permission
from tickets.queries import figures_of, tickets_of

BY_OPENING = Order("opened", "opened_at", is_descending=True, is_nullable=False)
STATES = (("", _("All")), ("open", _("Open")), ("done", _("Resolved")))
PER_PAGE = 30
LEVELS = {"critical": 4, "high": 3, "medium": 2, "low": 1}


@require_safe
@require(Permission.VIEW_TICKETS)
def account_tickets(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """What this customer asked for help with, newest first."""
    account = account_for(request, public_id, Permission.VIEW_TICKETS)
    state = request.GET.get("state", "")
    state = state if state in dict(STATES) else ""
    rows = tickets_of(account, state=state)
    try:
        page = keyset_page(
            rows,
            order=BY_OPENING,
            after=request.GET.get("cursor", ""),
            before=request.GET.get("before", ""),
            size=PER_PAGE,
        )
    except CursorRefused:
        page = keyset_page(rows, order=BY_OPENING, size=PER_PAGE)
    context = account_page(request, account) | {
        "page": page,
        "tickets": [(ticket, LEVELS[ticket.priority]) for ticket in page.rows],
        "state": state,
        "states": STATES,
        "figures": figures_of(account),
    }
    return render(request, "tickets/account_tickets.html", context)
