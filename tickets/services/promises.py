"""What tickets are promised at the moment, and clocks made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from organisation.calendar_services import current_version, version_in_force
from organisation.models import WorkingCalendarVersion
from tickets.models import (
    ClockState,
    RetargetFrom,
    SlaClock,
    SlaMetric,
    SlaTierVersion,
    SupportLevel,
    SupportSettings,
    Ticket,
)
from tickets.services.rows import support_settings
from tickets.services.standing_promises import Standing
from tickets.services.tiers import Target, target_of


class PromiseBook:
    """Settings, levels and calendars, each read once however many tickets ask.

    What ``standing`` has read already is not read again.
    """

    def __init__(self, standing: Standing | None = None) -> None:
        self._calendars: dict[int, WorkingCalendarVersion] = {}
        self._standing = standing

    @cached_property
    def support(self) -> SupportSettings:
        """How support works here."""
        return self._standing.support if self._standing else support_settings()

    @cached_property
    def level_seconds(self) -> dict[int, int]:
        """The response each level promises."""
        rows = SupportLevel.objects.values_list("level", "response_minutes")
        return {level: minutes * 60 for level, minutes in rows}

    def calendar_of(self, version: SlaTierVersion) -> WorkingCalendarVersion:
        """The calendar of a tier's version as it stands now."""
        key = version.calendar_id
        if key not in self._calendars:
            self._calendars[key] = self._in_force(version)
        return self._calendars[key]

    def _in_force(self, version: SlaTierVersion) -> WorkingCalendarVersion:
        if self._standing is not None and self._standing.version is version:
            return version_in_force(version.calendar, self._standing.hours)
        return current_version(version.calendar)

    def promises_for(
        self, ticket: Ticket, version: SlaTierVersion, *, kept: Iterable[SlaClock] = ()
    ) -> Promises:
        """What a version promises a ticket; ``kept`` clocks keep their calendar."""
        calendars = [
            clock.calendar_version
            for clock in kept
            if clock.calendar_version is not None
            and clock.calendar_version.calendar_id == version.calendar_id
        ]
        newest = max(calendars, key=lambda each: each.number, default=None)
        return Promises(self, ticket, version, newest)


@dataclass
class Promises:
    """A tier's version, seen from one ticket with its priority and level."""

    book: PromiseBook
    ticket: Ticket
    version: SlaTierVersion
    calendar_version: WorkingCalendarVersion | None

    def target(self, metric: str) -> Target | None:
        """What is promised for a metric, if anything.

        Once a ticket was escalated, its level may promise the response sooner.
        """
        level = None
        if self.ticket.escalated_at is not None:
            level = self.book.level_seconds.get(self.ticket.level)
        return target_of(
            self.version, metric, self.ticket.priority, level_seconds=level
        )

    @property
    def counts_from_change(self) -> bool:
        """Whether another target counts from the change, and not from the creation."""
        return bool(self.book.support.retarget_from == RetargetFrom.CHANGE)

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
            warn_percent=self.book.support.warn_percent,
            is_paused_on_hold=self.book.support.is_paused_on_hold,
            started_at=started_at,
        )

    def give(self, clock: SlaClock, *, now: datetime) -> bool:
        """Set an open clock's target; whether target or hours are others than before.

        Where nothing is promised any more it is cancelled. Only other terms let it
        begin anew where targets count from the change.
        """
        target = self.target(clock.metric)
        if target is None:
            cancel(clock, now=now)
            return True
        before = _terms(clock)
        self._set(clock, target)
        if before == _terms(clock):
            return False
        if self.counts_from_change:
            clock.started_at = now
            clock.carried_seconds = 0
        return True

    def revive(self, clock: SlaClock) -> bool:
        """Give a cancelled clock the present target; whether it goes on.

        One that was missed before keeps the target it missed.
        """
        if clock.breached_at is not None:
            return True
        target = self.target(clock.metric)
        if target is not None:
            self._set(clock, target)
        return target is not None

    def _set(self, clock: SlaClock, target: Target) -> None:
        clock.target_seconds = target.seconds
        clock.tier_version = self.version
        clock.calendar_version = self._calendar(target)

    def _calendar(self, target: Target) -> WorkingCalendarVersion | None:
        if target.is_always:
            return None
        if self.calendar_version is None:
            self.calendar_version = self.book.calendar_of(self.version)
        return self.calendar_version


def cancel(clock: SlaClock, *, now: datetime) -> None:
    """End a clock without a verdict; the row is not saved here."""
    clock.state = ClockState.CANCELLED
    clock.stopped_at = now
    clock.due_at = clock.warn_at = None


def _terms(clock: SlaClock) -> tuple[int, int | None]:
    return clock.target_seconds, clock.calendar_version_id
