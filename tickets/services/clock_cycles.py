"""Clocks that begin later than the ticket: the next cycle, the next response."""

from __future__ import annotations

from tickets.clock import used_seconds
from tickets.models import SlaMetric, Ticket
from tickets.services.clock_batch import ClockBatch
from tickets.services.clock_facts import assess, facts_of, is_open
from tickets.services.clock_targets import promises_now


def begin_cycle(batch: ClockBatch, ticket: Ticket) -> None:
    """Resolution begins anew; working time since the resolving is not counted."""
    cycles = [
        clock for clock in batch.clocks(ticket) if clock.metric == SlaMetric.RESOLUTION
    ]
    if not cycles or is_open(cycles[-1]):
        return
    last = cycles[-1]
    facts = facts_of(last, batch.statuses_for(last))
    carried = used_seconds(facts, last.stopped_at or batch.now)
    ticket.cycle = max(ticket.cycle, last.cycle + 1)
    promises = promises_now(batch, ticket)
    clock = None
    if promises is not None:
        clock = promises.new_clock(SlaMetric.RESOLUTION, ticket.cycle, batch.now)
    if clock is not None:
        clock.carried_seconds = carried
        assess(clock, ticket, batch.statuses_for(clock))
        batch.add(clock)
    start_next_response(batch, ticket)


def start_next_response(batch: ClockBatch, ticket: Ticket) -> None:
    """Run from the first unanswered question, unless it runs already.

    Each question and its answer is a cycle of its own.
    """
    clocks = batch.clocks(ticket)
    earlier = [clock for clock in clocks if clock.metric == SlaMetric.NEXT_RESPONSE]
    if not clocks or (earlier and is_open(earlier[-1])):
        return
    asked_at = batch.asked_at(
        ticket, not_before=earlier[-1].stopped_at if earlier else None
    )
    promises = promises_now(batch, ticket) if asked_at else None
    if asked_at is None or promises is None:
        return
    number = max((clock.cycle for clock in earlier), default=0) + 1
    clock = promises.new_clock(SlaMetric.NEXT_RESPONSE, number, asked_at)
    if clock is not None:
        assess(clock, ticket, ())
        batch.add(clock)
