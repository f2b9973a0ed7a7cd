"""Good rows whose parent is not here yet, and their release when it arrives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from core.staging import BOOKKEEPING, Stage
from integrations.fields import Job, Kind
from integrations.kinds import KINDS
from integrations.models import ImportRun

_DROPPED = ", ".join(
    f"'{name}'" for name in BOOKKEEPING if name not in ("row_no", "row_key", "content")
)
_HOLD = f"""
INSERT INTO integrations_quarantinedrow
    (kind, source, row_key, waits_for, payload, reason, run_id)
SELECT DISTINCT ON (row_key) %(kind)s, %(source)s, left(row_key, 300),
       left(waits_for, 300),
       jsonb_build_object('fields', %(fields)s::text[],
           'custom', %(custom)s::jsonb, 'row',
           jsonb_strip_nulls(to_jsonb(s) - ARRAY[{_DROPPED}])),
       left(reason, 300), %(run)s
FROM {{s}} s WHERE outcome = 'quarantined' ORDER BY row_key, row_no
ON CONFLICT (kind, source, row_key) DO UPDATE SET
    waits_for = EXCLUDED.waits_for, payload = EXCLUDED.payload,
    reason = EXCLUDED.reason
"""
_FORGET = """
DELETE FROM integrations_quarantinedrow q USING {s} s
WHERE q.kind = %(kind)s AND q.source = %(source)s AND q.row_key = left(s.row_key, 300)
  AND s.outcome IN ('created', 'updated', 'unchanged')
"""
_ARRIVED = """
WITH waiting AS (
    SELECT id, kind, source, payload->'fields' AS fields,
           COALESCE(payload->'custom', '{}') AS custom, waits_for
    FROM integrations_quarantinedrow
), here AS (
    SELECT 'account:' || source || ':' || external_id AS parent
    FROM accounts_accountexternalid
    UNION ALL
    SELECT 'subscription:' || source || ':' || external_id
    FROM revenue_subscription WHERE external_id <> ''
    UNION ALL
    SELECT 'contact:' || source || ':' || external_id
    FROM accounts_contact WHERE external_id <> ''
)
SELECT kind, source, fields::text, custom::text,
       (array_agg(id))[1:200000]
FROM waiting WHERE waits_for IN (SELECT left(parent, 300) FROM here)
GROUP BY kind, source, fields, custom
ORDER BY kind, source, fields::text, custom::text
"""


@dataclass(frozen=True)
class Group:
    """Waiting rows of one kind and source that fill the same fields."""

    kind: Kind
    source: str
    fields: list[str]
    #: Custom field → the column its values wait in.
    custom: dict[str, str]
    ids: list[int]


def hold(job: Job, run: ImportRun | None) -> int:
    """Keep the quarantined rows of a stage; forget those that came in after all."""
    stage = job.stage
    if not _is_empty():
        stage.run(_FORGET, {"kind": job.kind.key})
    return stage.run(
        _HOLD,
        {
            "kind": job.kind.key,
            "fields": sorted(stage.mapped),
            "custom": json.dumps(dict(job.custom)),
            "run": run.pk if run is not None else None,
        },
    )


def _is_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM integrations_quarantinedrow)")
        return bool(cursor.fetchone()[0])


def arrived() -> list[Group]:
    """Groups of waiting rows whose parent is here by now."""
    if _is_empty():
        return []
    with connection.cursor() as cursor:
        cursor.execute(_ARRIVED)
        return [
            Group(KINDS[kind], source, json.loads(fields), json.loads(custom), ids)
            for kind, source, fields, custom, ids in cursor.fetchall()
            if kind in KINDS
        ]


def stage_group(group: Group) -> Stage:
    """The rows of a group, staged as they were when their file was read."""
    columns = {
        **group.kind.stage_columns,
        **dict.fromkeys(group.custom.values(), "jsonb"),
    }
    stage = Stage(columns, mapped=group.fields, source=group.source)
    named = ", ".join(
        name
        for name in stage.columns
        if name not in BOOKKEEPING or name in ("row_key", "content")
    )
    stage.run(
        f"INSERT INTO {{s}} (row_no, {named}) "
        f"SELECT (row_number() OVER (ORDER BY q.id))::int, {named} FROM (SELECT id, "
        "jsonb_populate_record(NULL::{s}, payload->'row') AS r "
        "FROM integrations_quarantinedrow WHERE id = ANY(%(ids)s)) q, "
        "LATERAL (SELECT (q.r).*) fields",
        {"ids": group.ids},
    )
    # Those that still miss another parent are held anew when the stage is applied.
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM integrations_quarantinedrow WHERE id = ANY(%s)", [group.ids]
        )
    stage.analyze()
    return stage


def release_arrived(apply: Callable[[Group, Stage], None]) -> int:
    """Apply waiting rows whose parents are here, until none is left to free.

    A released row may be the parent of others, so this goes on while something
    happens. Returns how many rows came in.
    """
    released = 0
    while groups := arrived():
        for group in groups:
            stage = stage_group(group)
            apply(group, stage)
            released += stage.rows(
                "SELECT count(*) FROM {s} "
                "WHERE outcome IN ('created', 'updated', 'unchanged')"
            )[0][0]
            stage.drop()
    return released
