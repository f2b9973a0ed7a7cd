"""Facts that were not there, or are not there any more: clocks follow them.

Messages come and go when tickets are merged, parted and split; spam turns out to be
none; a change is taken back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from tickets.models import ClockState, SlaClock, SlaEventKind, SlaMetric, Ticket
from tickets.services.clock_batch import ClockBatch
from tickets.services.clock_cycles import (
    arm,
    clocks_of,
    next_cycle,
    start_next_response,
)
from tickets.services.clock_facts import is_open
from tickets.services.clock_promises import RETURN, promises_now
from tickets.services.clock_verdicts import conclude, run_on, settle
from tickets.services.promises import Promises, cancel
from tickets.services.tiers import RESPONSES
from tickets.transitions import DONE
from tickets.waiting import Conversation, Ending, Spell, spells_of


def recheck(
    batch: ClockBatch,
    ticket: Ticket,
    *,
    unsaid: Collection[datetime] | None = None,
) -> None:
    """Responses that are waited for become what the conversation says.

    A clock whose question went away moves to the next unanswered one, or is not needed
    any more. Results stay, unless something is undone: ``unsaid`` are the instants of
    what is taken back. What ended there goes on, and a miss of a question that never
    was this ticket's own is none.
    """
    if ticket.spam_at is not None:
        return
    said = batch.said(ticket)
    is_taken = False
    for clock in batch.clocks(ticket):
        is_undone = clock.stopped_at in (unsaid or ())
        if clock.state == ClockState.CANCELLED:
            continue
        if clock.metric not in RESPONSES or not (is_open(clock) or is_undone):
            continue
        if clock.metric == SlaMetric.FIRST_RESPONSE:
            settle(batch, clock, said.first_answer(ticket.opened_at))
        elif unsaid is not None and _is_nobodys(clock, said, is_taken=is_taken):
            _forget_miss(batch, clock)
            _follow_question(batch, clock, said, is_taken=is_taken)
        elif is_open(clock) or said.waited_since(clock.started_at) is not None:
            settle(batch, clock, said.next_answer(clock.started_at))
            _follow_question(batch, clock, said, is_taken=is_taken)
        is_taken = is_taken or is_open(clock)
    start_next_response(batch, ticket)


def take_back(batch: ClockBatch, ticket: Ticket, *, since: datetime) -> None:
    """Clocks as if what was done to a ticket at an instant had not been.

    What ended then goes on, what stood still runs, a cycle that began then is gone.
    What was missed meanwhile was missed when it was due; what was missed before stays.
    """
    is_done = ticket.status in DONE
    for clock in list(batch.clocks(ticket)):
        ended = clock.stopped_at == since and not is_done
        if clock.metric != SlaMetric.RESOLUTION:
            if ended and clock.state == ClockState.CANCELLED:
                run_on(batch, clock)
        elif is_done and is_open(clock) and clock.started_at == since:
            batch.remove(clock)
        elif is_open(clock) or ended:
            run_on(batch, clock)
    recheck(batch, ticket, unsaid=(since,))


def restore(batch: ClockBatch, ticket: Ticket, *, since: datetime) -> None:
    """Clocks as if the ticket had not been spam from an instant on.

    What was answered, asked, resolved or reopened meanwhile counts. What was cancelled
    earlier stays so.
    """
    promises = promises_now(batch, ticket, RETURN)
    if promises is None:
        return
    for clock in batch.clocks(ticket):
        stopped_then = clock.state == ClockState.CANCELLED and clock.stopped_at == since
        if stopped_then and promises.revive(clock):
            settle(batch, clock, ending_of(batch, ticket, clock))
    _catch_up(batch, ticket, promises, since=since)
    if ticket.status in DONE:
        conclude(batch, ticket)


def ending_of(batch: ClockBatch, ticket: Ticket, clock: SlaClock) -> Ending | None:
    """Where the facts end a clock, whatever state it has."""
    if clock.metric == SlaMetric.FIRST_RESPONSE:
        return batch.said(ticket).first_answer(ticket.opened_at)
    if clock.metric == SlaMetric.NEXT_RESPONSE:
        return batch.said(ticket).next_answer(clock.started_at)
    spells = spells_of(batch.statuses(ticket))
    ends = [s.end for s in spells if s.end and s.end >= clock.started_at]
    return Ending(ends[0], is_answer=True) if ends else None


def _is_nobodys(clock: SlaClock, said: Conversation, *, is_taken: bool) -> bool:
    """Whether what a response waited for never was a question of this ticket.

    What was asked before the first answer is for the first response.
    """
    if is_open(clock) and is_taken:
        return True
    return said.waited_since(clock.started_at) is None


def _forget_miss(batch: ClockBatch, clock: SlaClock) -> None:
    if is_open(clock) and clock.breached_at is not None:
        clock.breached_at = None
        batch.unsay(clock, SlaEventKind.BREACH)


def _follow_question(
    batch: ClockBatch, clock: SlaClock, said: Conversation, *, is_taken: bool
) -> None:
    """Let a clock that runs stand on the first unanswered question, if there is one."""
    if not is_open(clock):
        return
    waits_since = said.waits_since()
    if waits_since is None or is_taken:
        cancel(clock, now=batch.now)
        batch.change(clock)
        return
    # One that a change of target let begin anew stands on no question.
    is_anew = clock.started_at > waits_since and clock.started_at not in said.asked
    if clock.breached_at is None and not is_anew and clock.started_at != waits_since:
        clock.started_at = waits_since
        run_on(batch, clock)


def _catch_up(
    batch: ClockBatch, ticket: Ticket, promises: Promises, *, since: datetime
) -> None:
    """The cycles and questions that began while the ticket was spam."""
    spells = spells_of(batch.statuses(ticket))
    for number, spell in enumerate(spells, 1):
        if spell.start >= since:
            clock = arm(
                batch, promises, SlaMetric.RESOLUTION, number, since=spell.start
            )
            if clock is not None:
                end = Ending(spell.end, is_answer=True) if spell.end else None
                settle(batch, clock, end)
    said = batch.said(ticket)
    metric = SlaMetric.NEXT_RESPONSE
    for asked_at in said.questions():
        ending = said.next_answer(asked_at)
        if asked_at >= since and _was_open(spells, asked_at, ending):
            cycle = next_cycle(clocks_of(batch, ticket, metric), asked_at)
            clock = arm(batch, promises, metric, cycle, since=asked_at)
            if clock is not None:
                settle(batch, clock, ending)
    start_next_response(batch, ticket, promises)


def _was_open(
    spells: Sequence[Spell], asked_at: datetime, ending: Ending | None
) -> bool:
    """Whether the ticket was open at any time while the customer waited."""
    return any(
        (spell.end is None or spell.end > asked_at)
        and (ending is None or spell.start < ending.at)
        for spell in spells
    )
