"""Working time: when a calendar is open, when a promise falls due, and why.

An instant is open when its local wall-clock time lies in an interval of its local
day, or in the overnight tail of the day before. Everything else follows from that:
hours that a clock change skips do not exist, hours that it repeats are open twice.
Pure arithmetic on aware datetimes; answers are in UTC.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

MINUTES_A_DAY = 24 * 60
# A search that finds no end within ten years has no end worth promising.
SEARCH_LIMIT = timedelta(days=3660)
ONE_DAY = timedelta(days=1)

# Minutes from local midnight, half-open; an end beyond 1440 runs into the next day.
MinuteInterval = tuple[int, int]
Span = tuple[datetime, datetime]
SegmentKind = Literal["running", "paused", "outside_hours"]


class CalendarNeverOpens(ValueError):
    """The calendar has no open time at all."""


class NeverDue(ValueError):
    """The open time runs out before the target does."""


class Pause(NamedTuple):
    """A stretch in which the clock stands still; without an end it still does."""

    start: datetime
    end: datetime | None
    reason: str = ""


class Segment(NamedTuple):
    """A stretch of one kind in the account of a clock."""

    kind: SegmentKind
    start: datetime
    end: datetime
    reason: str = ""

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


@dataclass(frozen=True)
class WorkingCalendar:
    """Opening hours in one time zone.

    `weekly` maps weekdays (Monday is 0) to intervals; `overrides` replaces the
    intervals of single dates, an empty list closes one. Overrides beat holidays,
    holidays beat weekly hours and `always_open`. An interval belongs to the day it
    starts on, with its tail after midnight.
    """

    timezone: str
    weekly: Mapping[int, Sequence[MinuteInterval]] = field(default_factory=dict)
    always_open: bool = False
    holidays: frozenset[date] = frozenset()
    overrides: Mapping[date, Sequence[MinuteInterval]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ZoneInfo(self.timezone)
        intervals = [
            interval
            for hours in (*self.weekly.values(), *self.overrides.values())
            for interval in hours
        ]
        for start, end in intervals:
            if not (
                0 <= start < MINUTES_A_DAY and start < end <= start + MINUTES_A_DAY
            ):
                raise ValueError(
                    f"An interval starts within its day and lasts at most 24 hours, "
                    f"not {start}–{end} minutes."
                )
        if not intervals and not self.always_open:
            raise CalendarNeverOpens("This calendar is never open.")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def is_working_day(self, day: date) -> bool:
        """Whether any hours start on this local day."""
        return bool(self._own_intervals(day))

    def working_day_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`; 0 is `day` itself, open or not."""
        found = 0
        last = day + SEARCH_LIMIT
        while found < count:
            day += ONE_DAY
            if day > last:
                raise NeverDue("There are not enough working days within ten years.")
            found += self.is_working_day(day)
        return day

    def is_open(self, instant: datetime) -> bool:
        """Whether the calendar is open at this instant."""
        local = _in_utc(instant).astimezone(self.zone)
        seconds = (local.hour * 60 + local.minute) * 60 + local.second
        return any(
            start * 60 <= seconds < end * 60
            for start, end in self._intervals_on(local.date())
        )

    def open_intervals(self, start: datetime, end: datetime) -> list[Span]:
        """The open stretches between two instants, as long as they can be."""
        merged: list[Span] = []
        for opens, closes in self._open_spans(_in_utc(start), _in_utc(end)):
            if merged and merged[-1][1] == opens:
                merged[-1] = (merged[-1][0], closes)
            else:
                merged.append((opens, closes))
        return merged

    def open_seconds_between(self, start: datetime, end: datetime) -> float:
        """Open time between two instants; 0 when the end is not after the start."""
        spans = self._open_spans(_in_utc(start), _in_utc(end))
        return sum(
            ((closes - opens) for opens, closes in spans), timedelta()
        ).total_seconds()

    def due_at(
        self, start: datetime, target_seconds: float, pauses: Sequence[Pause] = ()
    ) -> datetime | None:
        """The first instant at which the target's open seconds are used up.

        Time inside pauses does not count. None while a pause without an end keeps
        the target from being used up. `NeverDue` when ten years are not enough.
        """
        begin = _in_utc(start)
        left = timedelta(seconds=target_seconds)
        if left <= timedelta():
            return begin
        stops = disjoint_pauses(pauses)
        limit = begin + SEARCH_LIMIT
        stands_from = next((p.start for p in stops if p.end is None), limit)
        for opens, closes in self._open_spans(begin, min(limit, stands_from)):
            for segment in _without_pauses(opens, closes, stops):
                length = segment.end - segment.start
                if segment.kind == "running" and length >= left:
                    return segment.start + left
                if segment.kind == "running":
                    left -= length
        if stands_from < limit:
            return None
        raise NeverDue("The target is not used up within ten years.")

    def explain(
        self, start: datetime, end: datetime, pauses: Sequence[Pause] = ()
    ) -> list[Segment]:
        """What the clock did between two instants; the segments leave no gap.

        A pause outside opening hours costs nothing and reads as outside hours.
        """
        cursor, last = _in_utc(start), _in_utc(end)
        stops = disjoint_pauses(pauses)
        segments: list[Segment] = []
        for opens, closes in self.open_intervals(cursor, last):
            if cursor < opens:
                segments.append(Segment("outside_hours", cursor, opens))
            segments += _without_pauses(opens, closes, stops)
            cursor = closes
        if cursor < last:
            segments.append(Segment("outside_hours", cursor, last))
        return segments

    def _own_intervals(self, day: date) -> Sequence[MinuteInterval]:
        if day in self.overrides:
            return self.overrides[day]
        if day in self.holidays:
            return ()
        if self.always_open:
            return ((0, MINUTES_A_DAY),)
        return self.weekly.get(day.weekday(), ())

    def _intervals_on(self, day: date) -> list[MinuteInterval]:
        """Open minutes within the day, tail of the day before included; disjoint."""
        own = [
            (start, min(end, MINUTES_A_DAY)) for start, end in self._own_intervals(day)
        ]
        tails = [
            (0, end - MINUTES_A_DAY)
            for _, end in self._own_intervals(day - ONE_DAY)
            if end > MINUTES_A_DAY
        ]
        merged: list[MinuteInterval] = []
        for start, end in sorted(tails + own):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def _open_spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Open stretches in order, at most a day long each; lazy."""
        for begins, ends, offset in _steady_stretches(self.zone, start, end):
            # Within such a stretch wall-clock time runs evenly, so local hours can
            # be cut to it and moved to UTC by the offset.
            wall_start = (begins + offset).replace(tzinfo=None)
            wall_end = (ends + offset).replace(tzinfo=None)
            day = wall_start.date()
            while day <= wall_end.date():
                midnight = datetime.combine(day, time())
                for opens, closes in self._intervals_on(day):
                    lower = max(midnight + timedelta(minutes=opens), wall_start)
                    upper = min(midnight + timedelta(minutes=closes), wall_end)
                    if lower < upper:
                        yield (
                            lower.replace(tzinfo=UTC) - offset,
                            upper.replace(tzinfo=UTC) - offset,
                        )
                day += ONE_DAY


def disjoint_pauses(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses in order without overlaps: pausing a paused clock changes nothing."""
    ordered: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: _in_utc(p.start)):
        start = _in_utc(pause.start)
        end = None if pause.end is None else _in_utc(pause.end)
        if ordered:
            covered_until = ordered[-1].end
            if covered_until is None:
                break
            start = max(start, covered_until)
        if end is None or start < end:
            ordered.append(Pause(start, end, pause.reason))
    return ordered


