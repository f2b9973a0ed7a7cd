"""Since when a ticket has its status and priority: the one writer of those intervals.

The clocks and the health of accounts are computed from them, so they leave no gap and
never overlap, whoever changes how many tickets at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import connection

from core.inserting import insert
from tickets.models import Ticket, TicketPeriod

_MOVE = """
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(values)s::text[]) AS w(ticket_id, value)
), ended AS (
    UPDATE tickets_ticketperiod p SET valid_to = GREATEST(p.valid_from, %(at)s)
    FROM wanted w
    WHERE p.ticket_id = w.ticket_id AND p.field = %(field)s AND p.valid_to IS NULL
      AND p.value <> w.value
    RETURNING p.ticket_id, p.valid_to
)
INSERT INTO tickets_ticketperiod (ticket_id, field, value, valid_from)
SELECT w.ticket_id, %(field)s, w.value, COALESCE(e.valid_to, %(at)s)
FROM wanted w LEFT JOIN ended e USING (ticket_id)
WHERE e.ticket_id IS NOT NULL OR NOT EXISTS (
    SELECT 1 FROM tickets_ticketperiod p
    WHERE p.ticket_id = w.ticket_id AND p.field = %(field)s AND p.valid_to IS NULL)
"""
_FORGET = """
DELETE FROM tickets_ticketperiod p
WHERE p.ticket_id = ANY(%(ids)s) AND p.field = %(field)s AND p.valid_from >= %(since)s
  AND EXISTS (
    SELECT 1 FROM tickets_ticketperiod e
    WHERE e.ticket_id = p.ticket_id AND e.field = p.field
      AND (e.valid_from, e.id) < (p.valid_from, p.id));
UPDATE tickets_ticketperiod p SET valid_to = NULL
WHERE p.ticket_id = ANY(%(ids)s) AND p.field = %(field)s AND p.valid_to >= %(since)s
"""


def open_periods(tickets: Iterable[Ticket], *, at: datetime) -> None:
    """The first status and priority of new tickets hold from now on."""
    insert(
        [
            TicketPeriod(ticket=ticket, field=field, value=value, valid_from=at)
            for ticket in tickets
            for field, value in (
                ("status", ticket.status),
                ("priority", ticket.priority),
            )
        ]
    )


def move_periods(field: str, values: Mapping[int, str], *, at: datetime) -> None:
    """These tickets have another status (or priority) from a moment on.

    ``values`` maps ticket ids to what holds now; a value that held already goes on.
    """
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _MOVE,
            {
                "ids": list(values),
                "values": list(values.values()),
                "field": field,
                "at": at,
            },
        )


def forget_periods(field: str, ticket_ids: Iterable[int], *, since: datetime) -> None:
    """Take back what began at or after a moment: what held before holds on.

    The first of a ticket stays: a change may fall on the instant of the opening.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGET, {"ids": list(ticket_ids), "field": field, "since": since}
        )
