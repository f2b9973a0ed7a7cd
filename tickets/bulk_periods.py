"""Since when a ticket has its status and priority, for records without a history.

A first record holds since the ticket was opened; the time stamps of its end say when it
ended. A later record that differs holds from the stamp it brings, else from now on, so
that no past day learns of it.
"""

from __future__ import annotations

from django.utils import timezone

from core.staging import Stage

_DONE = "('resolved', 'closed')"

_OPEN_PRIORITY = """
INSERT INTO tickets_ticketperiod (ticket_id, field, value, valid_from)
SELECT t.id, 'priority', t.priority, t.opened_at
FROM tickets_ticket t JOIN {s} s ON s.target_id = t.id
WHERE (s.outcome IS NULL OR s.outcome IN ('created', 'updated')) AND NOT EXISTS (
    SELECT 1 FROM tickets_ticketperiod p
    WHERE p.ticket_id = t.id AND p.field = 'priority')
"""
# Where the stamps contradict the status, they stay the only word on it.
_OPEN_STATUS = f"""
INSERT INTO tickets_ticketperiod (ticket_id, field, value, valid_from, valid_to)
SELECT t.id, 'status', step.value, step.valid_from, step.valid_to
FROM tickets_ticket t JOIN {{s}} s ON s.target_id = t.id
CROSS JOIN LATERAL (
    SELECT COALESCE(t.resolved_at, t.closed_at) AS done_at,
           CASE WHEN t.status = 'closed' AND t.closed_at > t.resolved_at
           THEN t.closed_at END AS closed_at
) stamp
CROSS JOIN LATERAL (VALUES
    (CASE WHEN t.status IN {_DONE} THEN 'new' ELSE t.status END,
     t.opened_at, stamp.done_at),
    (CASE WHEN stamp.closed_at IS NULL THEN t.status ELSE 'resolved' END,
     stamp.done_at, stamp.closed_at),
    ('closed', stamp.closed_at, NULL)
) AS step(value, valid_from, valid_to)
WHERE (s.outcome IS NULL OR s.outcome IN ('created', 'updated'))
  AND step.valid_from IS NOT NULL AND step.valid_to IS DISTINCT FROM step.valid_from
  AND CASE WHEN t.status IN {_DONE}
      THEN stamp.done_at >= t.opened_at AND t.reopened_at IS NULL
      ELSE stamp.done_at IS NULL END
  AND NOT EXISTS (
    SELECT 1 FROM tickets_ticketperiod p
    WHERE p.ticket_id = t.id AND p.field = 'status')
"""
# Stamps put right: periods that were made of them are made anew.
_FORGET_CORRECTED = f"""
DELETE FROM tickets_ticketperiod p USING {{s}} s
WHERE s.outcome = 'updated' AND p.ticket_id = s.target_id AND p.field = 'status'
  AND jsonb_exists_any(s.changes, ARRAY['opened_at', 'resolved_at', 'closed_at'])
  AND NOT jsonb_exists(s.changes, 'status')
  AND (SELECT count(*) FROM tickets_ticketperiod o
       WHERE o.ticket_id = s.target_id AND o.field = 'status'
         AND o.value NOT IN {_DONE}) <= 1
"""
_CLOSE_CHANGED = f"""
UPDATE tickets_ticketperiod p
SET valid_to = CASE WHEN c.stamp > p.valid_from AND c.stamp <= %(now)s
    THEN c.stamp ELSE GREATEST(p.valid_from, %(now)s) END
FROM (
    SELECT o.id, CASE WHEN o.field = 'status' THEN
        CASE WHEN t.status = 'closed' AND o.value = 'resolved' THEN t.closed_at
             WHEN t.status IN {_DONE} THEN COALESCE(t.resolved_at, t.closed_at)
             ELSE t.reopened_at END END AS stamp
    FROM tickets_ticket t JOIN {{s}} s ON s.target_id = t.id
    JOIN tickets_ticketperiod o ON o.ticket_id = t.id AND o.valid_to IS NULL
    WHERE s.outcome = 'updated'
      AND o.value <> CASE o.field WHEN 'status' THEN t.status ELSE t.priority END
) c
WHERE p.id = c.id
"""
_OPEN_CHANGED = """
INSERT INTO tickets_ticketperiod (ticket_id, field, value, valid_from)
SELECT t.id, p.field, CASE p.field WHEN 'status' THEN t.status ELSE t.priority END,
       max(p.valid_to)
FROM tickets_ticket t JOIN {s} s ON s.target_id = t.id
JOIN tickets_ticketperiod p ON p.ticket_id = t.id
WHERE s.outcome = 'updated'
GROUP BY t.id, p.field HAVING bool_and(p.valid_to IS NOT NULL)
"""


def open_first_periods(stage: Stage) -> None:
    """Periods for the stage's tickets that have none, from the tickets as they are."""
    stage.run(_OPEN_PRIORITY)
    stage.run(_OPEN_STATUS)


def follow_changes(stage: Stage) -> None:
    """After the upsert: close the periods that no longer hold, open those that do."""
    stage.run(_FORGET_CORRECTED)
    stage.run(_CLOSE_CHANGED, {"now": timezone.now()})
    stage.run(_OPEN_CHANGED)
    open_first_periods(stage)
