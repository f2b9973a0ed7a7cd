"""How one clock ends, runs on, or begins: the facts are asked, the row is changed."""

from __future__ import annotations

from datetime import datetime

from tickets.clock import verdict
from tickets.models import ClockState, SlaClock, SlaEventKind, SlaMetric, Ticket
from tickets.services.clock_batch import ClockBatch
from tickets.services.clock_facts import assess, facts_of
from tickets.services.clock_records import Happening, breach
from tickets.waiting import Ending


def stop(
    batch: ClockBatch,
    clock: SlaClock,
    *,
    at: datetime,
    unanswered: ClockState = ClockState.MET,
) -> None:
    """Write the verdict of a clock that ends at an instant."""
    _unsay(batch, clock)
    clock.stopped_at = at
    found = verdict(facts_of(clock, batch.statuses_for(clock)))
    clock.due_at, clock.warn_at = found.due_at, found.warn_at
    clock.late_seconds = found.late_seconds
    if clock.breached_at is None and not found.met and found.due_at is not None:
        batch.tell(breach(clock, found.due_at, late_seconds=found.late_seconds))
    if clock.breached_at is not None:
        clock.state = ClockState.BREACHED
    else:
        is_done = clock.metric == SlaMetric.RESOLUTION
        clock.state = ClockState.MET if is_done else unanswered
        batch.tell(Happening(clock, SlaEventKind(clock.state), at))
    batch.change(clock)


def run_on(batch: ClockBatch, clock: SlaClock) -> None:
    """Let a clock run, or stand still, as its facts say.

    A target used up by now was missed when it was used up, whoever looks when.
    """
    _unsay(batch, clock)
    due_at = _assess(batch, clock)
    if clock.breached_at is None and due_at is not None and due_at < batch.now:
        batch.tell(breach(clock, due_at))
    batch.change(clock)


def stamp_miss(batch: ClockBatch, clock: SlaClock) -> None:
    """Write down a miss that no worker has seen yet, before the clock changes."""
    due_at = clock.due_at
    if clock.state != ClockState.RUNNING or clock.breached_at is not None:
        return
    if due_at is not None and due_at < batch.now:
        batch.tell(breach(clock, due_at))
        batch.change(clock)


def miss_at_change(
    batch: ClockBatch, clock: SlaClock, **detail: str
) -> datetime | None:
    """Let a clock run with another target; what is past due is missed at the change.

    Answers when it is due.
    """
    due_at = _assess(batch, clock)
    if clock.breached_at is None and due_at is not None and due_at < batch.now:
        batch.tell(breach(clock, batch.now, reason="retarget", **detail))
    batch.change(clock)
    return due_at


def settle(batch: ClockBatch, clock: SlaClock, ending: Ending | None) -> None:
    """End a clock where the facts say so; without an ending it runs on."""
    if ending is None:
        run_on(batch, clock)
        return
    unanswered = ClockState.MET if ending.is_answer else ClockState.NO_RESPONSE
    stop(batch, clock, at=ending.at, unanswered=unanswered)


def conclude(batch: ClockBatch, ticket: Ticket) -> None:
    """The verdict of a resolved ticket, if any promise came to one."""
    states = {clock.state for clock in batch.clocks(ticket)}
    if states & {ClockState.MET, ClockState.BREACHED}:
        ticket.is_sla_met = ClockState.BREACHED not in states


def conclude_again(batch: ClockBatch, ticket: Ticket) -> None:
    """The verdict of a reopened ticket: open, unless a cycle before missed it."""
    is_missed = any(c.state == ClockState.BREACHED for c in batch.clocks(ticket))
    ticket.is_sla_met = False if is_missed else None


def _assess(batch: ClockBatch, clock: SlaClock) -> datetime | None:
    ticket = batch.tickets[clock.ticket_id]
    return assess(clock, ticket, batch.statuses_for(clock))


def _unsay(batch: ClockBatch, clock: SlaClock) -> None:
    """A verdict that does not hold any more is no record either."""
    if clock.state in (ClockState.MET, ClockState.NO_RESPONSE):
        batch.unsay(clock, SlaEventKind(clock.state))
