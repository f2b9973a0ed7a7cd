"""Contacts and touchpoints in bulk, as :mod:`accounts.bulk` does for accounts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from accounts.activity_columns import write_last_touches
from accounts.bulk import custom_values
from core.staging import Stage, Target, upsert
from events.bulk import record_staged_events
from events.services import Actor

_FIND_CONTACT = """
UPDATE {s} s SET target_id = c.id FROM accounts_contact c
WHERE s.outcome IS NULL AND c.source = %(source)s AND c.external_id = s.row_key
"""
# Somebody typed this person in before the file came: the file adopts them.
_ADOPT_CONTACT = """
UPDATE {s} s SET target_id = d.contact_id
FROM (
    SELECT DISTINCT ON (c.id) c.id AS contact_id, s.row_no
    FROM accounts_contact c JOIN {s} s
        ON c.account_id = s.account_id AND lower(c.email) = lower(s.email)
    WHERE s.outcome IS NULL AND s.target_id IS NULL AND c.external_id = ''
    ORDER BY c.id, s.row_no
) d
WHERE d.row_no = s.row_no
"""


def upsert_contacts(
    stage: Stage,
    *,
    today: date,
    by: Actor | None,
    custom: Mapping[str, str] | None = None,
) -> None:
    """Create or update contacts by their id in ``stage.source``.

    A contact that a person entered with the same e-mail at the same account is
    adopted. Roles are the current ones: others are closed as of today.
    """
    stage.run(_FIND_CONTACT)
    if stage.has("email"):
        stage.run(_ADOPT_CONTACT)
    upsert(stage, _contact_target(stage, custom or {}))
    if stage.has("roles"):
        _keep_roles(stage, today=today)
    record_staged_events(
        stage,
        kinds={"created": "contact_created", "updated": "contact_updated"},
        by=by,
        subject_type="accounts.contact",
        label="s.name",
    )


def _contact_target(stage: Stage, custom: Mapping[str, str]) -> Target:
    optional = {
        "email": "COALESCE(lower(s.email), '')",
        "title": "COALESCE(s.title, '')",
        "phone": "COALESCE(s.phone, '')",
        "sentiment": "COALESCE(s.sentiment, '')",
        "left_on": "s.left_on",
    }
    columns = {name: sql for name, sql in optional.items() if stage.has(name)}
    columns["source"] = "%(source)s::text"
    columns["external_id"] = "s.row_key"
    kept = {"name": "s.name", "account_id": "s.account_id"}
    on_insert = {}
    for name in ("is_opted_out_email", "is_opted_out_surveys"):
        if stage.has(name):
            kept[name] = f"s.{name}"
            on_insert[name] = f"COALESCE(s.{name}, false)"
    if custom:
        columns["custom"] = custom_values(custom)
        on_insert["custom"] = columns["custom"].replace("t.custom", "'{}'::jsonb")
    on_update = {"version": "t.version + 1", "updated_at": "now()"}
    return Target("accounts_contact", columns, kept, on_insert, on_update)


_OPEN_ROLES = """
WITH opened AS (
    INSERT INTO accounts_contactrole (contact_id, role, valid_from)
    SELECT DISTINCT s.target_id, wanted.role,
           CASE WHEN EXISTS (
               SELECT 1 FROM accounts_contactrole r WHERE r.contact_id = s.target_id)
           THEN %(today)s::date END
    FROM {s} s, unnest(s.roles) AS wanted(role)
    WHERE s.outcome IN ('created', 'updated', 'unchanged') AND NOT EXISTS (
        SELECT 1 FROM accounts_contactrole r WHERE r.contact_id = s.target_id
        AND r.role = wanted.role AND r.valid_to IS NULL)
    RETURNING contact_id
)
UPDATE {s} s SET outcome = 'updated' FROM opened
WHERE opened.contact_id = s.target_id AND s.outcome = 'unchanged'
"""
_CLOSE_ROLES = """
WITH closed AS (
    UPDATE accounts_contactrole r SET valid_to = %(today)s FROM {s} s
    WHERE s.outcome IN ('created', 'updated', 'unchanged')
      AND r.contact_id = s.target_id AND r.valid_to IS NULL
      AND (r.valid_from IS NULL OR r.valid_from <= %(today)s)
      AND NOT r.role = ANY(COALESCE(s.roles, '{}'))
    RETURNING r.contact_id
)
UPDATE {s} s SET outcome = 'updated' FROM closed
WHERE closed.contact_id = s.target_id AND s.outcome = 'unchanged'
"""


def _keep_roles(stage: Stage, *, today: date) -> None:
    stage.run(_CLOSE_ROLES, {"today": today})
    stage.run(_OPEN_ROLES, {"today": today})


_MISSING_CONTACTS = """
WITH missing AS (
    SELECT DISTINCT ON (s.{named_by}) s.{named_by} AS external_id, s.{name} AS name,
           s.account_id, s.row_no
    FROM {s} s
    WHERE s.outcome IS NULL AND s.{named_by} IS NOT NULL AND s.{into} IS NULL
      AND s.account_id IS NOT NULL
    ORDER BY s.{named_by}, s.row_no
), made AS (
    INSERT INTO accounts_contact (account_id, name, source, external_id)
    SELECT account_id, left(COALESCE(name, external_id), 200), %(source)s, external_id
    FROM missing RETURNING id, account_id, name
)
INSERT INTO events_event (kind, actor_id, actor_label, account_id, subject_type,
                          subject_id, subject_label, data)
