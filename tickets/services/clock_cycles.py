"""Clocks that begin later than the ticket: the next cycle, the next response."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.working_time import Pause
from tickets.clock import used_seconds
from tickets.models import ClockState, SlaClock, SlaMetric, Ticket
from tickets.services.clock_batch import ClockBatch
from tickets.services.clock_facts import facts_of, is_open
from tickets.services.clock_promises import RETURN, promises_now
from tickets.services.clock_verdicts import conclude_again, miss_at_change, run_on
from tickets.services.promises import Promises
from tickets.services.tiers import RESPONSES
from tickets.transitions import DONE


def begin_cycle(batch: ClockBatch, ticket: Ticket) -> None:
    """Resolution begins anew; working time since the resolving is not counted.

    The ticket may belong to another tier by now. Spam runs no clocks: they follow when
    it turns out to be none. What was kept so far is no verdict on the whole any more.
    """
    conclude_again(batch, ticket)
    cycles = clocks_of(batch, ticket, SlaMetric.RESOLUTION)
    if cycles and not is_open(cycles[-1]):
        ticket.cycle = max(ticket.cycle, cycles[-1].cycle + 1)
    promises = promises_now(batch, ticket, RETURN)
    if promises is None or ticket.spam_at is not None:
        return
    start_resolution(batch, ticket, promises, since=batch.now)
    start_next_response(batch, ticket, promises)


def start_resolution(
    batch: ClockBatch,
    ticket: Ticket,
    promises: Promises,
    *,
    since: datetime,
    is_retarget: bool = False,
) -> None:
    """Run in the present cycle, unless it runs or ended there already."""
    metric, cycle = SlaMetric.RESOLUTION, ticket.cycle
    clock = arm(batch, promises, metric, cycle, since=since, is_retarget=is_retarget)
    _start(batch, clock, is_retarget=is_retarget)


def start_next_response(
    batch: ClockBatch,
    ticket: Ticket,
    promises: Promises | None = None,
    *,
    is_retarget: bool = False,
) -> None:
    """Run from the first unanswered question, unless a response is waited for already.

    Each question and its answer is a cycle of its own; a clock that was cancelled while
    the same question stood open goes on.
    """
    if ticket.status in DONE or ticket.spam_at is not None:
        return
    if any(c.metric in RESPONSES and is_open(c) for c in batch.clocks(ticket)):
        return
    metric = SlaMetric.NEXT_RESPONSE
    earlier = clocks_of(batch, ticket, metric)
    asked_at = batch.said(ticket).waits_since(not_before=_settled_at(earlier))
    if asked_at is None:
        return
    promises = promises or promises_now(batch, ticket)
    if promises is None:
        return
    cycle = next_cycle(earlier, asked_at)
    clock = arm(batch, promises, metric, cycle, since=asked_at, is_retarget=is_retarget)
    _start(batch, clock, is_retarget=is_retarget)


def arm(
    batch: ClockBatch,
    promises: Promises,
    metric: SlaMetric,
    cycle: int,
    *,
    since: datetime,
    is_retarget: bool = False,
) -> SlaClock | None:
    """A clock with its target, yet to be assessed: a new one, or the cancelled one.

    None where nothing is promised, or where this cycle runs or ended already.
    """
    ticket = promises.ticket
    known = [c for c in clocks_of(batch, ticket, metric) if c.cycle == cycle]
    if known and known[0].state != ClockState.CANCELLED:
        return None
    if known and not promises.revive(known[0]):
        return None
    clock = known[0] if known else promises.new_clock(metric, cycle, since)
    if clock is None:
        return None
    if is_retarget and promises.counts_from_change:
        clock.started_at, clock.carried_seconds = batch.now, 0
    elif not known and metric == SlaMetric.RESOLUTION and cycle > 1:
        clock.carried_seconds = _carried_into(batch, clock)
    if not known:
        batch.add(clock)
    return clock


def clocks_of(
    batch: ClockBatch, ticket: Ticket, metric: SlaMetric
) -> Sequence[SlaClock]:
    """The clocks of one metric, oldest first."""
    return [clock for clock in batch.clocks(ticket) if clock.metric == metric]


def next_cycle(earlier: Sequence[SlaClock], asked_at: datetime) -> int:
    """The cycle of a question: a new one, or the one that was cancelled within it."""
    if not earlier:
        return 1
    last = earlier[-1]
    is_same = last.state == ClockState.CANCELLED and last.started_at >= asked_at
    return last.cycle if is_same else last.cycle + 1


def _start(batch: ClockBatch, clock: SlaClock | None, *, is_retarget: bool) -> None:
    if clock is None:
        return
    if is_retarget:
        miss_at_change(batch, clock)
    else:
        run_on(batch, clock)


def _settled_at(earlier: Sequence[SlaClock]) -> datetime | None:
    """Until when every question has come to its end."""
    ended = [
        clock.stopped_at
        for clock in earlier
        if clock.stopped_at is not None and clock.state != ClockState.CANCELLED
    ]
    return max(ended, default=None)


def _carried_into(batch: ClockBatch, clock: SlaClock) -> float:
    """Open time used in the cycles before, each by the hours it was promised in.

    While the ticket was resolved nothing is used. A cycle that promised nothing counts
    by the hours of the one that follows it.
    """
    ticket = batch.tickets[clock.ticket_id]
    statuses = batch.statuses(ticket)
    earlier = [
        each
        for each in clocks_of(batch, ticket, SlaMetric.RESOLUTION)
        if each.cycle < clock.cycle
    ]
    if earlier:
        facts = facts_of(earlier[-1], statuses)
    else:
        facts = replace(facts_of(clock, statuses), started_at=ticket.opened_at)
    done = [Pause(i.start, i.end, i.status) for i in statuses if i.status in DONE]
    facts = replace(facts, pauses=[*facts.pauses, *done])
    return used_seconds(facts, clock.started_at)
