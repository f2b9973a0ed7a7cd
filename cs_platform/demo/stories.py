"""Demo tickets as stories: who wrote when, which statuses followed, what it took.

Times are hours since the window began. Everything here is arithmetic and words; rows
are written elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from cs_platform.demo import sayings
from cs_platform.demo.threads import Thread

_HOUR_OF_SHIFT = (7.0, 17.0)
Side = Literal["customer", "agent"]
#: When the desk answers what a customer wrote at an hour.
Answering = Callable[[float], float]


class People(NamedTuple):
    """Who talks on a ticket."""

    customer: str
    agent: str
    account: str

    @property
    def first(self) -> str:
        """How the agent calls the customer."""
        return self.customer.split()[0]


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
    beginnings after the first; ``escalated`` is when it went a level up, if it did."""

    opened: float
    taken: float
    responded: float
    resolved: list[float]
    reopened: list[float]
    escalated: float | None = None
    reason: str = ""
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


def tell(
    story: Story, thread: Thread, people: People, rng, *, answering: Answering
) -> None:
    """Fill in who wrote what and which statuses followed."""
    words = f"{rng.choice(sayings.GREETINGS)}\n\n{thread.opening}"
    _asked(story, story.opened, words, people)
    _taken(story, rng)
    work = _first_answers(story, thread, people, rng, answering)
    _work(story, work, people, rng)
    words = _filled(rng, sayings.RESOLUTIONS, people, fix=thread.fix)
    _answered(story, story.resolved[0], words, people)
    _come_back(story, people, rng, answering)
    story.statuses.append(("closed", story.closed, np.inf))


def _taken(story: Story, rng) -> None:
    """New, sometimes looked at by somebody who gives it on, then somebody's."""
    seen = story.opened + 0.4 * (story.taken - story.opened)
    is_triaged = story.taken - story.opened > 0.5 and rng.random() < 0.4
    story.statuses.append(("new", story.opened, seen if is_triaged else story.taken))
    if is_triaged:
        story.statuses.append(("triaged", seen, story.taken))
    story.statuses.append(("assigned", story.taken, story.responded))


def _first_answers(
    story: Story, thread: Thread, people: People, rng, answering: Answering
) -> float:
    """The first answer, and often a question back; answers when work goes on."""
    length = story.resolved[0] - story.responded
    if length < 3 or rng.random() < 0.45:
        words = _filled(rng, sayings.FIRST_ANSWERS, people)
        _answered(story, story.responded, words, people)
        return story.responded
    words = _filled(rng, sayings.QUESTIONS, people, question=thread.question)
    _answered(story, story.responded, words, people)
    came = story.responded + length * rng.uniform(0.15, 0.45)
    _asked(story, came, thread.answer, people)
    if (soon := answering(came)) < story.resolved[0]:
        words = _filled(rng, sayings.AFTER_ANSWERS, people)
        _answered(story, soon, words, people)
    story.statuses.append(("waiting", story.responded, came))
    return came


def _work(story: Story, start: float, people: People, rng) -> None:
    """In progress until it is resolved, sometimes held up by others."""
    end = story.resolved[0]
    if end - start > 10 and rng.random() < 0.22:
        held = start + (end - start) * rng.uniform(0.15, 0.3)
        resumed = start + (end - start) * rng.uniform(0.6, 0.85)
        _noted(story, held, str(rng.choice(sayings.HOLDS)))
        story.statuses += [
            ("in_progress", start, held),
            ("on_hold", held, resumed),
            ("in_progress", resumed, end),
        ]
    else:
        story.statuses.append(("in_progress", start, end))
        if rng.random() < 0.25:
            words = _filled(rng, sayings.NOTES, people)
            _noted(story, start + 0.6 * (end - start), words)


def _come_back(story: Story, people: People, rng, answering: Answering) -> None:
    """Resolved, perhaps reopened and resolved again."""
    ends = [*story.reopened, story.closed]
    story.statuses.append(("resolved", story.resolved[0], ends[0]))
    for again, resolved, end in zip(
        story.reopened, story.resolved[1:], ends[1:], strict=True
    ):
        _asked(story, again, str(rng.choice(sayings.REOPENINGS)), people)
        if (soon := answering(again)) < resolved:
            words = _filled(rng, sayings.AFTER_REOPENINGS, people)
            _answered(story, soon, words, people)
        words = _filled(rng, sayings.FINAL_RESOLUTIONS, people)
        _answered(story, resolved, words, people)
        story.statuses += [
            ("in_progress", again, resolved),
            ("resolved", resolved, end),
        ]


def _filled(rng, choices: Sequence[str], people: People, **named: str) -> str:
    words = str(rng.choice(choices))
    return words.format(first=people.first, account=people.account, **named)


def _asked(story: Story, at: float, text: str, people: People) -> None:
    signed = f"{text}\n\n{people.customer}\n{people.account}"
    story.said.append(Said(at, "customer", signed))


def _answered(story: Story, at: float, text: str, people: People) -> None:
    signed = f"{text}\n\nBest regards\n{people.agent}"
    story.said.append(Said(at, "agent", signed))


def _noted(story: Story, at: float, text: str) -> None:
    story.said.append(Said(at, "agent", text, is_note=True))
