"""Reads for the revenue tab of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Account
from organisation.clock import today
from revenue.models import ChurnEvent, OverduePayment, Subscription, SubscriptionTerms


@dataclass(frozen=True)
class SubscriptionLine:
    """A subscription with its terms over time; ``state`` is one of a few words."""

    subscription: Subscription
    terms: list[SubscriptionTerms]
    state: str


def subscription_lines(account: Account) -> list[SubscriptionLine]:
    """Every subscription of an account: running ones first, then the newest."""
    day = today()
    rows = (
        Subscription.objects.filter(account=account)
        .select_related("plan")
        .prefetch_related("terms")
        .order_by("-start_on", "-pk")
    )
    lines = [SubscriptionLine(row, _terms(row), _state(row, day)) for row in rows]
    order = {"active": 0, "trial": 0, "coming": 1, "ended": 2}
    return sorted(lines, key=lambda line: order[line.state])


def churns_of(account: Account) -> list[ChurnEvent]:
    """Losses on record, newest first."""
    return list(ChurnEvent.objects.filter(account=account)[:20])


def overdue_of(account: Account) -> list[OverduePayment]:
    """Payments that are late, the longest first."""
    rows = OverduePayment.objects.filter(account=account, settled_on__isnull=True)
    return list(rows.order_by("due_on")[:20])


def _terms(subscription: Subscription) -> list[SubscriptionTerms]:
    """Newest first; a change of days alone is no new row."""
    rows = sorted(subscription.terms.all(), key=lambda row: row.valid_from or date.min)
    amounts = [(row.mrr_amount, row.seats) for row in rows]
    changed = [
        row
        for place, row in enumerate(rows)
        if place == 0 or amounts[place] != amounts[place - 1]
    ]
    return changed[::-1]


def _state(subscription: Subscription, day: date) -> str:
    if subscription.end_on is not None and subscription.end_on <= day:
        return "ended"
    if subscription.start_on > day:
        return "coming"
    return "trial" if subscription.is_trial else "active"
