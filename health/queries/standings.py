"""Where each account stood on a day: band, score, ARR, and whose it is.

Bands are the shown ones (by hand before computed), churned accounts stand in a band of
their own, and ARR is that of the currency in which the account paid most. Everything
is read as of the day, from dated facts; whose an account is stands as it is now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import Account
from organisation.facts import organisation_timezone

CHURNED = "churned"
#: A snapshot up to this many days older speaks for a day that has none.
OLDEST_DAYS = 7
#: What standings can be counted by.
GROUPS = {
    "": "NULL::bigint",
    "segment": "segment_id",
    "plan": "plan_id",
    "owner": "owner_id",
}

_STANDINGS = """
WITH days AS (SELECT day FROM unnest(%(days)s::date[]) AS d(day)),
chosen AS (
    SELECT a.id, a.segment_id, a.plan_id, a.owner_id, a.team_id, a.arr_currency,
           a.first_seen_on, a.archived_at
    FROM accounts_account a
    WHERE a.merged_into_id IS NULL AND {only}
), lines AS (
    SELECT d.day, s.account_id, s.currency,
           bool_or(s.end_on IS NULL OR s.end_on > d.day) AS is_active,
           sum(COALESCE(t.mrr_amount, s.mrr_amount))
               FILTER (WHERE s.end_on IS NULL OR s.end_on > d.day) AS mrr
    FROM days d
    JOIN revenue_subscription s ON s.start_on <= d.day
    JOIN chosen c ON c.id = s.account_id
    LEFT JOIN revenue_subscriptionterms t ON t.subscription_id = s.id
        AND (t.valid_from IS NULL OR t.valid_from <= d.day)
        AND (t.valid_to IS NULL OR t.valid_to > d.day)
    GROUP BY d.day, s.account_id, s.currency
), money AS (
    SELECT DISTINCT ON (day, account_id) day, account_id, currency, is_active, mrr
    FROM lines ORDER BY day, account_id, is_active DESC, mrr DESC NULLS LAST, currency
), standings AS (
    SELECT d.day, a.id AS account_id, a.segment_id, a.owner_id, a.team_id,
           CASE WHEN t.id IS NULL THEN a.plan_id ELSE t.plan_id END AS plan_id,
           CASE WHEN m.is_active THEN m.currency ELSE a.arr_currency END AS currency,
           CASE WHEN m.is_active THEN m.mrr * 12 ELSE 0 END AS arr,
           CASE WHEN m.account_id IS NOT NULL AND NOT m.is_active THEN 'churned'
                ELSE COALESCE(NULLIF(s.override_band, ''), s.band, 'unknown')
           END AS band,
           COALESCE(s.override_score, s.score) AS score
    FROM days d
    JOIN chosen a ON a.first_seen_on <= d.day AND (a.archived_at IS NULL
        OR a.archived_at >= (d.day + 1)::timestamp AT TIME ZONE %(zone)s)
    LEFT JOIN accounts_accountterms t ON t.account_id = a.id
        AND (t.valid_from IS NULL OR t.valid_from <= d.day)
        AND (t.valid_to IS NULL OR t.valid_to > d.day)
    LEFT JOIN money m ON m.account_id = a.id AND m.day = d.day
    LEFT JOIN LATERAL (
        SELECT s.band, s.score, s.override_band, s.override_score
        FROM health_snapshot s
        WHERE s.account_id = a.id AND NOT s.is_restated
          AND s.day BETWEEN d.day - {oldest} AND d.day
        ORDER BY s.day DESC LIMIT 1) s ON true
)
"""
_COUNTED = """
SELECT day, band, currency, {group}, count(*), sum(arr), COALESCE(sum(score), 0),
       count(score)
FROM standings GROUP BY 1, 2, 3, 4
"""


@dataclass(frozen=True)
class BandRow:
    """Accounts that share day, band, currency and group, with what they add up to."""

    day: date
    band: str
    currency: str
    group: int | None
    accounts: int
    arr: Decimal
    score_sum: Decimal
    scored: int


def standings_sql(
    days: Sequence[date], accounts: QuerySet[Account] | None = None
) -> tuple[str, dict[str, Any]]:
    """``WITH … standings AS (…)`` for these days and accounts (None: all), and values.

    Raises EmptyResultSet when there can be no account.
    """
    zone = organisation_timezone()
    values: dict[str, Any] = {"days": list(days), "zone": zone}
    only = "TRUE"
    if accounts is not None:
        ids, params = accounts.order_by().values("pk").query.sql_with_params()
        names = {f"account_{place}": value for place, value in enumerate(params)}
        only = f"a.id IN ({ids % tuple(f'%({name})s' for name in names)})"
        values |= names
    return _STANDINGS.format(only=only, oldest=OLDEST_DAYS), values


def live_band_rows(
    days: Sequence[date], accounts: QuerySet[Account], *, by: str = ""
) -> list[BandRow]:
    """Standings of these accounts on these days, counted per band and group."""
    try:
        head, values = standings_sql(days, accounts)
    except EmptyResultSet:
        return []
    rows = read_standings(head + _COUNTED.format(group=GROUPS[by]), values)
    return [BandRow(*row) for row in rows]


def read_standings(
    sql: str, values: dict[str, Any], *, without: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """The rows of a statement over standings, with room to sort in memory.

    Compiling such a statement costs more than it brings. ``without`` names ways that
    the planner shall not take.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("SET LOCAL jit = off")
        for way in without:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(sql, values)
        return cursor.fetchall()
