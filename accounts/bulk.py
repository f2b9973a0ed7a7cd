"""Accounts in bulk: set-based writes for imports, ingestion and the demo.

Each function takes a :class:`core.staging.Stage` whose columns are named after the
facts and settles its open rows. Contacts and touchpoints stand in ``people_bulk``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from core.staging import Stage, Target, upsert
from events.bulk import record_staged_events
from events.services import Actor

_CREATED = {"created": "account_created", "updated": "account_updated"}

_FIND = """
UPDATE {s} s SET target_id = COALESCE(a.merged_into_id, a.id)
FROM accounts_accountexternalid e JOIN accounts_account a ON a.id = e.account_id
WHERE s.outcome IS NULL AND e.source = %(source)s AND e.external_id = s.row_key
"""
# Two ids of one merged account: the first row speaks for it.
_ONE_ROW_EACH = """
UPDATE {s} s SET outcome = 'follows', follows_row = d.first_row
FROM (
    SELECT row_no, min(row_no) OVER (PARTITION BY target_id) AS first_row
    FROM {s} WHERE outcome IS NULL AND target_id IS NOT NULL
) d
WHERE d.row_no = s.row_no AND s.row_no > d.first_row
"""
_EXTERNAL_IDS = """
INSERT INTO accounts_accountexternalid (account_id, source, external_id)
SELECT target_id, %(source)s, row_key FROM {s} WHERE outcome = 'created'
"""
_PLANS = """
INSERT INTO accounts_plan (name)
SELECT DISTINCT ON (lower(s.plan)) left(s.plan, 120) FROM {s} s
WHERE s.outcome IS NULL AND s.plan IS NOT NULL ORDER BY lower(s.plan), s.row_no
ON CONFLICT DO NOTHING
"""
_PLAN_IDS = """
UPDATE {s} s SET plan_id = p.id FROM accounts_plan p
WHERE s.outcome IS NULL AND lower(p.name) = lower(left(s.plan, 120))
"""


def upsert_accounts(
    stage: Stage,
    *,
    today: date,
    by: Actor | None,
    custom: Mapping[str, str] | None = None,
) -> None:
    """Create or update accounts by their id in ``stage.source``.

    Only mapped facts are written; an empty name, stage or first day leaves what is
    known. ``custom`` maps custom field keys to staged columns.
    """
    stage.run(_FIND)
    stage.run(_ONE_ROW_EACH)
    settle_plans(stage)
    upsert(stage, _target(stage, today=today, custom=custom or {}))
    stage.run(_EXTERNAL_IDS)
    if stage.has("parent_external_id"):
        _link_parents(stage)
    if stage.has("seats", "plan"):
        keep_account_terms(stage, today=today)
    record_staged_events(
        stage,
        kinds=_CREATED,
        by=by,
        subject_type="accounts.account",
        label="s.name",
        account_id="s.target_id",
        happened_at="s.first_seen_on::timestamptz",
    )


def _target(stage: Stage, *, today: date, custom: Mapping[str, str]) -> Target:
    optional = {
        "domain": ("domain", "COALESCE(lower(s.domain), '')"),
        "industry": ("industry", "COALESCE(s.industry, '')"),
        "country": ("country", "COALESCE(s.country, '')"),
        "timezone": ("timezone", "COALESCE(s.timezone, '')"),
        "employees": ("employees", "s.employees"),
        "seats": ("seats", "s.seats"),
        "plan": ("plan_id", "s.plan_id"),
        "owner": ("owner_id", "s.owner_id"),
        "team": ("team_id", "s.team_id"),
        "tags": ("tags", "COALESCE(s.tags, '{}')::varchar[]"),
    }
    columns = dict(column for name, column in optional.items() if stage.has(name))
    day = f"DATE '{today:%Y-%m-%d}'"
    kept = {"name": "s.name"}
    if stage.has("first_seen_on"):
        kept["first_seen_on"] = "s.first_seen_on"
    if stage.has("stage"):
        kept["stage"] = "s.stage"
    on_insert = {"first_seen_on": f"COALESCE(s.first_seen_on, {day})"}
    if stage.has("stage"):
        on_insert["stage"] = "COALESCE(s.stage, 'onboarding')"
    on_insert["stage_since"] = on_insert["first_seen_on"]
    on_update = {"version": "t.version + 1", "updated_at": "now()"}
    if stage.has("stage"):
        on_update["stage_since"] = (
            f"CASE WHEN COALESCE(s.stage, t.stage) <> t.stage THEN {day} "
            "ELSE t.stage_since END"
        )
    if custom:
        columns["custom"] = custom_values(custom)
        on_insert["custom"] = columns["custom"].replace("t.custom", "'{}'::jsonb")
    return Target("accounts_account", columns, kept, on_insert, on_update)


def custom_values(custom: Mapping[str, str]) -> str:
    """SQL: the row's custom values with those of the file laid over them."""
    pairs = ", ".join(f"'{key}', s.{column}" for key, column in custom.items())
    return f"t.custom || jsonb_strip_nulls(jsonb_build_object({pairs}))"


def settle_plans(stage: Stage) -> None:
    """Fill ``plan_id`` from the plan's name, making plans that are new."""
    if stage.has("plan"):
        stage.run(_PLANS)
        stage.run(_PLAN_IDS)


