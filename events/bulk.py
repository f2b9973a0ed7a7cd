"""Recording one event per staged row in a single statement."""

from __future__ import annotations

from collections.abc import Mapping

from core.staging import Stage
from events.services import Actor


def record_staged_events(
    stage: Stage,
    *,
    kinds: Mapping[str, str],
    by: Actor | None,
    subject_type: str,
    label: str,
    account_id: str = "s.account_id",
    happened_at: str = "now()",
    data: str = "'{}'::jsonb",
) -> int:
    """One event for each staged row whose outcome is a key of ``kinds``.

    ``label``, ``account_id``, ``happened_at`` and ``data`` are SQL over the staged row
    ``s``. An update happens now and carries its changes; a creation happens when the
    fact did. Returns how many were recorded.
    """
    cases = " ".join(
        f"WHEN '{outcome}' THEN '{kind}'" for outcome, kind in kinds.items()
    )
    listed = ", ".join(f"'{outcome}'" for outcome in kinds)
    return stage.run(
        "INSERT INTO events_event (happened_at, kind, actor_id, actor_label, "
        "account_id, subject_type, subject_id, subject_label, data) "
        "SELECT CASE s.outcome WHEN 'updated' THEN now() "
        f"ELSE COALESCE({happened_at}, now()) END, "
        f"CASE s.outcome {cases} END, %(actor_id)s, %(actor_label)s, {account_id}, "
        f"%(subject_type)s, s.target_id, left(COALESCE({label}, ''), 300), "
        f"CASE s.outcome WHEN 'updated' THEN COALESCE(s.changes, '{{}}'::jsonb) "
        f"ELSE {data} || jsonb_build_object('source', %(source)s::text) END "
        f"FROM {{s}} s WHERE s.outcome IN ({listed}) ORDER BY s.row_no",
        {
            "actor_id": getattr(by, "pk", None),
            "actor_label": by.label if by is not None else "System",
            "subject_type": subject_type,
        },
    )
