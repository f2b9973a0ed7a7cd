"""Roll-ups rebuilt from raw facts, whole account-weeks at a time.

What is rebuilt depends on the raw facts alone and not on how or when they came, so
late, repeated and out-of-order facts give the same roll-ups as one ordered load.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from accounts.activity_columns import write_last_active
from events.reading import note_changed_accounts

_FACTS = "rollup_facts"
_DAYS_OF_USERS = "rollup_days"
_WEEKS = "rollup_weeks"
_INT = 2_147_483_647

_TOUCHED_WEEKS = f"""
CREATE TEMP TABLE {_WEEKS} ON COMMIT DROP AS
SELECT DISTINCT account_id, week FROM {{touched}}
WHERE account_id IS NOT NULL AND week IS NOT NULL
"""
# Sums of integers are cheap where sums of bigints are not, so counts stay integers; a
# count that would not fit stands at the largest that does.
_SUMS = f"""LEAST(sum(events), {_INT})::int AS events,
       LEAST(sum(sessions), {_INT})::int AS sessions,
       max(active_users) AS active_users, sum(seconds)::bigint AS seconds,
       LEAST(sum(errors), {_INT})::int AS errors"""
# One row per account, day, product user and feature, from both raw kinds. The bounds on
# occurred_at let the planner skip whole months; two days cover every zone. A week is
# asked for twice, so that both an index (few weeks) and a hash (many) can serve.
_GATHER = f"""
CREATE TEMP TABLE {_FACTS} ON COMMIT DROP AS
SELECT account_id, day, week, day - week AS place, product_user_id, feature_id,
       {_SUMS}
FROM (
    SELECT e.account_id, e.day, w.week, e.product_user_id, e.feature_id,
           e.quantity AS events, e.is_session_start::int AS sessions,
           NULL::int AS active_users, 0::bigint AS seconds, 0 AS errors
    FROM {_WEEKS} w JOIN usage_usageevent e ON e.account_id = w.account_id
        AND e.day >= w.week AND e.day < w.week + 7
        AND date_trunc('week', e.day)::date = w.week
    WHERE e.occurred_at >= %(first)s::date - 2 AND e.occurred_at < %(last)s::date + 9
    UNION ALL
    SELECT d.account_id, d.day, w.week, d.product_user_id, d.feature_id, d.events,
           d.sessions, d.active_users, d.seconds, d.errors
    FROM {_WEEKS} w JOIN usage_dailyusage d ON d.account_id = w.account_id
        AND d.day >= w.week AND d.day < w.week + 7
        AND date_trunc('week', d.day)::date = w.week
) raw
GROUP BY account_id, day, week, product_user_id, feature_id
"""
# The same without features: what accounts and people did on a day.
_PEOPLE = f"""
CREATE TEMP TABLE {_DAYS_OF_USERS} ON COMMIT DROP AS
SELECT account_id, day, week, place, product_user_id, {_SUMS}
FROM {_FACTS} GROUP BY account_id, day, week, place, product_user_id
"""
_IS_ACTIVE = "(events > 0 OR sessions > 0 OR seconds > 0)"
_BIT = "1 << place"

_CLEAR = """
DELETE FROM {table} r USING {weeks} w
WHERE r.account_id = w.account_id AND r.{when} >= w.week AND r.{when} < w.week + 7
"""
_DAYS = f"""
INSERT INTO usage_accountday
    (account_id, day, events, sessions, active_users, seconds, errors)
SELECT account_id, day, LEAST(sum(events), {_INT}), LEAST(sum(sessions), {_INT}),
       GREATEST(count(product_user_id) FILTER (WHERE {_IS_ACTIVE}),
                COALESCE(max(active_users), 0)),
       sum(seconds), LEAST(sum(errors), {_INT})
FROM {_DAYS_OF_USERS} GROUP BY account_id, day ORDER BY account_id, day
"""
_USERS = f"""
INSERT INTO usage_userweek (account_id, product_user_id, week, days, events, sessions)
SELECT account_id, product_user_id, week, bit_or({_BIT}),
       LEAST(sum(events), {_INT}), LEAST(sum(sessions), {_INT})
