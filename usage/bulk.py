"""Usage facts in bulk: events, daily counts and metric values, set-based.

Each function takes a :class:`core.staging.Stage` whose rows know their account, writes
the raw facts, and names the touched account-weeks so that the roll-ups follow. A fact
is known by (source, key); the digest of its content tells a repeat from a correction.
"""

from __future__ import annotations

from django.db import connection

from core.staging import Stage, Target, upsert
from events.reading import note_changed_accounts
from usage.partitions import ensure_months
from usage.rollups import rebuild_rollups

TOUCHED = "touched_weeks"
_MAX_MONTHS = 1_500

_FEATURES = """
INSERT INTO usage_feature (name)
SELECT DISTINCT left(s.feature, 120) FROM {s} s
WHERE s.outcome IS NULL AND s.feature IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM usage_feature f WHERE f.name = left(s.feature, 120))
ON CONFLICT DO NOTHING
"""
_USERS = """
INSERT INTO usage_productuser (account_id, key)
SELECT DISTINCT s.account_id, s.product_user FROM {s} s
WHERE s.outcome IS NULL AND s.product_user IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM usage_productuser p
    WHERE p.account_id = s.account_id AND p.key = s.product_user)
ON CONFLICT DO NOTHING
"""
_FEATURE_JOIN = "LEFT JOIN usage_feature f ON f.name = left(s.feature, 120)"
_USER_JOIN = (
    "LEFT JOIN usage_productuser p "
    "ON p.account_id = s.account_id AND p.key = s.product_user"
)
_NOBODY = "CROSS JOIN (SELECT NULL::bigint AS id) {}"


def _name_features_and_users(stage: Stage) -> None:
    if stage.has("feature"):
        stage.run(_FEATURES)
    if stage.has("product_user") and stage.run(_USERS):
        # The planner must know that the table has just grown.
        stage.run("ANALYZE usage_productuser")


def _joined(sql: str, stage: Stage) -> str:
    """The statement with the joins this file needs, and no others."""
    features = _FEATURE_JOIN if stage.has("feature") else _NOBODY.format("f")
    users = _USER_JOIN if stage.has("product_user") else _NOBODY.format("p")
    return sql.replace("{joins}", f"{features} {users}")


def _begin_touched() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TOUCHED}")
        cursor.execute(
            f"CREATE TEMP TABLE {TOUCHED} (account_id bigint, week date) ON COMMIT DROP"
        )


_DAILY_KNOWN = """
UPDATE {s} s SET target_id = d.id,
    outcome = CASE WHEN d.content = s.content THEN 'unchanged' ELSE 'updated' END
FROM usage_dailyusage d
WHERE s.outcome IS NULL AND d.source = %(source)s AND d.external_id = s.row_key
"""
_DAILY_OLD_WEEKS = f"""
INSERT INTO {TOUCHED}
SELECT DISTINCT d.account_id, date_trunc('week', d.day)::date
FROM usage_dailyusage d JOIN {{s}} s ON s.target_id = d.id WHERE s.outcome = 'updated'
"""
_DAILY_FACTS = """
    COALESCE(s.events, 0), COALESCE(s.sessions, 0), s.active_users,
    COALESCE(s.seconds, 0), COALESCE(s.errors, 0), s.content
"""
_DAILY_UPDATED = f"""
UPDATE usage_dailyusage d SET (account_id, day, product_user_id, feature_id, events,
    sessions, active_users, seconds, errors, content, recorded_at) = ROW(n.*)
FROM {{s}} s, LATERAL (
    SELECT s.account_id, s.day, p.id, f.id, {_DAILY_FACTS}, now()
    FROM (SELECT 1) one {{joins}}
) n
WHERE s.outcome = 'updated' AND d.id = s.target_id
"""
_DAILY_CREATED = f"""
INSERT INTO usage_dailyusage (source, external_id, account_id, day, product_user_id,
    feature_id, events, sessions, active_users, seconds, errors, content)
SELECT %(source)s, s.row_key, s.account_id, s.day, p.id, f.id, {_DAILY_FACTS}
FROM {{s}} s {{joins}} WHERE s.outcome IS NULL ORDER BY s.account_id, s.day
"""
_DAILY_WEEKS = f"""
INSERT INTO {TOUCHED}
SELECT DISTINCT account_id, date_trunc('week', day)::date FROM {{s}}
WHERE outcome IN ('created', 'updated')
"""
_ALL_CREATED = "UPDATE {s} SET outcome = 'created' WHERE outcome IS NULL"


