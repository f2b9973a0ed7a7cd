"""Overrides: those in force, and those of one account."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Account
from core.paging import Order, Page, keyset_page
from health.models import HealthOverride
from organisation.models import User

BY_END = Order("ends", "ends_on", is_nullable=False)
SHOWN_PAST = 10


def overrides_in_force(
    user: User, *, after: str = "", before: str = ""
) -> Page[HealthOverride]:
    """One page of what holds now, the next to end first."""
    rows = HealthOverride.objects.in_force().visible_to(user)
    return keyset_page(_told(rows), order=BY_END, after=after, before=before)


def override_in_force(account: Account) -> HealthOverride | None:
    """What holds for this account now."""
    return _told(HealthOverride.objects.in_force().filter(account=account)).first()


def past_overrides(account: Account) -> list[HealthOverride]:
    """What held before, the newest first."""
    rows = HealthOverride.objects.filter(account=account, ended_at__isnull=False)
    return list(_told(rows).order_by("-ended_at", "-pk")[:SHOWN_PAST])


def _told(rows: QuerySet[HealthOverride]) -> QuerySet[HealthOverride]:
    return rows.select_related("account", "set_by", "ended_by").defer(
        "account__search", "account__custom"
    )
