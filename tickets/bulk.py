"""Tickets in bulk: closed records, and logs of states folded into tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.bulk import custom_values
from core.staging import Stage, Target, upsert
from events.bulk import record_staged_events
from events.services import Actor
from tickets.bulk_conversations import open_conversations
from tickets.bulk_periods import follow_changes, open_first_periods

_FIND = """
UPDATE {s} s SET target_id = t.id FROM tickets_ticket t
WHERE s.outcome IS NULL AND t.source = %(source)s AND t.external_id = s.row_key
"""
# In the order in which everybody holds tickets, so that nobody blocks the other.
_HOLD = """
SELECT count(*) FROM (
    SELECT t.id FROM tickets_ticket t JOIN {s} s ON s.target_id = t.id
    WHERE s.outcome IS NULL ORDER BY t.id FOR NO KEY UPDATE OF t) held
"""
# A log older than what is known adds history, but not the ticket's present state.
_OUTDATED = """
UPDATE {s} s SET outcome = 'unchanged'
WHERE s.outcome IS NULL AND s.target_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM tickets_ticketperiod p WHERE p.ticket_id = s.target_id
    AND p.valid_from > (s.history->-1->>0)::timestamptz)
"""
_NUMBER_TAKEN = """
EXISTS (SELECT 1 FROM tickets_ticket t WHERE t.source = %(source)s
        AND t.number = s.number AND t.id IS DISTINCT FROM s.target_id)
OR EXISTS (SELECT 1 FROM {s} o WHERE o.outcome IS NULL AND o.number = s.number
           AND o.row_no < s.row_no)
"""
_LONG_KEY = """CASE WHEN length(s.row_key) <= 40 THEN s.row_key
    ELSE left(s.row_key, 31) || '-' || left(md5(s.row_key), 8) END"""
_OPTIONAL = {
    "account_external_id": ("account_id", "s.account_id"),
    "subscription_external_id": ("account_id", "s.account_id"),
    "contact_external_id": ("contact_id", "s.contact_id"),
    "assignee": ("assignee_id", "s.assignee_id"),
    "team": ("team_id", "s.team_id"),
    "category": ("category", "COALESCE(s.category, '')"),
    "channel": ("channel", "COALESCE(s.channel, '')"),
    "csat": ("csat", "s.csat"),
    "is_sla_met": ("is_sla_met", "s.is_sla_met"),
    "first_responded_at": ("first_responded_at", "s.first_responded_at"),
    "first_response_minutes": ("first_responded_at", "s.first_responded_at"),
    "resolved_at": ("resolved_at", "s.resolved_at"),
    "resolution_hours": ("resolved_at", "s.resolved_at"),
    "closed_at": ("closed_at", "s.closed_at"),
    "csat_at": ("csat_at", "s.csat_at"),
    "is_escalated": ("escalated_at", "s.escalated_at"),
    "escalated_at": ("escalated_at", "s.escalated_at"),
    "is_reopened": ("reopened_at", "s.reopened_at"),
    "reopened_at": ("reopened_at", "s.reopened_at"),
}
_DEFAULTS = {
    "priority": "'medium'",
    "level": "1",
    "reopen_count": "0",
}


def upsert_tickets(
    stage: Stage, *, by: Actor | None, custom: Mapping[str, str] | None = None
) -> None:
    """Create or update tickets by their id in ``stage.source``.

    Instants must be resolved already. A row without a status is closed when it has
    ended and new otherwise. A ticket may have no account. ``custom`` maps custom field
    keys to staged columns.
    """
    stage.run(_FIND)
    stage.run(_HOLD)
    if "history" in stage.columns:
        stage.run(_OUTDATED)
    if stage.has("number"):
        stage.reject(
            _NUMBER_TAKEN,
            column="number",
            value="s.number",
            reason="Another ticket of this source has this number.",
        )
    if "history" in stage.columns:
        upsert(stage, _target(stage, custom or {}))
        _keep_periods(stage)
    else:
        open_first_periods(stage)
        upsert(stage, _target(stage, custom or {}))
        follow_changes(stage)
    open_conversations(stage)
    record_staged_events(
        stage,
        kinds={"created": "ticket_created", "updated": "ticket_updated"},
        by=by,
        subject_type="tickets.ticket",
        label="COALESCE(s.subject, s.row_key)",
        happened_at="s.opened_at",
        data="jsonb_build_object('priority', s.priority)",
    )


def _target(stage: Stage, custom: Mapping[str, str]) -> Target:
    columns = dict(column for name, column in _OPTIONAL.items() if stage.has(name))
    number = f"COALESCE(s.number, {_LONG_KEY})"
    columns["number"] = number
    columns["opened_at"] = "s.opened_at"
    if stage.has("csat"):
        columns["csat_at"] = "s.csat_at"
    kept = {name: f"s.{name}" for name in _DEFAULTS if stage.has(name)}
    on_insert = {name: f"COALESCE(s.{name}, {_DEFAULTS[name]})" for name in kept}
    kept["status"] = "s.status"
    on_insert["status"] = "COALESCE(s.status, 'new')"
    if custom:
        columns["custom"] = custom_values(custom)
        on_insert["custom"] = columns["custom"].replace("t.custom", "'{}'::jsonb")
    on_insert |= {"source": "%(source)s", "external_id": "s.row_key"}
    # A ticket is called by its subject: where the source has none, by what it is about.
    on_insert["subject"] = (
        f"COALESCE(NULLIF(s.subject, ''), NULLIF(s.category, ''), {number})"
    )
    if stage.has("subject"):
        kept["subject"] = "NULLIF(s.subject, '')"
    on_update = {"updated_at": "now()", "version": "t.version + 1"}
    return Target("tickets_ticket", columns, kept, on_insert, on_update)


# The last row by the declared order (the file's own order at a tie) is the ticket; the
# others follow it. Its history keeps when status and priority changed.
_FOLD = """
WITH ordered AS (
    SELECT row_no, row_key, status, priority, changed_at, opened_at, reopen_count,
           row_number() OVER (PARTITION BY row_key ORDER BY {order} DESC, row_no DESC)
               AS from_last,
           first_value(row_no) OVER (
               PARTITION BY row_key ORDER BY {order} DESC, row_no DESC) AS last_row,
           lag(COALESCE(reopen_count, 0)) OVER (
               PARTITION BY row_key ORDER BY {order}, row_no) AS reopened_before
    FROM {s} WHERE outcome IS NULL
), histories AS (
    SELECT last_row,
           jsonb_agg(
               jsonb_build_array(COALESCE(changed_at, opened_at), status, priority)
               ORDER BY from_last DESC) AS history,
           max(COALESCE(changed_at, opened_at)) FILTER (
               WHERE reopen_count > reopened_before) AS reopened_at
    FROM ordered GROUP BY last_row
)
UPDATE {s} s SET
    outcome = CASE WHEN o.from_last > 1 THEN 'follows' END,
    follows_row = CASE WHEN o.from_last > 1 THEN o.last_row END,
    history = CASE WHEN o.from_last = 1 THEN h.history END,
    reopened_at = CASE WHEN o.from_last = 1
        THEN COALESCE(s.reopened_at, h.reopened_at) END
