"""Which way a score moves: over 7, 30 and 90 days, and dimension by dimension.

Decided on stored scores (one decimal), so that what a person reads is what decides.
Missing data never look like a movement: without enough values the answer is
*unknown*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Direction = Literal["improving", "declining", "stable", "unknown"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
IMPROVING, DECLINING, STABLE, UNKNOWN = range(4)

CHANGE_WINDOWS = (7, 30, 90)
# A change smaller than this many points is noise.
STABLE_BELOW_POINTS = 3.0
# A snapshot up to this many days older stands in for one that is not there.
STAND_IN_DAYS = 3
TREND_WEEKS = 6
STABLE_WITHIN_PERCENT = 10.0
# Of the three weeks on each side, so many must have a value.
WEEKS_NEEDED = 2

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Series = Mapping[date, float | None]


@dataclass(frozen=True)
class Change:
    """A score's change over some days; `points` is None when one end is missing."""

    days: int
    points: float | None
    direction: Direction


def change_over(series: Series, *, day: date, days: int) -> Change:
    """The change from `days` before `day` to `day` itself.

    The earlier score is that of the exact day, or the newest of the
    `STAND_IN_DAYS` before it. The later one must be of `day`.
    """
    earlier = _newest(series, day - timedelta(days=days), STAND_IN_DAYS)
    points = points_changed([_as_float(series.get(day))], [_as_float(earlier)])
    code = int(change_directions(points)[0])
    value = None if np.isnan(points[0]) else float(points[0])
    return Change(days, value, DIRECTIONS[code])


def changes_over(series: Series, *, day: date) -> tuple[Change, ...]:
    """The changes over 7, 30 and 90 days."""
    return tuple(change_over(series, day=day, days=days) for days in CHANGE_WINDOWS)


def points_changed(now: ArrayLike, then: ArrayLike) -> Floats:
    """Later minus earlier score, to the decimal they are shown with; NaN unknown."""
    later = np.asarray(now, dtype=np.float64)
    earlier = np.asarray(then, dtype=np.float64)
    points: Floats = np.round(later - earlier, 1) + 0.0
    return points


def change_directions(points: ArrayLike) -> Codes:
    """Codes into `DIRECTIONS`: stable while a change is below three points."""
    changed = np.asarray(points, dtype=np.float64)
    return np.select(
        [
            np.isnan(changed),
            changed >= STABLE_BELOW_POINTS,
            changed <= -STABLE_BELOW_POINTS,
        ],
        [UNKNOWN, IMPROVING, DECLINING],
        default=STABLE,
    ).astype(np.int64)


def weekly_values(series: Series, *, day: date) -> list[float | None]:
    """The newest value of each of the six weeks that end on `day`, oldest first."""
    weeks = range(TREND_WEEKS - 1, -1, -1)
    return [_newest(series, day - timedelta(weeks=back), 6) for back in weeks]


def dimension_trend(weekly: Sequence[float | None]) -> Direction:
    """The trend of one dimension from its weekly values, oldest first."""
    row = [_as_float(value) for value in weekly[-TREND_WEEKS:]]
    padded = [np.nan] * (TREND_WEEKS - len(row)) + row
    return DIRECTIONS[int(dimension_trends([padded])[0])]


def dimension_trends(weekly: ArrayLike) -> Codes:
    """Codes into `DIRECTIONS` for rows of six weekly values, oldest first.

    The mean of the last three weeks against the three before: more than 10 % up is
    improving, more than 10 % down declining; from 0, improving if above 0. A mean
    is taken over the weeks that have a value; with fewer than two of three on
    either side the trend is unknown.
    """
    values = np.asarray(weekly, dtype=np.float64)
    before = _mean_of_weeks(values[:, :3])
    recent = _mean_of_weeks(values[:, 3:])
    # Products instead of a quotient: a mean of 0 needs no case of its own.
    above = np.round(100 * recent - (100 + STABLE_WITHIN_PERCENT) * before, 9) > 0
    below = np.round(100 * recent - (100 - STABLE_WITHIN_PERCENT) * before, 9) < 0
    return np.select(
        [np.isnan(recent - before), above, below],
        [UNKNOWN, IMPROVING, DECLINING],
        default=STABLE,
    ).astype(np.int64)


def _mean_of_weeks(values: Floats) -> Floats:
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    enough = count >= WEEKS_NEEDED
    return np.where(enough, total / np.where(enough, count, 1), np.nan)


def _newest(series: Series, day: date, days_back: int) -> float | None:
    candidates = (
        series.get(day - timedelta(days=back)) for back in range(days_back + 1)
    )
    return next((value for value in candidates if value is not None), None)


def _as_float(value: float | None) -> float:
    return np.nan if value is None else value
