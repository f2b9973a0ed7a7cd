"""Usage facts, from the roll-ups.

A user or feature week says with one bit per weekday when something happened, so that
any window can be read from it (``{active_30_w}``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from health.sources.facts.tables import Column, FactTable, templated, windowed
from health.sources.scope import Scope

# 2000-01-03 was a Monday; plain integers, because extract() is slow on many rows.
_IS_WEEKDAY = "(d.day - DATE '2000-01-03') % 7 < 5"

DAYS = windowed(
    "usage_days",
    relation="usage_accountday d",
    account="d",
    moment="d.day",
    is_date=True,
    columns={
        "events_28": Column("sum(d.events)", 28),
        "events_30": Column("sum(d.events)", 30),
        "events_before_28": Column("sum(d.events)", 112, until=28),
        "sessions_28": Column("sum(d.sessions)", 28),
        "sessions_30": Column("sum(d.sessions)", 30),
        # Any 28 days in a row hold exactly 20 weekdays.
        "weekday_users_28": Column("sum(d.active_users)", 28, where=_IS_WEEKDAY),
    },
)

FEED = templated(
    "usage_feed",
    {
        "usage_began_days_ago": "{day} - f.first_day",
        # What was delivered since must not make an older day look fresh.
        "usage_age": "{day} - CASE WHEN f.last_day <= {day} THEN f.last_day ELSE "
        "coalesce((SELECT max(d.day) FROM usage_accountday d "
        "WHERE d.account_id = f.account_id AND d.day <= {day}), f.first_day) END",
    },
    "SELECT f.account_id, {columns} FROM usage_usagefeed f "
    "WHERE f.first_day <= {day} AND {only_f}",
)

LAST_ACTIVITY = templated(
    "last_activity",
    {"days_since_active": "{day} - last.day"},
    """
    SELECT f.account_id, {columns}
    FROM usage_usagefeed f CROSS JOIN LATERAL (
        SELECT d.day FROM usage_accountday d
        WHERE d.account_id = f.account_id AND d.day <= {day}
          AND (d.events > 0 OR d.sessions > 0 OR d.active_users > 0 OR d.seconds > 0)
        ORDER BY d.day DESC LIMIT 1) last
    WHERE f.first_day <= {day} AND {only_f}
    """,
)


USER_WINDOWS = {"users_7": 7, "users_28": 28, "users_30": 30, "users_90": 90}


def _users_query(scope: Scope, wanted: Sequence[str]) -> str:
    """Distinct users per window; the primary key has them in order, so no sort."""
    windows = {name: USER_WINDOWS[name] for name in wanted}
    longest = max(windows.values())
    counts = ", ".join(
        "count(DISTINCT w.product_user_id) "
        + ("" if days == longest else f"FILTER (WHERE {{active_{days}_w}}) ")
        + f"AS {name}"
        for name, days in windows.items()
    )
    return (
        f"SELECT w.account_id, {counts} FROM usage_userweek w "
        f"WHERE {{active_{longest}_w}} AND {{only_w}} GROUP BY w.account_id"
    ).format_map(scope.sql)


USERS = FactTable("users", frozenset(USER_WINDOWS), _users_query)

# What belongs to the account's plan on the day and was used in the last 30 days.
CORE_FEATURES = templated(
    "core_features",
    {
        "core_features_used_30": "(SELECT count(*) FROM unnest(used.features) f "
        "WHERE f = ANY(core.features))"
    },
    """
    WITH used AS (
        SELECT w.account_id, array_agg(DISTINCT w.feature_id) AS features
        FROM usage_featureweek w
        WHERE {active_30_w} AND {only_w} GROUP BY w.account_id),
    core AS MATERIALIZED (
        SELECT p.plan_id, array_agg(DISTINCT f.id) AS features
        FROM accounts_planfeature p JOIN usage_feature f ON f.name = p.feature
        WHERE (p.valid_from IS NULL OR p.valid_from <= {day})
          AND (p.valid_to IS NULL OR p.valid_to > {day})
        GROUP BY p.plan_id)
    SELECT used.account_id, {columns}
    FROM used
    JOIN accounts_account a ON a.id = used.account_id
    LEFT JOIN accounts_accountterms t ON t.account_id = a.id
        AND (t.valid_from IS NULL OR t.valid_from <= {day})
        AND (t.valid_to IS NULL OR t.valid_to > {day})
    JOIN core
      ON core.plan_id = CASE WHEN t.id IS NULL THEN a.plan_id ELSE t.plan_id END
    """,
)


def _ever(column: str, relation: str, condition: str) -> FactTable:
    """Whether a kind of usage fact has ever reached the account."""
    return templated(
        column,
        {column: "1"},
        "SELECT f.account_id, {columns} FROM usage_usagefeed f "
        "WHERE f.first_day <= {day} AND {only_f} AND EXISTS ("
        f"SELECT 1 FROM {relation} x WHERE x.account_id = f.account_id "
        f"AND {condition})",
    )


_ALL = (
    DAYS,
    FEED,
    LAST_ACTIVITY,
    USERS,
    CORE_FEATURES,
    _ever("ever_users", "usage_userweek", "{seen_x}"),
    _ever("ever_features", "usage_featureweek", "{seen_x}"),
    _ever(
        "ever_daily_users",
        "usage_accountday",
        "x.day <= {day} AND x.active_users > 0",
    ),
    _ever("ever_sessions", "usage_accountday", "x.day <= {day} AND x.sessions > 0"),
)
TABLES = tuple(replace(table, is_usage=True) for table in _ALL)