def _without_pauses(
    opens: datetime, closes: datetime, pauses: Sequence[Pause]
) -> list[Segment]:
    """An open stretch cut into running and paused segments."""
    segments: list[Segment] = []
    cursor = opens
    first = bisect_right(pauses, opens, key=lambda pause: pause.end or closes)
    for pause in pauses[first:]:
        if pause.start >= closes:
            break
        start = max(pause.start, opens)
        end = closes if pause.end is None else min(pause.end, closes)
        if cursor < start:
            segments.append(Segment("running", cursor, start))
        segments.append(Segment("paused", start, end, pause.reason))
        cursor = end
    if cursor < closes:
        segments.append(Segment("running", cursor, closes))
    return segments


def _steady_stretches(
    zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Consecutive stretches of at most a day in which the UTC offset is constant."""
    while start < end:
        offset = _offset(zone, start)
        stop = min(start + ONE_DAY, end)
        if _offset(zone, stop) != offset:
            stop = _first_with_other_offset(zone, start, stop)
        yield start, stop, offset
        start = stop


def _first_with_other_offset(
    zone: ZoneInfo, before: datetime, after: datetime
) -> datetime:
    """The instant of a clock change between two instants; it is a whole second."""
    low, high = math.floor(before.timestamp()), math.ceil(after.timestamp())
    offset = _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("A time needs its UTC offset.")
    return instant.astimezone(UTC)
