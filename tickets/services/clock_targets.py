"""Another target for running clocks: priority, tier, level or policy changed."""

from __future__ import annotations

from datetime import datetime

from tickets.models import (
    ClockState,
    SlaClock,
    SlaEventKind,
    SlaMetric,
    SlaTierVersion,
    Ticket,
)
from tickets.services.clock_batch import ClockBatch
from tickets.services.clock_facts import assess, is_open
from tickets.services.clock_records import Happening, breach
from tickets.services.promises import Promises
from tickets.transitions import DONE

#: The newest versions of tier and calendar, and not those the clocks began with.
REBUILD = "rebuild"
#: The newest version of the calendar alone.
NEW_CALENDAR = "calendar"
#: Reasons for which the ticket may belong to another tier by now.
_MAY_MOVE_TIER = frozenset({"priority", "account", "tier", REBUILD})


def promises_now(
    batch: ClockBatch, ticket: Ticket, reason: str = ""
) -> Promises | None:
    """What holds for the ticket; its versions stay unless the reason moves them."""
    clocks = batch.clocks(ticket)
    version: SlaTierVersion | None = clocks[-1].tier_version if clocks else None
    if reason in _MAY_MOVE_TIER:
        tier = batch.tier_for(ticket)
        if tier is not None and tier.pk != ticket.tier_id:
            ticket.tier = tier
            version = None
    if version is None or reason == REBUILD:
        version = batch.newest_version(ticket.tier)
    if version is None:
        return None
    kept = () if reason in (REBUILD, NEW_CALENDAR) else clocks
    return batch.book.promises_for(ticket, version, kept=kept)


def retarget_ticket(batch: ClockBatch, ticket: Ticket, reason: str) -> None:
    """Open clocks that are not missed yet get the target that holds now."""
    if ticket.tier_id is None or ticket.status in DONE:
        return
    promises = promises_now(batch, ticket, reason)
    if promises is None:
        return
    for clock in batch.clocks(ticket):
        if is_open(clock) and clock.breached_at is None:
            was = (clock.target_seconds, clock.due_at)
            if promises.give(clock, now=batch.now):
                _retargeted(batch, clock, was, reason)
    _start_missing(batch, ticket, promises)


def _retargeted(
    batch: ClockBatch,
    clock: SlaClock,
    was: tuple[int, datetime | None],
    reason: str,
) -> None:
    due_at = None
    if is_open(clock):
        ticket = batch.tickets[clock.ticket_id]
        due_at = assess(clock, ticket, batch.statuses_for(clock))
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
    if due_at is not None and due_at < batch.now:
        batch.tell(breach(clock, batch.now, reason="retarget", changed=reason))
    batch.change(clock)


def _start_missing(batch: ClockBatch, ticket: Ticket, promises: Promises) -> None:
    """Start what the ticket was not promised before, from when it would have begun."""
    cycles = {(str(clock.metric), clock.cycle): clock for clock in batch.clocks(ticket)}
    wanted = [(SlaMetric.RESOLUTION, ticket.cycle)]
    if not ticket.is_opened_by_agent:
        wanted.append((SlaMetric.FIRST_RESPONSE, 1))
    for metric, cycle in wanted:
        known = cycles.get((str(metric), cycle))
        is_missing = known is None or known.state == ClockState.CANCELLED
        if not is_missing or promises.target(metric) is None:
            continue
        is_response = metric == SlaMetric.FIRST_RESPONSE
        if is_response and batch.answered_at(ticket) is not None:
            continue
        _start(batch, ticket, promises, metric, known)


def _start(
    batch: ClockBatch,
    ticket: Ticket,
    promises: Promises,
    metric: SlaMetric,
    known: SlaClock | None,
) -> None:
    begins = ticket.opened_at
    if metric == SlaMetric.RESOLUTION and ticket.reopened_at is not None:
        begins = ticket.reopened_at
    cycle = ticket.cycle if metric == SlaMetric.RESOLUTION else 1
    clock = known or promises.new_clock(metric, cycle, begins)
    if clock is None:
        return
    promises.revive(clock)
    due_at = assess(clock, ticket, batch.statuses_for(clock))
    if known is None:
        batch.add(clock)
    if clock.breached_at is None and due_at is not None and due_at < batch.now:
        batch.tell(breach(clock, batch.now, reason="retarget"))
    batch.change(clock)
