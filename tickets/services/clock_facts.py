"""From rows to the facts of a clock, and from its verdict back to the row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from organisation.calendars import version_calendar
from tickets.clock import (
    ALWAYS,
    ClockFacts,
    StatusInterval,
    is_pausing,
    pauses_of,
    verdict,
)
from tickets.models import ClockState, SlaClock, SlaMetric, Ticket, TicketPeriod

OPEN_STATES = (ClockState.RUNNING, ClockState.PAUSED)


def is_open(clock: SlaClock) -> bool:
    """Whether the promise still waits for its outcome."""
    return clock.state in OPEN_STATES


def statuses_of(ticket_id: int) -> list[StatusInterval]:
    """Every status a ticket had, oldest first."""
    rows = TicketPeriod.objects.filter(
        ticket_id=ticket_id, field=TicketPeriod.Field.STATUS
    ).order_by("valid_from")
    return [
        StatusInterval(*row)
        for row in rows.values_list("value", "valid_from", "valid_to")
    ]


def facts_of(clock: SlaClock, statuses: Iterable[StatusInterval]) -> ClockFacts:
    """The facts of one clock; statuses matter to resolution only."""
    pauses = []
    if clock.metric == SlaMetric.RESOLUTION:
        pauses = pauses_of(statuses, is_paused_on_hold=clock.is_paused_on_hold)
    calendar = ALWAYS
    if clock.calendar_version is not None:
        calendar = version_calendar(clock.calendar_version)
    return ClockFacts(
        started_at=clock.started_at,
        target_seconds=clock.target_seconds,
        calendar=calendar,
        warn_percent=clock.warn_percent,
        carried_seconds=clock.carried_seconds,
        pauses=pauses,
        stopped_at=clock.stopped_at,
    )


def assess(
    clock: SlaClock, ticket: Ticket, statuses: Iterable[StatusInterval]
) -> datetime | None:
    """Set an open clock's state, due and warning from the facts; does not save.

    Answers when the target is used up, also while a pause hides it from the row.
    """
    clock.stopped_at = clock.late_seconds = None
    found = verdict(facts_of(clock, statuses))
    is_paused = clock.metric == SlaMetric.RESOLUTION and is_pausing(
        ticket.status, is_paused_on_hold=clock.is_paused_on_hold
    )
    if is_paused:
        clock.state = ClockState.PAUSED
        clock.due_at = clock.warn_at = None
    else:
        clock.state = ClockState.RUNNING
        clock.due_at, clock.warn_at = found.due_at, found.warn_at
    return found.due_at
