"""When on-call people are paged: pure arithmetic over facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: The most severe first.
_SEVERITY = ("critical", "high", "medium", "low")


@dataclass(frozen=True)
class Rhythm:
    """How often, and from when also to the second step."""

    repeat: timedelta
    most_pages: int
    second_after: timedelta | None = None


def rose_at(
    priorities: Sequence[tuple[str, datetime]], *, reopened_at: datetime | None
) -> datetime | None:
    """When a ticket last became more severe, or was reopened.

    ``priorities`` are what it had and from when, in order. Falling is no news: who is
    on call knows of a ticket that was critical and is high now.
    """
    rose, before = None, len(_SEVERITY)
    for priority, since in priorities:
        severity = _SEVERITY.index(priority)
        if severity < before:
            rose = since
        before = severity
    if rose is None or reopened_at is None:
        return rose
    return max(rose, reopened_at)


def is_second_due(rhythm: Rhythm, *, started_at: datetime, now: datetime) -> bool:
    """Whether the second step is paged, too."""
    return rhythm.second_after is not None and now >= started_at + rhythm.second_after


def next_round_at(
    rhythm: Rhythm, *, started_at: datetime, rounds: int, now: datetime
) -> datetime | None:
    """When to page again after ``rounds`` pages, the last of them now.

    Counted from now, not from when the last one should have gone out: what an outage
    swallowed is not caught up. None when that was the last one.
    """
    if rounds >= rhythm.most_pages:
        return None
    again = now + rhythm.repeat
    if rhythm.second_after is None:
        return again
    second = started_at + rhythm.second_after
    return min(again, second) if second > now else again