SELECT 'contact_created', %(actor_id)s, %(actor_label)s, account_id, 'accounts.contact',
       id, name, jsonb_build_object('source', %(source)s::text)
FROM made ORDER BY id
"""


def create_missing_contacts(
    stage: Stage, *, into: str, named_by: str, name: str, by: Actor | None
) -> int:
    """Make a contact for each unknown id of a row with an account; returns how many."""
    statement = _MISSING_CONTACTS
    for word, column in (("{into}", into), ("{named_by}", named_by), ("{name}", name)):
        statement = statement.replace(word, column)
    return stage.run(
        statement,
        {
            "actor_id": getattr(by, "pk", None),
            "actor_label": by.label if by is not None else "System",
        },
    )


_FIND_TOUCHPOINT = """
UPDATE {s} s SET target_id = t.id FROM accounts_touchpoint t
WHERE s.outcome IS NULL AND t.source = %(source)s AND t.external_id = s.row_key
"""
_TOUCHPOINT_CONTACTS = """
INSERT INTO accounts_touchpoint_contacts (touchpoint_id, contact_id)
SELECT DISTINCT target_id, contact_id FROM {s}
WHERE outcome IN ('created', 'updated') AND contact_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


def upsert_touchpoints(stage: Stage, *, by: Actor | None) -> None:
    """Create or update touchpoints; accounts' last touch follows."""
    stage.run(_FIND_TOUCHPOINT)
    upsert(stage, _touchpoint_target(stage))
    stage.run(_TOUCHPOINT_CONTACTS)
    ids = stage.rows(
        "SELECT DISTINCT account_id FROM {s} WHERE outcome IN ('created', 'updated')"
    )
    write_last_touches([account_id for (account_id,) in ids])
    record_staged_events(
        stage,
        kinds={"created": "touchpoint_logged", "updated": "touchpoint_updated"},
        by=by,
        subject_type="accounts.touchpoint",
        label="COALESCE(s.subject, s.kind)",
        happened_at="s.happened_at",
        data="jsonb_build_object('kind', COALESCE(s.kind, 'meeting'))",
    )


def _touchpoint_target(stage: Stage) -> Target:
    optional = {
        "minutes": ("minutes", "s.minutes"),
        "subject": ("subject", "COALESCE(s.subject, '')"),
        "notes": ("notes", "COALESCE(s.notes, '')"),
        "next_steps": ("next_steps", "COALESCE(s.next_steps, '')"),
        "sentiment": ("sentiment", "COALESCE(s.sentiment, '')"),
        "person": ("person_id", "s.person_id"),
    }
    columns = dict(column for name, column in optional.items() if stage.has(name))
    columns["account_id"] = "s.account_id"
    columns["happened_at"] = "s.happened_at"
    on_insert = {
        "kind": "COALESCE(s.kind, 'meeting')",
        "source": "%(source)s::text",
        "external_id": "s.row_key",
    }
    on_update = {"updated_at": "now()"}
    kept = {"kind": "s.kind"}
    return Target("accounts_touchpoint", columns, kept, on_insert, on_update)
