"""Who waits for an answer since when, read from what was said. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from tickets.clock import StatusInterval
from tickets.transitions import DONE


class Spell(NamedTuple):
    """A stretch in which a ticket was open; without an end it still is."""

    start: datetime
    end: datetime | None


class Ending(NamedTuple):
    """How waiting for an answer ended: by an answer, or by a resolve without one."""

    at: datetime
    is_answer: bool


@dataclass(frozen=True)
class Conversation:
    """What people said in public and when the ticket was resolved, oldest first.

    What the customer wrote before the first answer waits for the first response. Where
    an agent opened the ticket there is none to wait for, so that all that the customer
    writes is a question.
    """

    asked: Sequence[datetime]
    answered: Sequence[datetime]
    resolved: Sequence[datetime]
    is_opened_by_agent: bool = False

    def questions(self) -> list[datetime]:
        """The first question of each time the customer waited."""
        found: list[datetime] = []
        for at in self.asked:
            is_promised = self.is_opened_by_agent or (self.answered[:1] or [at])[0] < at
            if is_promised and not (found and self._waits_still(found[-1], at)):
                found.append(at)
        return found

    def _waits_still(self, asked_at: datetime, at: datetime) -> bool:
        """Whether whoever asked then was still waiting when they asked again."""
        ending = self.next_answer(asked_at)
        if ending is None:
            return True
        return at <= ending.at if ending.is_answer else at < ending.at

    def waits_since(self, *, not_before: datetime | None = None) -> datetime | None:
        """The first question that was neither answered nor left by a resolve.

        ``not_before`` leaves out questions that were settled otherwise.
        """
        place = 0
        if self.answered:
            place = bisect_right(self.asked, self.answered[-1])
        elif not self.is_opened_by_agent:
            return None
        for settled_at in (*self.resolved[-1:], not_before):
            if settled_at is not None:
                place = max(place, bisect_left(self.asked, settled_at))
        return self.asked[place] if place < len(self.asked) else None

    def waited_since(self, at: datetime) -> datetime | None:
        """The question that stood open at an instant."""
        before = bisect_right(self.answered, at)
        place = 0
        if before:
            place = bisect_right(self.asked, self.answered[before - 1])
        return next((each for each in self.asked[place:] if each <= at), None)

    def first_answer(self, opened_at: datetime) -> Ending | None:
        """The end of waiting for the first response."""
        return self._ending(bisect_left(self.answered, opened_at), opened_at)

    def next_answer(self, asked_at: datetime) -> Ending | None:
        """The end of waiting after a question."""
        return self._ending(bisect_right(self.answered, asked_at), asked_at)

    def _ending(self, place: int, since: datetime) -> Ending | None:
        answers = [Ending(at, is_answer=True) for at in self.answered[place:][:1]]
        place = bisect_left(self.resolved, since)
        left = [Ending(at, is_answer=False) for at in self.resolved[place:][:1]]
        # Said and resolved at the same instant was answered.
        return min([*answers, *left], key=lambda ending: ending.at, default=None)


def spells_of(statuses: Iterable[StatusInterval]) -> list[Spell]:
    """The cycles of a ticket: when it was opened, or reopened, until its resolve."""
    spells: list[Spell] = []
    for status, start, _end in statuses:
        was_open = bool(spells) and spells[-1].end is None
        if status in DONE and was_open:
            spells[-1] = Spell(spells[-1].start, start)
        elif status not in DONE and not was_open:
            spells.append(Spell(start, None))
    return spells
