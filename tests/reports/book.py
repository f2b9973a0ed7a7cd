"""A small portfolio with everything that makes counting hard, and a slow way to count.

The slow way asks account by account in plain Python; it shares no statement with what
it checks.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Account, AccountTerms
from health.models import Snapshot
from revenue.models import Subscription
from tests.factories.accounts import (
    AccountFactory,
    AccountTermsFactory,
    PlanFactory,
    SegmentFactory,
)
from tests.factories.health import (
    HealthRunFactory,
    ScorecardVersionFactory,
    SnapshotFactory,
)
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.revenue import SubscriptionFactory, SubscriptionTermsFactory

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 29)
BANDS = ("green", "yellow", "orange", "red", "unknown")


def make_book(size: int = 24) -> None:
    """Accounts over segments, plans, people and currencies, on two counted days."""
    version = ScorecardVersionFactory()
    segments = SegmentFactory.create_batch(2)
    plans, teams = PlanFactory.create_batch(2), TeamFactory.create_batch(2)
    owners = [UserFactory(team=team) for team in teams]
    for number in range(size):
        account = AccountFactory(
            first_seen_on=FIRST - timedelta(days=400 - number * 17),
            segment=[*segments, None][number % 3],
            plan=plans[number % 2],
            owner=[*owners, None][number % 3],
            team=teams[number % 2],
            arr_currency="USD" if number % 5 == 0 else "EUR",
        )
        _contract(account, number)
        _scores(account, number, version)
        if number % 7 == 0:
            AccountTermsFactory(account=account, plan=plans[1], valid_to=LAST)
    Account.objects.filter(pk=Account.objects.order_by("pk")[3].pk).update(
        archived_at=f"{LAST - timedelta(days=5)}T12:00Z"
    )
    for day in (FIRST, LAST):
        HealthRunFactory(day=day, status="finished", finished_at=f"{day}T23:00Z")


def _contract(account: Any, number: int) -> None:
    if number % 6 == 5:
        return
    ends = LAST - timedelta(days=7) if number % 8 == 0 else None
    line = SubscriptionFactory(
        account=account,
        currency=account.arr_currency,
        mrr_amount=Decimal(100 + number),
        start_on=account.first_seen_on,
        end_on=ends,
    )
    if number % 4 == 1:
        SubscriptionTermsFactory(
            subscription=line, mrr_amount=Decimal(50), valid_to=LAST
        )
        SubscriptionTermsFactory(
            subscription=line, mrr_amount=line.mrr_amount, valid_from=LAST
        )
    if number % 9 == 2:
        SubscriptionFactory(
            account=account,
            currency="GBP",
            mrr_amount=Decimal(999),
            start_on=account.first_seen_on,
        )


def _scores(account: Any, number: int, version: Any) -> None:
    for place, day in enumerate((FIRST, LAST)):
        if number % 11 == 10:
            continue
        by_hand = {}
        if number % 10 == 3:
            by_hand = {"override_band": "green", "override_score": Decimal("85.0")}
        SnapshotFactory(
            account=account,
            # Now and then the newest snapshot is a few days old.
            day=day - timedelta(days=number % 3),
            band=BANDS[(number + place) % 5],
            score=None if (number + place) % 5 == 4 else Decimal(number * 3),
            version=version,
            **by_hand,
        )


def standing(account: Account, day: date) -> tuple[str, str, Decimal] | None:
    """Band, currency and ARR of an account on a day; None: not there."""
    if account.first_seen_on > day:
        return None
    if account.archived_at and account.archived_at.date() <= day:
        return None
    begun = list(Subscription.objects.filter(account=account, start_on__lte=day))
    active = [s for s in begun if s.end_on is None or s.end_on > day]
    earned: dict[str, Decimal] = {}
    for line in active:
        earned[line.currency] = earned.get(line.currency, Decimal(0)) + _mrr(line, day)
    currency, arr = account.arr_currency, Decimal(0)
    if earned:
        currency = min(earned, key=lambda code: (-earned[code], code))
        arr = Decimal(12 * earned[currency])
    if begun and not active:
        return "churned", currency, arr
    return _band(account, day), currency, arr


def plan_on(account: Account, day: date) -> int | None:
    """The plan an account had on a day."""
    for terms in AccountTerms.objects.filter(account=account):
        if terms.valid_to is None or terms.valid_to > day:
            return terms.plan_id
    return account.plan_id


def _mrr(line: Subscription, day: date) -> Decimal:
    for terms in line.terms.all():
        starts = terms.valid_from is None or terms.valid_from <= day
        if starts and (terms.valid_to is None or terms.valid_to > day):
            return terms.mrr_amount
    return line.mrr_amount


def _band(account: Account, day: date) -> str:
    newest = None
    for snapshot in Snapshot.objects.filter(account=account, is_restated=False):
        if day - timedelta(days=7) <= snapshot.day <= day and (
            newest is None or snapshot.day > newest.day
        ):
            newest = snapshot
    if newest is None:
        return "unknown"
    return newest.override_band or newest.band
