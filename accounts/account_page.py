"""The frame of every page of one account: head, tabs and what may be done there.

A tab of any room renders a template that extends ``accounts/account_base.html`` with
``account_page(request, account) | {...}``. Tabs are url names; one whose page is not
there, or not for this person, is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from accounts.queries import account_head, contact_count
from core.http import AuthenticatedRequest
from organisation.permissions import Permission


@dataclass(frozen=True)
class Tab:
    """One tab; ``covers`` names pages that light it up without being it."""

    label: Any
    url_name: str
    permission: Permission
    count: Callable[[Account], int] | None = None
    covers: tuple[str, ...] = ()


def _open_tickets(account: Account) -> int:
    # Reached through the relation: tickets stand above this room.
    return account.tickets.in_queue().count()


def _open_tasks(account: Account) -> int:
    # Reached through the relation: tasks stand above this room.
    return account.tasks.open().count()


TABS = (
    Tab(_("Overview"), "reports:account", Permission.VIEW_ACCOUNTS),
    Tab(_("Usage"), "usage:account_usage", Permission.VIEW_USAGE),
    Tab(
        _("Tickets"), "tickets:account_tickets", Permission.VIEW_TICKETS, _open_tickets
    ),
    Tab(
        _("Tasks"),
        "playbooks:account_tasks",
        Permission.VIEW_TASKS,
        _open_tasks,
        covers=("playbooks:account_task_",),
    ),
    Tab(
        _("Contacts"),
        "accounts:account_contacts",
        Permission.VIEW_ACCOUNTS,
        contact_count,
        covers=("accounts:contact", "accounts:contact_"),
    ),
    Tab(
        _("Revenue"),
        "revenue:account_revenue",
        Permission.VIEW_REVENUE,
        covers=("revenue:subscription_",),
    ),
    Tab(
        _("Timeline"),
        "accounts:account_timeline",
        Permission.VIEW_ACCOUNTS,
        covers=("accounts:touchpoint_",),
    ),
    Tab(_("Health history"), "health:account_health", Permission.VIEW_HEALTH),
)


def account_page(request: AuthenticatedRequest, account: Account) -> dict[str, Any]:
    """What ``accounts/account_base.html`` needs."""
    may = request.user.has_perm_code
    is_open = account.archived_at is None
    return {
        "account": account,
        "head": account_head(account),
        "tabs": _tabs(request, account),
        "crumbs": _crumbs(account),
        "may_edit": is_open and may(Permission.EDIT_ACCOUNTS),
        "may_restore": not is_open and may(Permission.EDIT_ACCOUNTS),
        "may_merge": is_open and may(Permission.MERGE_ACCOUNTS),
        "may_touch": is_open and may(Permission.EDIT_TOUCHPOINTS),
        "may_see_revenue": may(Permission.VIEW_REVENUE),
        "may_see_health": may(Permission.VIEW_HEALTH),
    }


def _tabs(request: AuthenticatedRequest, account: Account) -> list[dict[str, Any]]:
    match = request.resolver_match
    here = match.view_name if match else ""
    tabs = []
    for tab in TABS:
        if not request.user.has_perm_code(tab.permission):
            continue
        try:
            href = reverse(tab.url_name, args=[account.public_id])
        except NoReverseMatch:
            continue
        is_covered = any(
            here == name or (name.endswith("_") and here.startswith(name))
            for name in (tab.url_name, *tab.covers)
        )
        count = tab.count(account) if tab.count else None
        tabs.append(
            {
                "label": tab.label,
                "href": href,
                "is_on": is_covered,
                "count": count or None,
            }
        )
    return tabs


def _crumbs(account: Account) -> list[tuple[Any, str]]:
    portfolio = reverse("reports:portfolio")
    crumbs: list[tuple[Any, str]] = [(_("Portfolio"), portfolio)]
    if account.segment:
        crumbs.append(
            (account.segment.name, f"{portfolio}?segment={account.segment.slug}")
        )
    return crumbs
