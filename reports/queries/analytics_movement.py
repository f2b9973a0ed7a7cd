"""Who moved from which band to which between two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from core.paging import Order, Page, keyset_page
from health.queries.standings import read_standings, standings_sql
from reports.queries.analytics import BANDS, AnalyticsScope

#: Not a customer yet on the earlier day.
NEW = "new"
BEFORE = (*BANDS, NEW)
LARGEST_FIRST = Order("arr", "arr_amount", is_descending=True, is_nullable=False)

# Money of the earlier day says what moved; a new account brings that of the later one.
# Grouped, not joined: of two large halves the planner knows too little to join them.
_MOVED = """
, moved AS MATERIALIZED (
    SELECT account_id,
           COALESCE(max(band) FILTER (WHERE day = %(first)s), 'new') AS before,
           max(band) FILTER (WHERE day = %(last)s) AS after,
           COALESCE(max(currency) FILTER (WHERE day = %(first)s),
                    max(currency) FILTER (WHERE day = %(last)s)) AS currency,
           COALESCE(max(arr) FILTER (WHERE day = %(first)s),
                    max(arr) FILTER (WHERE day = %(last)s)) AS arr
    FROM standings GROUP BY account_id HAVING bool_or(day = %(last)s)
)
"""


@dataclass(frozen=True)
class Move:
    """How many accounts went from one band to another, and what they paid."""

    before: str
    after: str
    currency: str
    accounts: int
    arr: float


@dataclass(frozen=True)
class Standing:
    """Where one account stood on a day."""

    band: str
    score: float | None


def moves(scope: AnalyticsScope, first: date, last: date) -> list[Move]:
    """Counts per pair of bands and currency, for live accounts only: each can be
    opened."""
    try:
        head, values = _sql(scope, first, last)
    except EmptyResultSet:
        return []
    rows = read_standings(
        f"{head} SELECT before, after, currency, count(*), sum(arr) "
        "FROM moved GROUP BY 1, 2, 3",
        values,
    )
    return [
        Move(before, after, currency, accounts, float(arr))
        for before, after, currency, accounts, arr in rows
    ]


def moved_ids(
    scope: AnalyticsScope, days: tuple[date, date], *, before: str, after: str
) -> list[int]:
    """The accounts of one cell of the matrix, by id.

    Read once and handed on as values: inside a list's own query the planner would
    reckon all standings anew for every row.
    """
    try:
        head, values = _sql(scope, *days)
    except EmptyResultSet:
        return []
    rows = read_standings(
        f"{head} SELECT account_id FROM moved "
        "WHERE before = %(before)s AND after = %(after)s",
        values | {"before": before, "after": after},
    )
    return [row[0] for row in rows]


def moved_accounts(scope: AnalyticsScope, ids: Sequence[int]) -> AccountQuerySet:
    """Those of these accounts that the person may see now."""
    return _live(scope).filter(pk__in=ids)


def moved_page(
    accounts: AccountQuerySet, *, after: str = "", before: str = ""
) -> Page[Account]:
    """One page of them, the largest first. Raises CursorRefused."""
    return keyset_page(
        accounts.for_list(), order=LARGEST_FIRST, after=after, before=before
    )


def standings_of(
    account_ids: Sequence[int], days: tuple[date, date]
) -> dict[tuple[int, date], Standing]:
    """Band and score of a few accounts on both days."""
    if not account_ids:
        return {}
    head, values = standings_sql(days, Account.objects.filter(pk__in=account_ids))
    rows = read_standings(
        f"{head} SELECT account_id, day, band, score FROM standings", values
    )
    return {
        (pk, day): Standing(band, None if score is None else float(score))
        for pk, day, band, score in rows
    }


def _live(scope: AnalyticsScope) -> AccountQuerySet:
    return Account.objects.live().visible_to(scope.user).filter(scope.narrowed)


def _sql(scope: AnalyticsScope, first: date, last: date) -> tuple[str, dict[str, Any]]:
    head, values = standings_sql(sorted({first, last}), _live(scope))
    return head + _MOVED, values | {"first": first, "last": last}
