"""The clocks of tickets: started, stopped, paused and retargeted as things happen.

Every function takes tickets locked by the caller and the present instant, and belongs
into the caller's transaction. Status intervals and messages are written before: the
clocks are computed from them. A ticket that never started clocks (it came from
elsewhere) has none, and nothing here gives it any: it has no part in a batch. The
``…_many`` siblings do the same for any number of tickets in the same number of
statements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from django.utils import timezone

from tickets.clock import ClockSegment, StatusInterval, explained
from tickets.models import (
    ClockState,
    Message,
    MessageKind,
    MessageSide,
    SlaClock,
    SlaMetric,
    Ticket,
)
from tickets.services import clock_returns
from tickets.services.clock_batch import ClockBatch
from tickets.services.clock_cycles import begin_cycle, start_next_response
from tickets.services.clock_facts import assess, facts_of, is_open, statuses_of
from tickets.services.clock_targets import retarget_ticket
from tickets.services.clock_terms import Terms, give_back
from tickets.services.clock_verdicts import conclude, run_on, stamp_miss, stop
from tickets.services.promises import cancel
from tickets.services.standing_promises import standing_for
from tickets.services.tiers import RESPONSES
from tickets.transitions import DONE

_Verb = Callable[[ClockBatch, Ticket], None]


def start_clocks(ticket: Ticket, *, now: datetime) -> None:
    """Choose the tier of a new ticket and start what it promises, from its opening.

    A ticket opened by an agent has no first response to wait for.
    """
    begun_clocks(ticket, now=now).flush()


def begun_clocks(ticket: Ticket, *, now: datetime) -> ClockBatch:
    """The same, not written yet; the ticket may be unsaved, but has its id."""
    standing = standing_for(ticket.account_id)
    batch = ClockBatch([ticket], now=now, standing=standing)
    if standing is None:
        return batch
    ticket.tier = standing.version.tier
    promises = batch.book.promises_for(ticket, standing.version)
    metrics = [SlaMetric.RESOLUTION]
    if not ticket.is_opened_by_agent:
        metrics.insert(0, SlaMetric.FIRST_RESPONSE)
    for metric in metrics:
        clock = promises.new_clock(metric, 1, ticket.opened_at)
        if clock is not None:
            statuses = () if ticket.opened_at == now else batch.statuses_for(clock)
            assess(clock, ticket, statuses)
            batch.add(clock)
    return batch


def on_message(ticket: Ticket, message: Message, *, now: datetime) -> None:
    """A message was written: an answer ends response clocks, a question starts one.

    Only public messages count, and neither notes nor anything automatic.
    """
    if message.kind != MessageKind.PUBLIC or message.is_automatic:
        return
    if message.side == MessageSide.AGENT:
        _for_each(
            [ticket],
            lambda batch, row: _answered(batch, row, at=message.sent_at),
            now,
        )
    elif message.side == MessageSide.CUSTOMER:
        _for_each([ticket], start_next_response, now)


def on_status(ticket: Ticket, before: str, after: str, now: datetime) -> None:
    """A status changed: resolution pauses or goes on, ends, or begins a cycle."""
    on_status_many([ticket], {ticket.pk: before}, after, now)


def on_status_many(
    tickets: Iterable[Ticket],
    before: Mapping[int, str],
    after: str,
    now: datetime,
    *,
    is_answered: bool = False,
) -> None:
    """The same for many; ``before`` maps ticket ids to the status they had.

    ``is_answered`` says that a person answered each of them at this instant.
    """
    batch = ClockBatch.of(tickets, now=now)
    for ticket in batch.tickets.values():
        was_done, is_done = before[ticket.pk] in DONE, after in DONE
        if is_answered:
            _answered(batch, ticket, at=now)
        if was_done and not is_done:
            begin_cycle(batch, ticket)
        elif is_done and not was_done:
            _resolve(batch, ticket)
        elif not is_done:
            _follow_pause(batch, ticket)
    batch.flush()


def on_resolve(ticket: Ticket, *, now: datetime) -> None:
    """End every clock with its verdict.

    A question that nobody answered, and that was not late yet, is *no response*.
    """
    _for_each([ticket], _resolve, now)


def on_reopen(ticket: Ticket, *, now: datetime) -> None:
    """The next cycle of resolution, with the open time of the cycles before.

    First response is never armed again.
    """
    _for_each([ticket], begin_cycle, now)


def retarget(ticket: Ticket, *, now: datetime, reason: str) -> None:
    """Give open clocks the target that holds now; met and missed results stay.

    ``reason`` is ``priority``, ``account``, ``tier``, ``level``, ``calendar`` (its
    newest version) or ``rebuild`` (newest versions of tier and calendar). What is past
    due by the new target is missed at the change, for the reason *retarget*. Running it
    twice changes nothing more.
    """
    retarget_many([ticket], now=now, reason=reason)


def retarget_many(tickets: Iterable[Ticket], *, now: datetime, reason: str) -> None:
    """The same for many tickets."""
    _for_each(
        tickets, lambda batch, ticket: retarget_ticket(batch, ticket, reason), now
    )


def cancel_clocks(ticket: Ticket, *, now: datetime) -> None:
    """End open clocks without a verdict: the ticket was spam, or became another's."""
    _for_each([ticket], _cancel, now)


