"""What a ticket shows of its clocks: next due, first miss, whether it kept its SLA."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from tickets.models import ClockState, SlaClock, Ticket

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


def settle(
    ticket: Ticket, clocks: Sequence[SlaClock], *, is_resolved: bool = False
) -> None:
    """The same for one ticket whose clocks are at hand; sets the row and the object."""
    running = [
        (clock.due_at, str(clock.metric))
        for clock in clocks
        if clock.state == ClockState.RUNNING and clock.due_at is not None
    ]
    ticket.next_due_at, ticket.next_due_metric = min(running, default=(None, ""))
    missed = [clock.breached_at for clock in clocks if clock.breached_at is not None]
    if ticket.breached_at is not None:
        missed.append(ticket.breached_at)
    ticket.breached_at = min(missed, default=None)
    if is_resolved:
        states = {clock.state for clock in clocks}
        if states & {ClockState.MET, ClockState.BREACHED}:
            ticket.is_sla_met = ClockState.BREACHED not in states
    Ticket.objects.filter(pk=ticket.pk).update(
        next_due_at=ticket.next_due_at,
        next_due_metric=ticket.next_due_metric,
        breached_at=ticket.breached_at,
        is_sla_met=ticket.is_sla_met,
        tier_id=ticket.tier_id,
        cycle=ticket.cycle,
    )
