"""What a reader of the analytics looks at: which accounts, which days, which money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Q, Sum

from accounts.models import Account
from accounts.querysets import AccountQuerySet, own_accounts
from health.models import BandCount, BandMembers
from health.queries.standings import CHURNED, BandRow, live_band_rows
from organisation.models import Organisation, User

#: Best first, as the legend of every page has them.
BANDS = ("green", "yellow", "orange", "red", "unknown", CHURNED)
AT_RISK = ("orange", "red")
#: Bands of customers; who has left is counted beside them.
CUSTOMERS = BANDS[:-1]
LONGEST = timedelta(days=2 * 366)

# A loose index scan: as many look-ups as there are days, whatever each day holds.
_DAYS = """
WITH RECURSIVE known AS (
    (SELECT day FROM health_bandcount WHERE day >= %(first)s ORDER BY day LIMIT 1)
    UNION ALL
    SELECT (SELECT b.day FROM health_bandcount b
            WHERE b.day > known.day AND b.day <= %(last)s ORDER BY b.day LIMIT 1)
    FROM known WHERE known.day IS NOT NULL
)
SELECT day FROM known WHERE day IS NOT NULL AND day <= %(last)s
"""


@dataclass(frozen=True)
class AnalyticsScope:
    """Whose accounts, narrowed how. The filters are Q objects over columns that the
    counts and the accounts have in common."""

    user: User
    narrowed: Q
    is_restricted: bool
    sees_revenue: bool

    @classmethod
    def of(cls, user: User, narrowed: Q) -> AnalyticsScope:
        """The scope of a person; row scope decides whether counts may be read."""
        return cls(
            user=user,
            narrowed=narrowed,
            is_restricted=own_accounts(user) is not None,
            sees_revenue=user.has_perm_code("view_revenue"),
        )

    def accounts(self) -> AccountQuerySet:
        """The accounts behind the figures, archived ones too (days decide)."""
        return Account.objects.visible_to(self.user).filter(self.narrowed)


def known_days(first: date, last: date) -> list[date]:
    """Days of the range on which the whole portfolio was counted, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"first": first, "last": last})
        return [row[0] for row in cursor.fetchall()]


def newest_day() -> date | None:
    """The last day that was counted."""
    newest = BandCount.objects.order_by("-day").values_list("day", flat=True)
    return newest.first()


def counts_version() -> int:
    """Another number whenever any day was counted anew: its rows are new ones."""
    newest = BandCount.objects.order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def days_without_members(days: Iterable[date]) -> list[date]:
    """Those of the days of which it is not known who stood in which band."""
    asked = set(days)
    known = BandMembers.objects.filter(day__in=asked).values_list("day", flat=True)
    return sorted(asked - set(known.distinct()))


def weekly(days: Sequence[date]) -> list[date]:
    """The last known day of each week, and the very first one to compare with."""
    by_week = {day.isocalendar()[:2]: day for day in days}
    return sorted({*by_week.values(), *days[:1]})


def band_rows(
    scope: AnalyticsScope, days: Sequence[date], *, by: str = ""
) -> list[BandRow]:
    """Accounts, ARR and scores per day, band, currency and group.

    Read from the stored counts; for people whose rows are restricted from their own
    accounts, so that nothing shines through that they may not see. Without the right
    to see revenue there is neither money in them nor a currency.
    """
    rows = _counted_rows(scope, days, by) if days else []
    if scope.sees_revenue:
        return rows
    return [replace(row, currency="", arr=Decimal(0)) for row in rows]


def _counted_rows(
    scope: AnalyticsScope, days: Sequence[date], by: str
) -> list[BandRow]:
    if scope.is_restricted:
        return live_band_rows(days, scope.accounts(), by=by)
    group = [f"{by}_id"] if by else []
    rows = (
        BandCount.objects.filter(scope.narrowed, day__in=days)
        .order_by()
        .values_list("day", "band", "currency", *group)
        .annotate(Sum("accounts"), Sum("arr"), Sum("score_sum"), Sum("scored"))
    )
    return [_row(row, has_group=bool(by)) for row in rows]


def _row(values: Sequence[Any], *, has_group: bool) -> BandRow:
    day, band, currency = values[:3]
    accounts, arr, score_sum, scored = values[-4:]
    group = values[3] if has_group else None
    return BandRow(day, band, currency, group, accounts, arr, score_sum, scored)


def currencies_of(rows: Iterable[BandRow]) -> list[str]:
    """Currencies in which something is earned, the largest first; never added up."""
    earned: dict[str, float] = {}
    for row in rows:
        earned[row.currency] = earned.get(row.currency, 0) + float(row.arr)
    known = [currency for currency, arr in earned.items() if arr]
    return sorted(known, key=lambda currency: (-earned[currency], currency))


def main_currency(known: Sequence[str], asked: str) -> str:
    """The asked one, else the organisation's, else that in which most is earned."""
    if asked in known:
        return asked
    own = Organisation.objects.values_list("currency", flat=True).first() or "EUR"
    return own if own in known or not known else known[0]
