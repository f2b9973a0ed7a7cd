"""Alerts as lists show them: what is open or was, for the accounts somebody sees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from core.paging import Order, Page, keyset_page
from health.models import Alert, AlertRule
from organisation.models import User

BY_OPENING = Order("opened", "opened_at", is_descending=True, is_nullable=False)
BY_CLOSING = Order("closed", "closed_at", is_descending=True, is_nullable=False)
# The number beside the word in the side bar is for a glance, not for a report.
MOST_COUNTED = 999


def alert_list(
    user: User,
    *,
    state: str = "open",
    rule: AlertRule | None = None,
    severity: str = "",
    owner: str = "",
    account: UUID | None = None,
) -> QuerySet[Alert]:
    """Alerts this person may see, open or closed, narrowed by each given choice.

    ``owner`` is "me" or "none" (accounts that nobody owns).
    """
    found = Alert.objects.visible_to(user).filter(closed_at__isnull=state == "open")
    if rule is not None:
        found = found.filter(rule=rule)
    if severity:
        found = found.filter(rule__severity=severity)
    if owner == "me":
        found = found.filter(account__owner=user)
    elif owner == "none":
        found = found.filter(account__owner__isnull=True)
    if account is not None:
        found = found.filter(account__public_id=account)
    return found


def alert_page(
    alerts: QuerySet[Alert], *, is_open: bool, after: str = "", before: str = ""
) -> Page[Alert]:
    """One page, the newest first, with everything that a row says."""
    rows = alerts.select_related(
        "rule", "account__owner", "account__segment", "acknowledged_by", "closed_by"
    ).defer("account__search", "account__custom")
    order = BY_OPENING if is_open else BY_CLOSING
    return keyset_page(rows, order=order, after=after, before=before)


def chosen_alerts(user: User, public_ids: Iterable[str]) -> list[Alert]:
    """The open alerts of these ids that this person may see, the newest first.

    What is no id, closed meanwhile or invisible is left out.
    """
    ids = [uuid for text in public_ids if (uuid := _uuid(text)) is not None]
    found = Alert.objects.open().visible_to(user).filter(public_id__in=ids)
    return list(found.select_related("rule", "account").order_by("-opened_at", "-pk"))


def open_alert_count(user: Any) -> int:
    """How many open alerts this person may see; counting stops at 999."""
    return Alert.objects.open().visible_to(user).order_by()[:MOST_COUNTED].count()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
