"""What one ticket is promised at the moment, and clocks made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from organisation.models import WorkingCalendarVersion
from tickets.models import (
    ClockState,
    RetargetFrom,
    SlaClock,
    SlaMetric,
    SlaTierVersion,
    SupportSettings,
    Ticket,
)
from tickets.services.rows import support_settings
from tickets.services.tiers import (
    Target,
    calendar_version_of,
    level_seconds_of,
    target_of,
)


@dataclass
class Promises:
    """A tier's version, seen from one ticket with its priority and level."""

    ticket: Ticket
    version: SlaTierVersion
    support: SupportSettings
    level_seconds: int | None
    calendar_version: WorkingCalendarVersion | None

    def target(self, metric: str) -> Target | None:
        """What is promised for a metric, if anything."""
        return target_of(
            self.version,
            metric,
            self.ticket.priority,
            level_seconds=self.level_seconds,
        )

    def new_clock(
        self, metric: SlaMetric, cycle: int, started_at: datetime
    ) -> SlaClock | None:
        """An unsaved clock, or None where nothing is promised."""
        target = self.target(metric)
        if target is None:
            return None
        return SlaClock(
            ticket=self.ticket,
            metric=metric,
            cycle=cycle,
            tier_version=self.version,
            calendar_version=self._calendar(target),
            target_seconds=target.seconds,
            warn_percent=self.support.warn_percent,
            is_paused_on_hold=self.support.is_paused_on_hold,
            started_at=started_at,
        )

    def give(self, clock: SlaClock, *, now: datetime) -> bool:
        """Set an open clock's target; cancel it where nothing is promised any more.

        Whether it has another target, calendar or version now.
        """
        target = self.target(clock.metric)
        if target is None:
            clock.state = ClockState.CANCELLED
            clock.stopped_at = now
            clock.due_at = clock.warn_at = None
            return False
        calendar = self._calendar(target)
        before = _terms(clock)
        clock.target_seconds = target.seconds
        clock.tier_version = self.version
        clock.calendar_version = calendar
        if before == _terms(clock):
            return False
        if self.support.retarget_from == RetargetFrom.CHANGE:
            clock.started_at = now
            clock.carried_seconds = 0
        return True

    def revived(self, clock: SlaClock) -> SlaClock:
        """A cancelled clock with the present target; it goes on from its old start."""
        target = self.target(clock.metric)
        if target is not None:
            clock.target_seconds = target.seconds
            clock.tier_version = self.version
            clock.calendar_version = self._calendar(target)
        return clock

    def _calendar(self, target: Target) -> WorkingCalendarVersion | None:
        if target.is_always:
            return None
        if self.calendar_version is None:
            self.calendar_version = calendar_version_of(self.version)
        return self.calendar_version


def promises_for(
    ticket: Ticket, version: SlaTierVersion, *, clocks: Iterable[SlaClock] = ()
) -> Promises:
    """What a version promises the ticket; its clocks keep the calendar they have."""
    kept = [
        clock.calendar_version
        for clock in clocks
        if clock.calendar_version is not None
        and clock.calendar_version.calendar_id == version.calendar_id
    ]
    return Promises(
        ticket=ticket,
        version=version,
        support=support_settings(),
        level_seconds=level_seconds_of(ticket),
        calendar_version=kept[-1] if kept else None,
    )


def _terms(clock: SlaClock) -> tuple[int, int, int | None]:
    return clock.target_seconds, clock.tier_version_id, clock.calendar_version_id