def upsert_daily_usage(stage: Stage) -> None:
    """Write counts that a source made per day, and rebuild the touched roll-ups.

    Staged: account_id, day, and any of feature, product_user, events, sessions,
    active_users, seconds, errors.
    """
    _begin_touched()
    _name_features_and_users(stage)
    stage.run(_DAILY_KNOWN)
    if stage.run(_DAILY_OLD_WEEKS):
        stage.run(_joined(_DAILY_UPDATED, stage))
    stage.run(_joined(_DAILY_CREATED, stage))
    stage.run(_ALL_CREATED)
    stage.run(_DAILY_WEEKS)
    rebuild_rollups(touched=TOUCHED)


_EVENTS_KNOWN = """
UPDATE {s} s SET target_id = k.id,
    outcome = CASE WHEN k.content = s.content THEN 'unchanged' ELSE 'updated' END
FROM usage_usageeventkey k
WHERE s.outcome IS NULL AND k.source = %(source)s AND k.key = md5(s.row_key)::uuid
"""
_EVENTS_OLD_WEEKS = f"""
INSERT INTO {TOUCHED}
SELECT DISTINCT e.account_id, date_trunc('week', e.day)::date
FROM {{s}} s JOIN usage_usageeventkey k ON k.id = s.target_id
JOIN usage_usageevent e ON e.occurred_at = k.occurred_at AND e.id = k.id
WHERE s.outcome = 'updated'
"""
_EVENTS_OLD_GONE = """
DELETE FROM usage_usageevent e USING {s} s, usage_usageeventkey k
WHERE s.outcome = 'updated' AND k.id = s.target_id
  AND e.occurred_at = k.occurred_at AND e.id = k.id
"""
_KEYS_UPDATED = """
UPDATE usage_usageeventkey k SET content = s.content, occurred_at = s.occurred_at
FROM {s} s WHERE s.outcome = 'updated' AND k.id = s.target_id
"""
# Keys and events draw their ids from one sequence, so a key finds its event.
_EVENTS_NUMBERED = """
UPDATE {s} SET outcome = 'created', target_id = nextval('usage_usageevent_id_seq')
WHERE outcome IS NULL
"""
_KEYS_CREATED = """
INSERT INTO usage_usageeventkey (id, source, key, content, occurred_at)
SELECT target_id, %(source)s, md5(row_key)::uuid, content, occurred_at
FROM {s} WHERE outcome = 'created' ORDER BY md5(row_key)::uuid
ON CONFLICT DO NOTHING
"""
# Somebody else sent the same keys at the same moment: theirs came first.
_KEYS_LOST = """
UPDATE {s} s SET outcome = 'unchanged' WHERE s.outcome = 'created'
AND NOT EXISTS (SELECT 1 FROM usage_usageeventkey k WHERE k.id = s.target_id)
"""
_EVENTS_WRITTEN = """
INSERT INTO usage_usageevent (id, account_id, product_user_id, feature_id, occurred_at,
    day, name, is_session_start, quantity)
SELECT s.target_id, s.account_id, p.id, f.id, s.occurred_at,
       (s.occurred_at AT TIME ZONE %(zone)s)::date,
       COALESCE(s.name, s.feature, 'event'), COALESCE(s.is_session_start, false),
       COALESCE(s.quantity, 1)
FROM {s} s {joins} WHERE s.outcome IN ('created', 'updated')
ORDER BY s.account_id, s.occurred_at
"""
_EVENT_WEEKS = f"""
INSERT INTO {TOUCHED}
SELECT DISTINCT account_id,
       date_trunc('week', occurred_at AT TIME ZONE %(zone)s)::date
FROM {{s}} WHERE outcome IN ('created', 'updated')
"""
_MONTHS = """
SELECT DISTINCT date_trunc('month', occurred_at AT TIME ZONE 'UTC')::date
FROM {s} WHERE outcome IN ('created', 'updated') LIMIT %(limit)s
"""


