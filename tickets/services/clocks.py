"""The clocks of one ticket: started, stopped, paused and retargeted as things happen.

Every function takes the ticket, locked by the caller, and the present instant, and
belongs into the caller's transaction. Status intervals and messages are written
before: the clocks are computed from them. A ticket that never started clocks (it came
from elsewhere) has none, and nothing here gives it any.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from tickets.clock import ClockSegment, explained, used_seconds, verdict
from tickets.models import (
    ClockState,
    Message,
    MessageKind,
    MessageSide,
    SlaClock,
    SlaEventKind,
    SlaMetric,
    SlaTierVersion,
    Ticket,
)
from tickets.queries.clocks import last_human_reply_at, unanswered_since
from tickets.services.clock_facts import (
    assess,
    clocks_of,
    facts_of,
    is_open,
    statuses_for,
)
from tickets.services.clock_records import Happening, breach, record_happenings
from tickets.services.clock_rows import refresh_next_due, settle
from tickets.services.promises import Promises, promises_for
from tickets.services.tiers import RESPONSES, choose_tier, newest_version
from tickets.transitions import DONE

__all__ = [
    "cancel_clocks",
    "explain_clock",
    "on_message",
    "on_reopen",
    "on_resolve",
    "on_status",
    "refresh_next_due",
    "restore_clocks",
    "retarget",
    "start_clocks",
]
#: Reasons for which the ticket may belong to another tier by now.
_MAY_MOVE_TIER = frozenset({"priority", "account", "tier", "rebuild"})
_NEW_VERSION = "rebuild"


def start_clocks(ticket: Ticket, *, now: datetime) -> None:
    """Choose the tier of a new ticket and start what it promises, from its opening.

    A ticket opened by an agent has no first response to wait for.
    """
    version = newest_version(choose_tier(ticket))
    if version is None:
        return
    ticket.tier = version.tier
    promises = promises_for(ticket, version)
    clocks = [
        clock
        for metric in _metrics_at_start(ticket)
        if (clock := promises.new_clock(metric, 1, ticket.opened_at)) is not None
    ]
    statuses = statuses_for(ticket, clocks) if ticket.status != "new" else ()
    for clock in clocks:
        assess(clock, ticket, statuses)
    SlaClock.objects.bulk_create(clocks)
    settle(ticket, clocks)


def _metrics_at_start(ticket: Ticket) -> list[SlaMetric]:
    if ticket.is_opened_by_agent:
        return [SlaMetric.RESOLUTION]
    return [SlaMetric.FIRST_RESPONSE, SlaMetric.RESOLUTION]


def on_message(ticket: Ticket, message: Message, *, now: datetime) -> None:
    """A message was written: an answer ends response clocks, a question starts one.

    Only public messages count, and neither notes nor anything automatic.
    """
    if message.kind != MessageKind.PUBLIC or message.is_automatic:
        return
    if message.side == MessageSide.AGENT:
        clocks = clocks_of(ticket)
        waiting = [
            clock for clock in clocks if clock.metric in RESPONSES and is_open(clock)
        ]
        if waiting:
            _stop(ticket, waiting, at=message.sent_at, now=now)
            settle(ticket, clocks)
    elif message.side == MessageSide.CUSTOMER and ticket.status not in DONE:
        clocks = clocks_of(ticket)
        if _start_next_response(ticket, clocks):
            settle(ticket, clocks)


def on_status(ticket: Ticket, before: str, after: str, now: datetime) -> None:
    """A status changed: resolution pauses or goes on, ends, or begins a cycle."""
    if before in DONE and after not in DONE:
        on_reopen(ticket, now=now)
    elif before not in DONE and after in DONE:
        on_resolve(ticket, now=now)
    elif after not in DONE:
        _follow_pause(ticket, now=now)


def _follow_pause(ticket: Ticket, *, now: datetime) -> None:
    clocks = clocks_of(ticket)
    running = [
        clock
        for clock in clocks
        if clock.metric == SlaMetric.RESOLUTION and is_open(clock)
    ]
    statuses = statuses_for(ticket, running)
    missed = []
    for clock in running:
        before = (clock.state, clock.due_at, clock.warn_at)
        due_at = verdict(facts_of(clock, statuses)).due_at
        assess(clock, ticket, statuses)
        # A target used up before the pause was missed, whoever looks when.
        if clock.breached_at is None and due_at is not None and due_at < now:
            missed.append(breach(clock, due_at))
        if missed or before != (clock.state, clock.due_at, clock.warn_at):
            clock.save()
    record_happenings(missed, tickets={ticket.pk: ticket}, now=now)
    settle(ticket, clocks)


def on_resolve(ticket: Ticket, *, now: datetime) -> None:
    """End every clock with its verdict; a question nobody answered in time to be late
    is *no response*."""
    clocks = clocks_of(ticket)
    running = [clock for clock in clocks if is_open(clock)]
    _stop(ticket, running, at=now, now=now, unanswered=ClockState.NO_RESPONSE)
    settle(ticket, clocks, is_resolved=True)


def _stop(
    ticket: Ticket,
    running: list[SlaClock],
    *,
    at: datetime,
    now: datetime,
    unanswered: ClockState = ClockState.MET,
) -> None:
    """Write the verdict of clocks that end at an instant."""
    statuses = statuses_for(ticket, running)
    happenings: list[Happening] = []
    for clock in running:
        clock.stopped_at = at
        found = verdict(facts_of(clock, statuses))
        clock.due_at, clock.warn_at = found.due_at, found.warn_at
        clock.late_seconds = found.late_seconds
        if clock.breached_at is None and not found.met and found.due_at is not None:
            happenings.append(
                breach(clock, found.due_at, late_seconds=found.late_seconds)
            )
        if clock.breached_at is not None:
            clock.state = ClockState.BREACHED
        else:
            is_answer = clock.metric == SlaMetric.RESOLUTION
            clock.state = ClockState.MET if is_answer else unanswered
            happenings.append(Happening(clock, SlaEventKind(clock.state), at))
        clock.save()
    record_happenings(happenings, tickets={ticket.pk: ticket}, now=now)


def on_reopen(ticket: Ticket, *, now: datetime) -> None:
    """The next cycle of resolution, with the open time of the cycles before.

    First response is never armed again.
    """
    clocks = clocks_of(ticket)
    cycles = [clock for clock in clocks if clock.metric == SlaMetric.RESOLUTION]
    if not cycles or is_open(cycles[-1]):
        return
    last = cycles[-1]
    carried = used_seconds(
        facts_of(last, statuses_for(ticket, [last])), last.stopped_at or now
    )
    ticket.cycle = max(ticket.cycle, last.cycle + 1)
    promises = _promises(ticket, clocks, "reopen")
    clock = promises and promises.new_clock(SlaMetric.RESOLUTION, ticket.cycle, now)
    if clock is not None:
        clock.carried_seconds = carried
        assess(clock, ticket, statuses_for(ticket, [clock]))
        clock.save(force_insert=True)
        clocks.append(clock)
    _start_next_response(ticket, clocks)
    settle(ticket, clocks)


def _start_next_response(ticket: Ticket, clocks: list[SlaClock]) -> bool:
    """Start it from the first unanswered question, unless it runs; whether it did.

    Each question and its answer is a cycle of its own.
    """
    earlier = [clock for clock in clocks if clock.metric == SlaMetric.NEXT_RESPONSE]
    if not clocks or (earlier and is_open(earlier[-1])):
        return False
    asked_at = unanswered_since(
        ticket.pk, not_before=earlier[-1].stopped_at if earlier else None
    )
    promises = _promises(ticket, clocks, "message") if asked_at else None
    if asked_at is None or promises is None:
        return False
    cycle = max((clock.cycle for clock in earlier), default=0) + 1
    clock = promises.new_clock(SlaMetric.NEXT_RESPONSE, cycle, asked_at)
    if clock is None:
        return False
    assess(clock, ticket, ())
    clock.save(force_insert=True)
    clocks.append(clock)
    return True


def retarget(ticket: Ticket, *, now: datetime, reason: str) -> None:
    """Give open clocks the target that holds now; met and missed results stay.

    ``reason`` is ``priority``, ``account``, ``tier``, ``level``, or ``rebuild`` (newest
    versions of tier and calendar). What is past due by the new target is missed at the
    change, for the reason *retarget*. Running it twice changes nothing more.
    """
    clocks = clocks_of(ticket)
    if (not clocks and ticket.tier_id is None) or ticket.status in DONE:
        return
    promises = _promises(ticket, clocks, reason)
    if promises is None:
        return
    statuses = statuses_for(ticket, clocks) or ()
    happenings: list[Happening] = []
    for clock in clocks:
        if is_open(clock) and clock.breached_at is None:
            was = (clock.target_seconds, clock.due_at)
            if promises.give(clock, now=now):
                assess(clock, ticket, statuses)
                happenings += _retargeted(clock, was, reason, now)
                clock.save()
            elif not is_open(clock):
                clock.save()
    _start_missing(ticket, clocks, promises)
    record_happenings(happenings, tickets={ticket.pk: ticket}, now=now)
    settle(ticket, clocks)


def _retargeted(
    clock: SlaClock, was: tuple[int, datetime | None], reason: str, now: datetime
) -> list[Happening]:
    target_before, due_before = was
    detail = {
        "reason": reason,
        "target_seconds": [target_before, clock.target_seconds],
        "due_at": [
            due_before and due_before.isoformat(),
            clock.due_at and clock.due_at.isoformat(),
        ],
    }
    found = [Happening(clock, SlaEventKind.RETARGET, now, detail)]
    if clock.due_at is not None and clock.due_at < now:
        found.append(breach(clock, now, reason="retarget", changed=reason))
    return found


def _start_missing(ticket: Ticket, clocks: list[SlaClock], promises: Promises) -> None:
    """Start what the ticket was not promised before, from when it would have begun."""
    cycles = {(str(clock.metric), clock.cycle): clock for clock in clocks}
    started = {
        SlaMetric.RESOLUTION: (ticket.cycle, ticket.reopened_at or ticket.opened_at)
    }
    if not ticket.is_opened_by_agent and last_human_reply_at(ticket.pk) is None:
        started[SlaMetric.FIRST_RESPONSE] = (1, ticket.opened_at)
    statuses = None
    for metric, (cycle, at) in started.items():
        known = cycles.get((str(metric), cycle))
        if known is not None and known.state != ClockState.CANCELLED:
            continue
        clock = promises.new_clock(metric, cycle, at)
        if clock is None:
            continue
        if known is not None:
            clock = promises.revived(known)
        statuses = statuses_for(ticket, [clock]) if statuses is None else statuses
        assess(clock, ticket, statuses)
        clock.save()
        if known is None:
            clocks.append(clock)
    _start_next_response(ticket, clocks)


def _promises(ticket: Ticket, clocks: list[SlaClock], reason: str) -> Promises | None:
    """What holds for the ticket; its versions stay unless the reason moves them."""
    versions = [clock.tier_version for clock in clocks]
    version: SlaTierVersion | None = versions[-1] if versions else None
    if reason in _MAY_MOVE_TIER:
        tier = choose_tier(ticket)
        if tier is not None and tier.pk != ticket.tier_id:
            ticket.tier = tier
            version = None
    if version is None or reason == _NEW_VERSION:
        version = newest_version(ticket.tier)
    if version is None:
        return None
    kept = [] if reason == _NEW_VERSION else clocks
    return promises_for(ticket, version, clocks=kept)


def cancel_clocks(ticket: Ticket, *, now: datetime) -> None:
    """End open clocks without a verdict: the ticket was spam, or became another's."""
    clocks = clocks_of(ticket)
    for clock in clocks:
        if is_open(clock):
            clock.state = ClockState.CANCELLED
            clock.stopped_at = now
            clock.due_at = clock.warn_at = None
            clock.save()
    settle(ticket, clocks)


def restore_clocks(ticket: Ticket, *, now: datetime) -> None:
    """Take a cancelling back: its clocks go on as if it had not been."""
    clocks = clocks_of(ticket)
    if ticket.status in DONE:
        return
    cancelled = [clock for clock in clocks if clock.state == ClockState.CANCELLED]
    statuses = statuses_for(ticket, cancelled)
    for clock in cancelled:
        assess(clock, ticket, statuses)
        clock.save()
    settle(ticket, clocks)


def explain_clock(clock: SlaClock, now: datetime | None = None) -> list[ClockSegment]:
    """What a clock did until it stopped, or until now; adds up to the second."""
    until = clock.stopped_at or now or timezone.now()
    return explained(facts_of(clock, statuses_for(clock.ticket, [clock])), until)
