"""Was it right to set health by hand? The rule that judges an override. Pure.

A person said: this customer is better (or worse) than the scorecard thinks. Thirty days
after the override ended, or now while it has held for thirty days, the scorecard has
seen what the person knew. The override is *confirmed* when the computed value then lies
nearer to what the person had set than to what was computed at first. A customer who
left settles it at once: *worse* was right, *better* was not. Scores are compared with
scores, bands with bands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

RANKS = {"red": 0, "orange": 1, "yellow": 2, "green": 3}
JUDGED_AFTER_DAYS = 30
FEWEST = 5

Verdict = Literal["confirmed", "not_confirmed", "too_early", "no_data"]
Direction = Literal["better", "worse", "same"]


@dataclass(frozen=True)
class Standing:
    """A computed score and band."""

    score: float | None = None
    band: str = ""


@dataclass(frozen=True)
class Judgement:
    """Which way a person went, and whether the facts followed."""

    direction: Direction
    verdict: Verdict


@dataclass(frozen=True)
class Tally:
    """How often overrides of one person or direction were right."""

    name: str
    judged: int
    confirmed: int
    all: int

    @property
    def share(self) -> float | None:
        """Confirmed of judged in percent; None when they are too few to say."""
        if self.judged < FEWEST:
            return None
        return 100.0 * self.confirmed / self.judged


def judge(
    *, at_first: Standing, by_hand: Standing, later: Standing, is_due: bool,
    has_left: bool,
) -> Judgement:  # fmt: skip
    """Judge one override by the computed value when it was set and the one later.

    ``is_due``: thirty days have passed. ``has_left``: the customer left since.
    """
    first, wanted, now = _comparable(at_first, by_hand, later)
    direction = _direction(first, wanted)
    if has_left and direction != "same":
        verdict: Verdict = "confirmed" if direction == "worse" else "not_confirmed"
        return Judgement(direction, verdict)
    if not is_due:
        return Judgement(direction, "too_early")
    if first is None or wanted is None or now is None:
        return Judgement(direction, "no_data")
    is_nearer = abs(now - wanted) < abs(now - first)
    if direction == "same":
        is_nearer = now == first
    return Judgement(direction, "confirmed" if is_nearer else "not_confirmed")


def tally(name: str, judgements: Iterable[Judgement]) -> Tally:
    """Count what was judged."""
    rows = list(judgements)
    judged = [row for row in rows if row.verdict in ("confirmed", "not_confirmed")]
    confirmed = sum(row.verdict == "confirmed" for row in judged)
    return Tally(name, len(judged), confirmed, len(rows))


def _comparable(
    *standings: Standing,
) -> tuple[float | None, float | None, float | None]:
    """As scores when a score was set, else as ranks of bands."""
    first, by_hand, later = standings
    if by_hand.score is not None:
        return first.score, by_hand.score, later.score
    ranks = [RANKS.get(each.band) for each in (first, by_hand, later)]
    return ranks[0], ranks[1], ranks[2]


def _direction(first: float | None, wanted: float | None) -> Direction:
    if first is None or wanted is None or first == wanted:
        return "same"
    return "better" if wanted > first else "worse"