def cancel_many(ticket_ids: Iterable[int], *, now: datetime) -> None:
    """The same for many tickets, by id."""
    _for_each(Ticket.objects.filter(pk__in=ticket_ids), _cancel, now)


def restore_clocks(ticket: Ticket, *, since: datetime, now: datetime) -> None:
    """Take the cancelling at ``since`` back: clocks go on as if it had not been."""
    _for_each(
        [ticket],
        lambda batch, row: clock_returns.restore(batch, row, since=since),
        now,
    )


def take_back_many(
    tickets: Iterable[Ticket], *, since: datetime, now: datetime
) -> None:
    """Take back what was done at ``since``; messages and intervals are as before it.

    For changes that were made by mistake. Answers that were given stay given.
    """
    _for_each(
        tickets,
        lambda batch, row: clock_returns.take_back(batch, row, since=since),
        now,
    )


def give_back_many(tickets: Iterable[Ticket], terms: Terms, *, now: datetime) -> None:
    """Give clocks back what they ran by before a change of targets."""
    _for_each(tickets, lambda batch, row: give_back(batch, row, terms), now)


def recheck(
    ticket: Ticket, *, now: datetime, unsaid: Collection[datetime] | None = None
) -> None:
    """Messages came from another ticket or went there: the responses follow.

    Results stay, unless that is an undo: ``unsaid`` are the instants of the answers
    that go back.
    """
    _for_each(
        [ticket],
        lambda batch, row: clock_returns.recheck(batch, row, unsaid=unsaid),
        now,
    )


def explain_clocks(
    clocks: Iterable[SlaClock], *, now: datetime | None = None
) -> list[list[ClockSegment]]:
    """What the clocks of one ticket did until they stopped, or until now.

    Each adds up to the second; one query for all of them.
    """
    statuses: Iterable[StatusInterval] | None = None
    told = []
    for clock in clocks:
        if clock.metric == SlaMetric.RESOLUTION and statuses is None:
            statuses = statuses_of(clock.ticket_id)
        until = clock.stopped_at or now or timezone.now()
        told.append(explained(facts_of(clock, statuses or ()), until))
    return told


def _for_each(tickets: Iterable[Ticket], verb: _Verb, now: datetime) -> None:
    batch = ClockBatch.of(tickets, now=now)
    for ticket in batch.tickets.values():
        verb(batch, ticket)
    batch.flush()


def _resolve(batch: ClockBatch, ticket: Ticket) -> None:
    for clock in batch.clocks(ticket):
        if is_open(clock):
            stop(batch, clock, at=batch.now, unanswered=ClockState.NO_RESPONSE)
    conclude(batch, ticket)


def _follow_pause(batch: ClockBatch, ticket: Ticket) -> None:
    for clock in batch.clocks(ticket):
        if clock.metric == SlaMetric.RESOLUTION and is_open(clock):
            run_on(batch, clock)


def _cancel(batch: ClockBatch, ticket: Ticket) -> None:
    for clock in batch.clocks(ticket):
        if is_open(clock):
            stamp_miss(batch, clock)
            cancel(clock, now=batch.now)
            batch.change(clock)


def _answered(batch: ClockBatch, ticket: Ticket, *, at: datetime) -> None:
    for clock in batch.clocks(ticket):
        if clock.metric in RESPONSES and is_open(clock):
            stop(batch, clock, at=at)
