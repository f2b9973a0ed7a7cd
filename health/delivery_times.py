"""When a person is told: digest hours and quiet hours on the local clock.

Pure arithmetic. Times that the clock skips in spring happen at the first instant after
the gap; times it shows twice in autumn happen the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Rhythm:
    """How one person wants to hear of alerts, on the clock of their zone."""

    zone: ZoneInfo
    is_daily: bool = False
    digest_hour: int = 8
    last_digest_on: date | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None


def due_at(rhythm: Rhythm, now: datetime) -> datetime:
    """When news of this moment is told: now, after quiet hours, or in a digest."""
    if rhythm.is_daily:
        return next_digest(rhythm, now)
    return after_quiet(rhythm, now)


def next_digest(rhythm: Rhythm, now: datetime) -> datetime:
    """The next digest hour, not on a local day that already had its digest."""
    day = now.astimezone(rhythm.zone).date() - _DAY
    if rhythm.last_digest_on is not None:
        day = max(day, rhythm.last_digest_on + _DAY)
    while (instant := digest_instant(rhythm, day)) < now:
        day += _DAY
    return instant


def digest_day(rhythm: Rhythm, now: datetime) -> date:
    """The local day whose digest is the newest that is due at ``now``."""
    day = now.astimezone(rhythm.zone).date()
    while digest_instant(rhythm, day) > now:
        day -= _DAY
    return day


def digest_instant(rhythm: Rhythm, day: date) -> datetime:
    """When the digest of a local day is due."""
    return local_instant(day, time(rhythm.digest_hour), rhythm.zone)


def after_quiet(rhythm: Rhythm, now: datetime) -> datetime:
    """``now``, or the end of the quiet hours that ``now`` falls into.

    Quiet hours may cross midnight; equal ends mean none.
    """
    begin, end = rhythm.quiet_from, rhythm.quiet_until
    if begin is None or end is None or begin == end:
        return now
    local = now.astimezone(rhythm.zone)
    clock = local.time()
    if begin < end:
        is_quiet, day = begin <= clock < end, local.date()
    else:
        is_quiet = clock >= begin or clock < end
        day = local.date() + _DAY if clock >= begin else local.date()
    if not is_quiet:
        return now
    ends = (local_instant(day, end, rhythm.zone, fold=fold) for fold in (0, 1))
    return next((instant for instant in ends if instant > now), now)


def local_instant(day: date, clock: time, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """The instant (in UTC) at which clocks of a zone show this time on this day."""
    wall = datetime.combine(day, clock)
    instant = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    # Skipped: the offsets of both sides of the gap enclose the moment of the change.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    offset = after.astimezone(zone).utcoffset()
    return _first(
        before, after, lambda moment: moment.astimezone(zone).utcoffset() == offset
    )


def _first(
    before: datetime, after: datetime, holds: Callable[[datetime], bool]
) -> datetime:
    """The first whole second in (before, after] from which ``holds`` is true."""
    low, high = before, after
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle in (low, high):
            break
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
