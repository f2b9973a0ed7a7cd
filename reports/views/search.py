"""Search: a page, and the lines of the command palette."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.models import Account
from core.context_processors import navigation
from core.http import AuthenticatedRequest
from organisation.access import require
from organisation.models import SavedView
from organisation.permissions import Permission
from reports.queries.search import Found, search
from tickets.models import Ticket

PALETTE = "palette-results"
PALETTE_LINES = 6
PAGE_LINES = 50
ACTIONS = (
    (_("Add an account"), "accounts:account_create", "plus", Permission.EDIT_ACCOUNTS),
    (_("New ticket"), "tickets:ticket_create", "plus", Permission.EDIT_TICKETS),
    (
        _("Import a file"),
        "integrations:import_create",
        "database-import",
        Permission.RUN_IMPORTS,
    ),
    (_("Manage saved views"), "reports:saved_views", "bookmark", None),
    (_("Your profile"), "organisation:profile", "user", None),
    (_("Invite a person"), "organisation:person_invite", "user-plus", "manage_people"),
)


@require_safe
@cache_control(private=True, no_store=True)
@require(Permission.VIEW_ACCOUNTS)
def search_page(request: AuthenticatedRequest) -> HttpResponse:
    """What the words find; the palette gets lines, everybody else a page."""
    text = request.GET.get("q", "")
    is_palette = bool(request.htmx) and request.htmx.target == PALETTE
    visible = Account.objects.visible_to(request.user)
    limit = PALETTE_LINES if is_palette else PAGE_LINES
    tickets = Ticket.objects.visible_to(request.user)
    found = search(visible, text, limit=limit, tickets=tickets)
    context: dict[str, Any] = {
        "found": found,
        "search_query": found.text,
        "actions": _actions(request, found),
        "views": _views(request, found),
    }
    if is_palette:
        context["tickets"] = [_ticket_line(ticket) for ticket in found.tickets]
        return render(request, "reports/search_lines.html", context)
    context["pages"] = _pages(request, found)
    return render(request, "reports/search.html", context)


def _has_words(label: object, words: str) -> bool:
    return bool(words) and words.lower() in str(label).lower()


def _ticket_line(ticket: Ticket) -> dict[str, Any]:
    """ "T-1042 Exports time out, Northwind" and how it stands."""
    label = f"{ticket.number} {ticket.subject}".strip()
    return {
        "label": f"{label}, {ticket.account.name}" if ticket.account else label,
        "hint": ticket.get_status_display(),
        "href": reverse("tickets:ticket", args=[ticket.public_id]),
    }


def _actions(request: AuthenticatedRequest, found: Found) -> list[dict[str, Any]]:
    lines = []
    for label, url_name, icon, permission in ACTIONS:
        if permission and not request.user.has_perm_code(permission):
            continue
        if not _has_words(label, found.text):
            continue
        try:
            lines.append({"label": label, "href": reverse(url_name), "icon": icon})
        except NoReverseMatch:
            continue
    return lines


def _views(request: AuthenticatedRequest, found: Found) -> list[dict[str, Any]]:
    if not found.text:
        return []
    base = reverse("reports:portfolio")
    views = SavedView.objects.for_page(SavedView.Page.PORTFOLIO, request.user)
    matching = views.filter(name__icontains=found.text)[:PALETTE_LINES]
    return [{"label": view.name, "href": f"{base}?{view.query}"} for view in matching]


def _pages(request: AuthenticatedRequest, found: Found) -> list[Any]:
    sections = navigation(request)["navigation"]()
    links = [link for _label, links in sections for link in links]
    return [link for link in links if _has_words(link.label, found.text)]
