"""One promise reckoned from its facts: when it is due, and how it went.

Pure: target, calendar, pauses and instants in, verdict and segments out. The rows are
read and written elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from core.working_time import NeverDue, Pause, WorkingCalendar

ALWAYS = WorkingCalendar("UTC", always_open=True)
WAITING, ON_HOLD = "waiting", "on_hold"

SegmentKind = Literal["carried", "running", "paused", "outside_hours"]


@dataclass(frozen=True)
class ClockFacts:
    """All that decides about one clock.

    ``carried_seconds`` of open time were used in the cycles before and count against
    the target. Pauses may overlap and may lie outside opening hours.
    """

    started_at: datetime
    target_seconds: float
    calendar: WorkingCalendar = ALWAYS
    warn_percent: float = 75
    carried_seconds: float = 0
    pauses: Sequence[Pause] = ()
    stopped_at: datetime | None = None


class Verdict(NamedTuple):
    """What follows from the facts; ``met`` and ``late_seconds`` once it has stopped.

    Without ``due_at`` a pause still runs, or the calendar never opens long enough.
    """

    due_at: datetime | None
    warn_at: datetime | None
    met: bool | None
    late_seconds: float | None


class StatusInterval(NamedTuple):
    """A status a ticket had, and until when; without an end it still has it."""

    status: str
    start: datetime
    end: datetime | None


class ClockSegment(NamedTuple):
    """A stretch in the account of a clock; what was carried over has no instants."""

    kind: SegmentKind
    seconds: float
    start: datetime | None = None
    end: datetime | None = None
    reason: str = ""


def verdict(facts: ClockFacts) -> Verdict:
    """Due, warning and outcome; met means stopped at or before the due instant."""
    due_at = _reached(facts, facts.target_seconds)
    warn_at = _reached(facts, facts.target_seconds * facts.warn_percent / 100)
    if facts.stopped_at is None:
        return Verdict(due_at, warn_at, None, None)
    late = 0.0
    if due_at is not None:
        late = max((facts.stopped_at - due_at).total_seconds(), 0.0)
    return Verdict(due_at, warn_at, late == 0, late)


def used_seconds(facts: ClockFacts, until: datetime) -> float:
    """Open seconds used by an instant: carried ones, and those run without pauses."""
    told = facts.calendar.explain(facts.started_at, until, facts.pauses)
    ran = sum(segment.seconds for segment in told if segment.kind == "running")
    return facts.carried_seconds + ran


def explained(facts: ClockFacts, until: datetime) -> list[ClockSegment]:
    """What the clock did until an instant, without a gap.

    Segments with instants add up to the time since the start; carried and running
    ones add up to what was used of the target.
    """
    segments = [
        ClockSegment(
            segment.kind, segment.seconds, segment.start, segment.end, segment.reason
        )
        for segment in facts.calendar.explain(facts.started_at, until, facts.pauses)
    ]
    if facts.carried_seconds > 0:
        segments.insert(0, ClockSegment("carried", facts.carried_seconds))
    return segments


def is_pausing(status: str, *, is_paused_on_hold: bool) -> bool:
    """Whether resolution stands still in this status."""
    return status == WAITING or (is_paused_on_hold and status == ON_HOLD)


def pauses_of(
    statuses: Iterable[StatusInterval], *, is_paused_on_hold: bool
) -> list[Pause]:
    """The pauses that follow from the statuses a ticket had."""
    return [
        Pause(interval.start, interval.end, interval.status)
        for interval in statuses
        if is_pausing(interval.status, is_paused_on_hold=is_paused_on_hold)
    ]


def _reached(facts: ClockFacts, seconds: float) -> datetime | None:
    try:
        return facts.calendar.due_at(
            facts.started_at, seconds - facts.carried_seconds, facts.pauses
        )
    except NeverDue:
        return None
