"""Another target for running clocks: priority, tier, level or policy changed."""

from __future__ import annotations

from datetime import datetime

from tickets.models import SlaClock, SlaEventKind, SlaMetric, Ticket
from tickets.services.clock_batch import ClockBatch
from tickets.services.clock_cycles import arm, start_next_response, start_resolution
from tickets.services.clock_facts import is_open
from tickets.services.clock_promises import promises_now
from tickets.services.clock_records import Happening
from tickets.services.clock_verdicts import miss_at_change, stamp_miss
from tickets.services.promises import Promises
from tickets.transitions import DONE


def retarget_ticket(batch: ClockBatch, ticket: Ticket, reason: str) -> None:
    """Open clocks that are not missed yet get the target that holds now.

    What the ticket was not promised before begins. Resolved tickets and spam follow
    when they come back.
    """
    if ticket.status in DONE or ticket.spam_at is not None:
        return
    promises = promises_now(batch, ticket, reason)
    if promises is None:
        return
    for clock in batch.clocks(ticket):
        stamp_miss(batch, clock)
        if is_open(clock) and clock.breached_at is None:
            was = (clock.target_seconds, clock.due_at)
            if promises.give(clock, now=batch.now):
                _retargeted(batch, clock, was, reason)
            batch.change(clock)
    _start_missing(batch, ticket, promises)


def _retargeted(
    batch: ClockBatch,
    clock: SlaClock,
    was: tuple[int, datetime | None],
    reason: str,
) -> None:
    due_at = None
    if is_open(clock):
        due_at = miss_at_change(batch, clock, changed=reason)
    target_before, due_before = was
    detail = {
        "reason": reason,
        "target_seconds": [target_before, clock.target_seconds],
        "due_at": [
            due_before and due_before.isoformat(),
            due_at and due_at.isoformat(),
        ],
    }
    batch.tell(Happening(clock, SlaEventKind.RETARGET, batch.now, detail))


def _start_missing(batch: ClockBatch, ticket: Ticket, promises: Promises) -> None:
    """Start what the ticket was not promised before, from when it would have begun.

    Where targets count from the change, so does a promise that begins with it.
    """
    metric = SlaMetric.FIRST_RESPONSE
    is_waiting = batch.said(ticket).first_answer(ticket.opened_at) is None
    if is_waiting and not ticket.is_opened_by_agent:
        since = ticket.opened_at
        clock = arm(batch, promises, metric, 1, since=since, is_retarget=True)
        if clock is not None:
            miss_at_change(batch, clock)
    since = ticket.reopened_at or ticket.opened_at
    start_resolution(batch, ticket, promises, since=since, is_retarget=True)
    start_next_response(batch, ticket, promises, is_retarget=True)
