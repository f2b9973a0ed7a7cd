"""Who moved from which band to which between two days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models.expressions import RawSQL

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from core.paging import Order, Page, keyset_page
from health.queries.standings import read_standings, standings_sql
from reports.queries.analytics import BANDS, AnalyticsScope

#: Not a customer yet on the earlier day.
NEW = "new"
BEFORE = (*BANDS, NEW)
LARGEST_FIRST = Order("arr", "arr_amount", is_descending=True, is_nullable=False)
#: For people who may not see amounts: neither the order nor the cursor tells them.
BY_NAME = Order("name", "name", is_nullable=False)

# Money of the earlier day says what moved; a new account brings that of the later one.
_MOVED = """
WITH was AS (
    SELECT unnest(account_ids) AS account_id, band, currency, unnest(arr) AS arr
    FROM health_bandmembers WHERE day = %(first)s
), stands AS (
    SELECT unnest(account_ids) AS account_id, band, currency, unnest(arr) AS arr
    FROM health_bandmembers WHERE day = %(last)s
), moved AS (
    SELECT s.account_id, COALESCE(w.band, 'new') AS before, s.band AS after,
           COALESCE(w.currency, s.currency) AS currency,
           COALESCE(w.arr, s.arr) AS arr
    FROM stands s LEFT JOIN was w ON w.account_id = s.account_id
    WHERE s.account_id IN ({only})
      AND EXISTS (SELECT FROM health_bandmembers WHERE day = %(first)s)
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
    opened. Without the right to see revenue per pair only, and without money."""
    money = "currency, sum(arr)" if scope.sees_revenue else "'' AS currency, 0"
    rows = _read(
        scope,
        (first, last),
        f"SELECT before, after, {money}, count(*) FROM moved GROUP BY 1, 2, 3",
    )
    return [
        Move(before, after, currency, accounts, float(arr))
        for before, after, currency, arr, accounts in rows
    ]


def moved_ids(
    scope: AnalyticsScope, days: tuple[date, date], *, before: str, after: str
) -> list[int]:
    """The accounts of one cell of the matrix, by id."""
    rows = _read(
        scope,
        days,
        "SELECT account_id FROM moved WHERE before = %(before)s AND after = %(after)s",
        before=before,
        after=after,
    )
    return [row[0] for row in rows]


def moved_accounts(scope: AnalyticsScope, ids: Sequence[int]) -> AccountQuerySet:
    """Those of these accounts that the person may see now.

    The ids go as one value: there may be tens of thousands of them.
    """
    known = RawSQL("SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, ids))}}}"])
    return _live(scope).filter(pk__in=known)


def moved_page(
    accounts: AccountQuerySet,
    *,
    sees_revenue: bool,
    after: str = "",
    before: str = "",
) -> Page[Account]:
    """One page of them, the largest first, else by name. Raises CursorRefused."""
    order = LARGEST_FIRST if sees_revenue else BY_NAME
    return keyset_page(accounts.for_list(), order=order, after=after, before=before)


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


def _read(
    scope: AnalyticsScope, days: tuple[date, date], select: str, **named: str
) -> list[tuple[Any, ...]]:
    """Rows over ``moved``; none when there can be no account."""
    try:
        ids, params = _live(scope).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    names = {f"account_{place}": value for place, value in enumerate(params)}
    only = ids % tuple(f"%({name})s" for name in names)
    values = named | names | {"first": days[0], "last": days[1]}
    # How long the arrays are the planner cannot know. It takes them for short ones,
    # for which loops and sorting would do.
    return read_standings(
        _MOVED.format(only=only) + select, values, without=("nestloop", "sort")
    )
