"""The terms of clocks, kept before a change that may be undone, and given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from organisation.models import WorkingCalendarVersion
from tickets.models import (
    ClockState,
    SlaClock,
    SlaEvent,
    SlaEventKind,
    SlaTierVersion,
    Ticket,
)
from tickets.services.clock_batch import ClockBatch
from tickets.services.clock_cycles import start_next_response
from tickets.services.clock_facts import OPEN_STATES
from tickets.services.clock_promises import promises_now
from tickets.services.clock_returns import ending_of
from tickets.services.clock_targets import retarget_ticket
from tickets.services.clock_verdicts import conclude, conclude_again, settle
from tickets.services.promises import cancel
from tickets.transitions import DONE

_TERMS = (
    "tier_version_id",
    "calendar_version_id",
    "target_seconds",
    "carried_seconds",
)
_INSTANTS = ("started_at", "stopped_at", "warned_at")
_VERDICTS = (SlaEventKind.MET, SlaEventKind.NO_RESPONSE, SlaEventKind.BREACH)

#: The clocks of a ticket by their ids, as JSON holds them.
Kept = Mapping[str, Mapping[str, Any]]


def kept_terms(tickets: Iterable[Ticket]) -> dict[int, dict[str, dict[str, Any]]]:
    """By what the clocks of each ticket run now, ready to be stored. One query."""
    kept: dict[int, dict[str, dict[str, Any]]] = {each.pk: {} for each in tickets}
    rows = SlaClock.objects.filter(ticket_id__in=kept).values(
        "pk", "ticket_id", "state", *_TERMS, *_INSTANTS
    )
    for row in rows:
        for name in _INSTANTS:
            row[name] = row[name] and row[name].isoformat()
        kept[row.pop("ticket_id")][str(row.pop("pk"))] = row
    return kept


@dataclass(frozen=True)
class Terms:
    """What the clocks of some tickets ran by before a change, read for giving back."""

    kept: Mapping[int, Kept]
    tier_ids: Mapping[int, int | None]
    since: datetime
    moved_again: frozenset[int]
    versions: Mapping[int, SlaTierVersion]
    calendars: Mapping[int, WorkingCalendarVersion]

    @classmethod
    def read(
        cls,
        kept: Mapping[int, Kept],
        *,
        tier_ids: Mapping[int, int | None],
        since: datetime,
    ) -> Terms:
        """Three queries for any number of tickets."""
        rows = [row for clocks in kept.values() for row in clocks.values()]
        moved = SlaEvent.objects.filter(
            ticket_id__in=kept, kind=SlaEventKind.RETARGET, happened_at__gt=since
        )
        versions = SlaTierVersion.objects.select_related("tier", "calendar")
        return cls(
            kept=kept,
            tier_ids=tier_ids,
            since=since,
            moved_again=frozenset(moved.order_by().values_list("ticket_id", flat=True)),
            versions=versions.in_bulk({row["tier_version_id"] for row in rows}),
            calendars=WorkingCalendarVersion.objects.in_bulk(
                {row["calendar_version_id"] for row in rows} - {None}
            ),
        )

    def give(self, clock: SlaClock, row: Mapping[str, Any]) -> None:
        """Let a clock have what it ran by; a miss since the change is none."""
        clock.tier_version = self.versions[row["tier_version_id"]]
        calendar_id = row["calendar_version_id"]
        clock.calendar_version = self.calendars[calendar_id] if calendar_id else None
        clock.target_seconds = row["target_seconds"]
        clock.carried_seconds = row["carried_seconds"]
        clock.started_at = datetime.fromisoformat(row["started_at"])


def give_back(batch: ClockBatch, ticket: Ticket, terms: Terms) -> None:
    """Clocks as if no target had changed at an instant.

    What the change began is gone, and what was missed by it alone is not missed. What
    was asked, answered or resolved meanwhile is judged by what holds again; so is a
    target that moved once more since.
    """
    kept = terms.kept[ticket.pk]
    is_moved_again = ticket.pk in terms.moved_again
    if not is_moved_again:
        ticket.tier_id = terms.tier_ids[ticket.pk]
    for clock in list(batch.clocks(ticket)):
        row = kept.get(str(clock.pk))
        if row is None and clock.started_at <= terms.since:
            batch.remove(clock)
        elif row is not None and row["state"] in OPEN_STATES:
            terms.give(clock, row)
            _judge(batch, ticket, clock, since=terms.since)
            if row["warned_at"] is None:
                _forget_warning(batch, clock)
        elif row is not None and row["state"] == ClockState.CANCELLED:
            _cancel_again(batch, clock, terms, row)
    _judge_later(batch, ticket, terms)
    if is_moved_again or ticket.escalated_at is not None:
        retarget_ticket(batch, ticket, "level")
    start_next_response(batch, ticket)
    if ticket.status in DONE:
        conclude(batch, ticket)
    elif ticket.is_sla_met is not None:
        conclude_again(batch, ticket)


def _judge(
    batch: ClockBatch, ticket: Ticket, clock: SlaClock, *, since: datetime
) -> None:
    """By the terms it has now; what ended it for another reason still does."""
    if clock.breached_at is not None and clock.breached_at >= since:
        clock.breached_at = None
        batch.unsay(clock, SlaEventKind.BREACH)
    if clock.state == ClockState.CANCELLED and clock.stopped_at != since:
        batch.change(clock)
    else:
        settle(batch, clock, ending_of(batch, ticket, clock))


def _forget_warning(batch: ClockBatch, clock: SlaClock) -> None:
    """One that came by other terms is none: it comes when it is time."""
    if clock.warned_at is not None and clock.warned_at != clock.warn_at:
        clock.warned_at = None
        batch.unsay(clock, SlaEventKind.WARNING)


def _judge_later(batch: ClockBatch, ticket: Ticket, terms: Terms) -> None:
    """Clocks that began after the change, by what is promised without it."""
    kept = terms.kept[ticket.pk]
    later = [each for each in batch.clocks(ticket) if str(each.pk) not in kept]
    promises = promises_now(batch, ticket) if later else None
    if promises is None:
        return
    for clock in later:
        if clock.state == ClockState.CANCELLED:
            continue
        clock.breached_at = None
        batch.unsay(clock, SlaEventKind.BREACH)
        if promises.revive(clock):
            settle(batch, clock, ending_of(batch, ticket, clock))
            _forget_warning(batch, clock)
        else:
            batch.remove(clock)


def _cancel_again(
    batch: ClockBatch, clock: SlaClock, terms: Terms, row: Mapping[str, Any]
) -> None:
    if clock.state == ClockState.CANCELLED:
        return
    terms.give(clock, row)
    if clock.breached_at is not None and clock.breached_at >= terms.since:
        clock.breached_at = None
    for kind in _VERDICTS:
        if kind != SlaEventKind.BREACH or clock.breached_at is None:
            batch.unsay(clock, kind)
    cancel(clock, now=datetime.fromisoformat(row["stopped_at"]))
    clock.late_seconds = None
    if row["warned_at"] is None:
        _forget_warning(batch, clock)
    batch.change(clock)