def upsert_usage_events(stage: Stage, *, zone: str) -> None:
    """Write usage events once each, and rebuild the touched roll-ups.

    Staged: account_id, occurred_at, and any of name, feature, product_user,
    is_session_start, quantity. ``zone`` is the organisation's: it decides the day.
    """
    _begin_touched()
    _name_features_and_users(stage)
    stage.run(_EVENTS_KNOWN)
    if stage.run(_EVENTS_OLD_WEEKS):
        stage.run(_EVENTS_OLD_GONE)
        stage.run(_KEYS_UPDATED)
    created = stage.run(_EVENTS_NUMBERED)
    ensure_months(month for (month,) in stage.rows(_MONTHS, {"limit": _MAX_MONTHS}))
    if stage.run(_KEYS_CREATED) < created:
        stage.run(_KEYS_LOST)
    # The outcome was unknown when the stage was counted: without fresh numbers the
    # planner expects next to no row here and joins row by row.
    stage.run("ANALYZE {s}")
    stage.run(_joined(_EVENTS_WRITTEN, stage), {"zone": zone})
    stage.run(_EVENT_WEEKS, {"zone": zone})
    rebuild_rollups(touched=TOUCHED)


_METRIC_KEY = (
    "left(trim(BOTH '-' FROM regexp_replace(lower({}), '[^a-z0-9_]+', '-', 'g')), 60)"
)
_METRICS = f"""
INSERT INTO usage_metric (key, label, unit, direction)
SELECT DISTINCT ON (key) key, left(label, 120), '', 'up' FROM (
    SELECT {_METRIC_KEY.format("s.metric")} AS key, s.metric AS label, s.row_no
    FROM {{s}} s WHERE s.outcome IS NULL
) named WHERE key <> '' ORDER BY key, row_no
ON CONFLICT DO NOTHING
"""
_METRIC_IDS = f"""
UPDATE {{s}} s SET metric_id = m.id FROM usage_metric m
WHERE s.outcome IS NULL AND m.key = {_METRIC_KEY.format("s.metric")}
"""
_VALUES_KNOWN = """
UPDATE {s} s SET target_id = v.id FROM usage_metricvalue v
WHERE s.outcome IS NULL AND v.source = %(source)s AND v.external_id = s.row_key
"""
_MOMENT_TAKEN = """
EXISTS (SELECT 1 FROM usage_metricvalue v WHERE v.source = %(source)s
        AND v.account_id = s.account_id AND v.metric_id = s.metric_id
        AND v.observed_at = s.observed_at AND v.id IS DISTINCT FROM s.target_id)
OR EXISTS (SELECT 1 FROM {s} o WHERE o.outcome IS NULL AND o.row_no < s.row_no
           AND o.account_id = s.account_id AND o.metric_id = s.metric_id
           AND o.observed_at = s.observed_at)
"""


def upsert_metric_values(stage: Stage) -> None:
    """Create or update values of custom metrics; unknown metrics are made.

    Staged: account_id, metric, observed_at, value, target.
    """
    stage.run(_METRICS)
    stage.run(_METRIC_IDS)
    stage.reject(
        "s.metric_id IS NULL",
        column="metric",
        value="s.metric",
        reason="The metric's name has no letters or digits.",
    )
    stage.run(_VALUES_KNOWN)
    stage.run("CREATE INDEX ON {s} (account_id, metric_id, observed_at)")
    stage.reject(
        _MOMENT_TAKEN,
        column="metric",
        value="s.metric",
        reason="Another row gives this metric for the same account and time.",
    )
    columns = {
        "account_id": "s.account_id",
        "metric_id": "s.metric_id",
        "observed_at": "s.observed_at",
        "value": "s.value",
    }
    if stage.has("target"):
        columns["target"] = "s.target"
    upsert(
        stage,
        Target(
            "usage_metricvalue",
            columns,
            on_insert={"source": "%(source)s", "external_id": "s.row_key"},
        ),
    )
    note_changed_accounts(stage.name, where="outcome IN ('created', 'updated')")