FROM ordered o JOIN histories h USING (last_row)
WHERE s.row_no = o.row_no AND s.outcome IS NULL
"""


def fold_ticket_events(stage: Stage, *, order_by: Sequence[str]) -> None:
    """Fold rows that are states of one ticket into its last state.

    ``order_by`` names staged columns; without any, the time of change decides.
    """
    names = order_by or ["changed_at"]
    ascending = ", ".join(f"{name} NULLS FIRST" for name in names)
    descending = ", ".join(f"{name} DESC NULLS LAST" for name in names)
    sql = _FOLD.replace("{order} DESC", descending).replace("{order}", ascending)
    stage.run(sql)
    stage.mapped.add("reopened_at")


# Known periods and those of the file are one list of changes; intervals follow from it.
# So a log that continues an earlier one continues its tickets, and a repeat is silent.
_PERIODS = """
CREATE TEMP TABLE ticket_changes ON COMMIT DROP AS
WITH said AS (
    SELECT s.target_id AS ticket_id, f.field, f.value,
           (h.entry->>0)::timestamptz AS at, h.place
    FROM {s} s, jsonb_array_elements(s.history) WITH ORDINALITY AS h(entry, place),
         LATERAL (VALUES ('status', h.entry->>1), ('priority', h.entry->>2))
             AS f(field, value)
    WHERE s.outcome IN ('created', 'updated', 'unchanged') AND f.value IS NOT NULL
    UNION ALL
    SELECT p.ticket_id, p.field, p.value, p.valid_from, 0
    FROM tickets_ticketperiod p JOIN {s} s ON s.target_id = p.ticket_id
    WHERE s.history IS NOT NULL
      AND s.outcome IN ('created', 'updated', 'unchanged')
), settled AS (
    SELECT DISTINCT ON (ticket_id, field, at) ticket_id, field, at, value
    FROM said ORDER BY ticket_id, field, at, place DESC
), changed AS (
    SELECT *, lag(value) OVER (PARTITION BY ticket_id, field ORDER BY at) AS before
    FROM settled
)
SELECT ticket_id, field, value, at AS valid_from,
       lead(at) OVER (PARTITION BY ticket_id, field ORDER BY at) AS valid_to
FROM changed WHERE value IS DISTINCT FROM before
"""
_PERIODS_DIFFER = """
UPDATE {s} s SET outcome = 'updated'
WHERE s.outcome = 'unchanged' AND s.target_id IN (
    SELECT COALESCE(c.ticket_id, p.ticket_id)
    FROM ticket_changes c FULL JOIN (
        SELECT p.* FROM tickets_ticketperiod p
        WHERE p.ticket_id IN (SELECT ticket_id FROM ticket_changes)
    ) p ON (p.ticket_id, p.field, p.value, p.valid_from)
         = (c.ticket_id, c.field, c.value, c.valid_from)
       AND p.valid_to IS NOT DISTINCT FROM c.valid_to
    WHERE c.ticket_id IS NULL OR p.id IS NULL)
"""
_PERIODS_REPLACED = """
WITH touched AS (
    SELECT target_id FROM {s} WHERE outcome IN ('created', 'updated')
), gone AS (
    DELETE FROM tickets_ticketperiod p USING touched WHERE p.ticket_id = target_id
)
SELECT count(*) FROM touched
"""
_PERIODS_WRITTEN = """
INSERT INTO tickets_ticketperiod (ticket_id, field, value, valid_from, valid_to)
SELECT c.ticket_id, c.field, c.value, c.valid_from, c.valid_to
FROM ticket_changes c JOIN {s} s ON s.target_id = c.ticket_id
WHERE s.outcome IN ('created', 'updated')
"""


def _keep_periods(stage: Stage) -> None:
    stage.run("DROP TABLE IF EXISTS ticket_changes")
    for statement in (_PERIODS, _PERIODS_DIFFER, _PERIODS_REPLACED, _PERIODS_WRITTEN):
        stage.run(statement)
