"""Demo tickets as stories: who wrote when, which statuses followed, what it took.

Times are hours since the window began. Everything here is arithmetic and words; rows
are written elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cs_platform.demo import sayings

_HOUR_OF_SHIFT = (7.0, 17.0)
Side = Literal["customer", "agent"]


@dataclass(frozen=True)
class Said:
    """One message: when, by which side, and whether only people here read it."""

    at: float
    side: Side
    text: str
    is_note: bool = False


@dataclass
class Story:
    """One ticket's life. ``resolved`` has the end of each cycle, ``reopened`` the
    beginnings after the first."""

    opened: float
    responded: float
    resolved: list[float]
    reopened: list[float]
    said: list[Said] = field(default_factory=list)
    statuses: list[tuple[str, float, float]] = field(default_factory=list)

    @property
    def closed(self) -> float:
        """A week after the last resolution, when nobody objects."""
        return self.resolved[-1] + 7 * 24


def in_shift(hours: np.ndarray, weekdays: np.ndarray, rng) -> np.ndarray:
    """The same times, moved to the next hour somebody works, weekends left out."""
    moved = hours.copy()
    for _ in range(3):
        clock = moved % 24
        days = np.floor(moved / 24)
        late = clock > _HOUR_OF_SHIFT[1]
        days = np.where(late, days + 1, days)
        start = days * 24 + _HOUR_OF_SHIFT[0] + rng.exponential(0.8, len(moved))
        is_outside = late | (clock < _HOUR_OF_SHIFT[0])
        moved = np.where(is_outside, start, moved)
        weekday = weekdays[np.clip(moved // 24, 0, len(weekdays) - 1).astype(int)]
        moved = np.where(weekday >= 5, moved + 24 * (7 - weekday), moved)
    return np.maximum(moved, hours)


def tell(story: Story, category: str, subject: str, names: Sequence[str], rng) -> None:
    """Fill in who wrote what and which statuses followed. ``names`` are the first
    names of the customer and the agent."""
    first = names[0]
    opening = str(rng.choice(sayings.OPENINGS[category]))
    _say(story, story.opened, "customer", opening.format(subject=_lower(subject)))
    story.statuses.append(("new", story.opened, story.responded))
    asks = story.resolved[0] - story.responded > 3 and rng.random() < 0.55
    if asks:
        _ask_back(story, first, rng)
    else:
        words = str(rng.choice(sayings.FIRST_ANSWERS))
        _say(story, story.responded, "agent", words.format(first=first))
        story.statuses.append(("in_progress", story.responded, story.resolved[0]))
    if rng.random() < 0.3:
        at = story.responded + 0.6 * (story.resolved[0] - story.responded)
        story.said.append(Said(at, "agent", str(rng.choice(sayings.NOTES)), True))
    words = str(rng.choice(sayings.RESOLUTIONS[category]))
    _say(story, story.resolved[0], "agent", words.format(first=first))
    _come_back(story, rng)
    story.statuses.append(("closed", story.closed, np.inf))


def _ask_back(story: Story, first: str, rng) -> None:
    """The agent asks, the ticket waits, the customer answers."""
    words = str(rng.choice(sayings.QUESTIONS))
    _say(story, story.responded, "agent", words.format(first=first))
    length = story.resolved[0] - story.responded
    answered = story.responded + length * rng.uniform(0.2, 0.6)
    _say(story, answered, "customer", str(rng.choice(sayings.ANSWERS_TO_QUESTIONS)))
    soon = answered + min(0.3 * (story.resolved[0] - answered), rng.uniform(0.1, 3))
    words = str(rng.choice(sayings.FIRST_ANSWERS))
    _say(story, soon, "agent", words.format(first=first))
    story.statuses += [
        ("waiting", story.responded, answered),
        ("in_progress", answered, story.resolved[0]),
    ]


def _come_back(story: Story, rng) -> None:
    """Resolved, perhaps reopened and resolved again."""
    ends = [*story.reopened, story.closed]
    story.statuses.append(("resolved", story.resolved[0], ends[0]))
    for again, resolved, end in zip(
        story.reopened, story.resolved[1:], ends[1:], strict=True
    ):
        _say(story, again, "customer", str(rng.choice(sayings.REOPENINGS)))
        _say(story, resolved, "agent", str(rng.choice(sayings.FINAL_RESOLUTIONS)))
        story.statuses += [
            ("in_progress", again, resolved),
            ("resolved", resolved, end),
        ]


def _say(story: Story, at: float, side: Side, text: str) -> None:
    story.said.append(Said(at, side, text))


def _lower(subject: str) -> str:
    """A subject inside a sentence: its first letter small, unless it is a name."""
    is_word = subject[:2] != subject[:2].upper()
    return subject[:1].lower() + subject[1:] if is_word else subject