FROM {_DAYS_OF_USERS} WHERE product_user_id IS NOT NULL AND {_IS_ACTIVE}
GROUP BY account_id, product_user_id, week ORDER BY account_id, product_user_id, week
"""
_BY_DAY = ", ".join(
    f"LEAST(COALESCE(sum(events) FILTER (WHERE place = {place}), 0), {_INT})::int"
    for place in range(7)
)
_FEATURES = f"""
INSERT INTO usage_featureweek
    (account_id, feature_id, week, days, events, events_by_day)
SELECT account_id, feature_id, week, bit_or({_BIT}), LEAST(sum(events), {_INT}),
       ARRAY[{_BY_DAY}]
FROM {_FACTS} WHERE feature_id IS NOT NULL AND {_IS_ACTIVE}
GROUP BY account_id, feature_id, week ORDER BY account_id, feature_id, week
"""
_FEED_GONE = f"""
DELETE FROM usage_usagefeed f
WHERE f.account_id IN (SELECT account_id FROM {_WEEKS})
  AND NOT EXISTS (SELECT 1 FROM usage_accountday d WHERE d.account_id = f.account_id)
"""
_FEED = f"""
INSERT INTO usage_usagefeed (account_id, first_day, last_day)
SELECT w.account_id, min(d.day), max(d.day)
FROM (SELECT DISTINCT account_id FROM {_WEEKS}) w
JOIN usage_accountday d ON d.account_id = w.account_id
GROUP BY w.account_id
ON CONFLICT (account_id) DO UPDATE
    SET first_day = EXCLUDED.first_day, last_day = EXCLUDED.last_day
"""
_LAST_ACTIVE = f"""
CREATE TEMP TABLE rollup_last_active ON COMMIT DROP AS
SELECT w.account_id, max(d.day) AS last_active_on
FROM (SELECT DISTINCT account_id FROM {_WEEKS}) w
LEFT JOIN usage_accountday d ON d.account_id = w.account_id
    AND (d.events > 0 OR d.sessions > 0 OR d.active_users > 0 OR d.seconds > 0)
GROUP BY w.account_id
"""


def rebuild_rollups(*, touched: str) -> int:
    """Rebuild the roll-ups of the account-weeks in a temporary table.

    ``touched`` has ``account_id`` and ``week`` (a Monday), in any order and with
    repeats. Returns how many account-weeks there were. Safe to repeat.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Two rebuilds of one week would collide; the later one sees both their facts.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('usage-rollups'))")
        for table in (_WEEKS, _FACTS, _DAYS_OF_USERS, "rollup_last_active"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(_TOUCHED_WEEKS.replace("{touched}", touched))
        cursor.execute(f"SELECT count(*), min(week), max(week) FROM {_WEEKS}")
        weeks, first, last = cursor.fetchone()
        if not weeks:
            return 0
        cursor.execute(f"ANALYZE {_WEEKS}")
        cursor.execute(_GATHER, {"first": first, "last": last})
        cursor.execute(_PEOPLE)
        for table, when in (
            ("usage_accountday", "day"),
            ("usage_userweek", "week"),
            ("usage_featureweek", "week"),
        ):
            clear = _CLEAR.replace("{table}", table).replace("{weeks}", _WEEKS)
            cursor.execute(clear.replace("{when}", when))
        for statement in (_DAYS, _USERS, _FEATURES, _FEED_GONE, _FEED, _LAST_ACTIVE):
            cursor.execute(statement)
        write_last_active("rollup_last_active")
        note_changed_accounts(_WEEKS)
        return int(weeks)


def rebuild_for(account_ids: Sequence[int], first_day: date, last_day: date) -> int:
    """Rebuild the roll-ups of these accounts for every week between two days."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS rollup_asked")
        cursor.execute(
            """
            CREATE TEMP TABLE rollup_asked ON COMMIT DROP AS
            SELECT a.id AS account_id, w.week::date AS week
            FROM unnest(%s::bigint[]) AS a(id), generate_series(
                date_trunc('week', %s::timestamp), %s::timestamp, interval '7 days'
            ) AS w(week)
            """,
            [list(account_ids), first_day, last_day],
        )
        return rebuild_rollups(touched="rollup_asked")