_LINK = """
WITH linked AS (
    UPDATE accounts_account t SET parent_id = e.account_id, updated_at = now(),
        version = t.version + 1
    FROM {s} s JOIN accounts_accountexternalid e
        ON e.source = %(source)s AND e.external_id = s.parent_external_id
    WHERE s.outcome IN ('created', 'updated', 'unchanged') AND t.id = s.target_id
      AND e.account_id <> t.id AND t.parent_id IS DISTINCT FROM e.account_id
    RETURNING t.id
)
UPDATE {s} s SET outcome = 'updated' FROM linked
WHERE linked.id = s.target_id AND s.outcome = 'unchanged'
"""
_UNLINK_CIRCLES = """
WITH RECURSIVE above(start, id, height) AS (
    SELECT a.id, a.parent_id, 1 FROM accounts_account a
    JOIN {s} s ON s.target_id = a.id WHERE a.parent_id IS NOT NULL
    UNION ALL
    SELECT b.start, a.parent_id, b.height + 1
    FROM above b JOIN accounts_account a ON a.id = b.id
    WHERE a.parent_id IS NOT NULL AND b.id <> b.start AND b.height < 50
)
UPDATE accounts_account t SET parent_id = NULL FROM above
WHERE above.start = above.id AND t.id = above.start
"""


def _link_parents(stage: Stage) -> None:
    """Parents may stand further down in the same file, so links come last."""
    stage.run(_LINK)
    stage.run(_UNLINK_CIRCLES)


_CLOSE_TERMS = """
UPDATE accounts_accountterms k SET valid_to = %(today)s
FROM accounts_account a JOIN {s} s ON s.target_id = a.id
WHERE s.outcome IN ('created', 'updated') AND k.account_id = a.id
  AND k.valid_to IS NULL AND (k.valid_from IS NULL OR k.valid_from < %(today)s)
  AND (k.seats, k.plan_id) IS DISTINCT FROM (a.seats, a.plan_id)
"""
_CORRECT_TERMS = """
UPDATE accounts_accountterms k SET seats = a.seats, plan_id = a.plan_id
FROM accounts_account a JOIN {s} s ON s.target_id = a.id
WHERE s.outcome IN ('created', 'updated') AND k.account_id = a.id
  AND k.valid_to IS NULL AND k.valid_from >= %(today)s
"""
_OPEN_TERMS = """
INSERT INTO accounts_accountterms (account_id, seats, plan_id, valid_from)
SELECT a.id, a.seats, a.plan_id,
       CASE WHEN EXISTS (
           SELECT 1 FROM accounts_accountterms k WHERE k.account_id = a.id)
       THEN %(today)s::date END
FROM accounts_account a JOIN {s} s ON s.target_id = a.id
WHERE s.outcome IN ('created', 'updated')
  AND (a.seats IS NOT NULL OR a.plan_id IS NOT NULL OR EXISTS (
      SELECT 1 FROM accounts_accountterms k WHERE k.account_id = a.id))
  AND NOT EXISTS (
      SELECT 1 FROM accounts_accountterms k
      WHERE k.account_id = a.id AND k.valid_to IS NULL)
"""


def keep_account_terms(stage: Stage, *, today: date) -> None:
    """Close the terms that no longer hold and open those that do.

    What is learnt first holds for all time before; later changes hold from today.
    """
    for statement in (_CLOSE_TERMS, _CORRECT_TERMS, _OPEN_TERMS):
        stage.run(statement, {"today": today})


_MISSING_ACCOUNTS = """
WITH missing AS (
    SELECT s.{named_by} AS external_id,
           (array_agg(s.{name} ORDER BY s.row_no)
               FILTER (WHERE s.{name} IS NOT NULL))[1] AS name,
           min({day}) AS day, min(s.row_no) AS row_no
    FROM {s} s
    WHERE s.outcome IS NULL AND s.{named_by} IS NOT NULL AND s.{into} IS NULL
    GROUP BY s.{named_by}
), numbered AS (
    SELECT *, nextval(pg_get_serial_sequence('accounts_account', 'id')) AS id
    FROM missing
), made AS (
    INSERT INTO accounts_account (id, name, first_seen_on, stage_since)
    SELECT id, left(COALESCE(name, external_id), 200),
           COALESCE(day, %(today)s), COALESCE(day, %(today)s) FROM numbered
), named AS (
    INSERT INTO accounts_accountexternalid (account_id, source, external_id)
    SELECT id, %(source)s, external_id FROM numbered
)
INSERT INTO events_event (happened_at, kind, actor_id, actor_label, account_id,
                          subject_type, subject_id, subject_label, data)
SELECT COALESCE(day, %(today)s), 'account_created', %(actor_id)s, %(actor_label)s, id,
       'accounts.account', id, left(COALESCE(name, external_id), 200),
       jsonb_build_object('source', %(source)s::text)
FROM numbered ORDER BY row_no
"""


def create_missing_accounts(
    stage: Stage,
    *,
    into: str,
    named_by: str,
    name: str,
    day: str,
    today: date,
    by: Actor | None,
) -> int:
    """Make an account for each id that no account has; returns how many.

    ``day`` is SQL for the day a row speaks of: an account was first seen on the
    earliest of them.
    """
    statement = _MISSING_ACCOUNTS
    for word, column in (
        ("{into}", into),
        ("{named_by}", named_by),
        ("{name}", name),
        ("{day}", day),
    ):
        statement = statement.replace(word, column)
    return stage.run(
        statement,
        {
            "today": today,
            "actor_id": getattr(by, "pk", None),
            "actor_label": by.label if by is not None else "System",
        },
    )
