"""What a ticket shows of its clocks: what is due next, and the first miss."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

_REFRESH = """
UPDATE tickets_ticket t
SET next_due_at = due.due_at,
    next_due_metric = COALESCE(due.metric, ''),
    breached_at = LEAST(t.breached_at, missed.at)
FROM unnest(%(ids)s::bigint[]) AS wanted(id)
LEFT JOIN LATERAL (
    SELECT c.due_at, c.metric FROM tickets_slaclock c
    WHERE c.ticket_id = wanted.id AND c.state = 'running' AND c.due_at IS NOT NULL
    ORDER BY c.due_at, c.metric LIMIT 1) due ON true
LEFT JOIN LATERAL (
    SELECT min(c.breached_at) AS at FROM tickets_slaclock c
    WHERE c.ticket_id = wanted.id) missed ON true
WHERE t.id = wanted.id
  AND (t.next_due_at, t.next_due_metric, t.breached_at) IS DISTINCT FROM
      (due.due_at, COALESCE(due.metric, ''), LEAST(t.breached_at, missed.at))
"""


def refresh_next_due(ticket_ids: Iterable[int]) -> None:
    """Set what tickets show from their clocks: one statement for any number."""
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, {"ids": sorted(ticket_ids)})
