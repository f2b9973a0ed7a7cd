"""What changed between two days, in sentences whose amounts add up exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from accounts.models import Account
from core.numbers import exact_sum
from health.attribution import NoSplit, Side, split_change
from health.definition import Definition, parse_definition
from health.models import Snapshot
from health.queries.change_sentences import ExplainedPart, explained_parts
from health.queries.snapshots import snapshot_on

NO_SPLIT = {
    "no_score_before": "There is no score on the first day to compare with.",
    "no_score_after": "There is no score on the last day to compare with.",
    "no_score_on_both": "There is no score on either day.",
}
NO_SNAPSHOT = "Health was not computed on or shortly before {day}."
GROUP_ORDER = ("behaviour", "configuration", "coverage", "override")


@dataclass(frozen=True)
class PartGroup:
    """The causes of one sort, and what they come to."""

    key: str
    parts: tuple[ExplainedPart, ...]
    shown: float


@dataclass(frozen=True)
class Explanation:
    """The change from one day to another; the shown parts sum to ``difference``.

    ``day_before`` and ``day_after`` are the days of the snapshots that were compared.
    Scores are those shown on these days, set by hand or not. Without parts
    ``no_split_reason`` says why.
    """

    day_before: date | None
    day_after: date | None
    score_before: float | None
    score_after: float | None
    difference: float | None
    parts: tuple[ExplainedPart, ...]
    no_split_reason: str = ""

    @property
    def groups(self) -> list[PartGroup]:
        """Behaviour apart from configuration, coverage and what was set by hand."""
        ordered = sorted(self.parts, key=lambda part: GROUP_ORDER.index(part.group))
        found = {
            key: tuple(parts)
            for key, parts in groupby(ordered, lambda each: each.group)
        }
        return [
            PartGroup(key, parts, exact_sum([part.shown for part in parts]))
            for key, parts in found.items()
        ]


def explain_change(account: Account, first: date, last: date) -> Explanation:
    """Why the score of the last day differs from that of the first.

    Each day is answered by its snapshot, or the newest of the 7 days before it.
    """
    before, after = snapshot_on(account, first), snapshot_on(account, last)
    if before is None or after is None:
        missing = first if before is None else last
        return _without_split(before, after, NO_SNAPSHOT.format(day=missing))
    sides = _side(before), _side(after)
    split = split_change(*sides)
    if isinstance(split, NoSplit):
        return _without_split(before, after, NO_SPLIT[split.reason])
    return Explanation(
        day_before=before.day,
        day_after=after.day,
        score_before=_shown(before),
        score_after=_shown(after),
        difference=split.shown_difference,
        parts=explained_parts(split.parts, sides[0].definition, sides[1].definition),
    )


def _without_split(
    before: Snapshot | None, after: Snapshot | None, reason: str
) -> Explanation:
    return Explanation(
        day_before=before.day if before else None,
        day_after=after.day if after else None,
        score_before=_shown(before),
        score_after=_shown(after),
        difference=None,
        parts=(),
        no_split_reason=reason,
    )


def _shown(snapshot: Snapshot | None) -> float | None:
    return None if snapshot is None else _number(snapshot.shown_score)


def _number(value) -> float | None:
    return None if value is None else float(value)


def _side(snapshot: Snapshot) -> Side:
    return stored_side(
        parse_definition(snapshot.version.definition),
        snapshot.detail,
        _number(snapshot.score),
        _number(snapshot.override_score),
    )


def stored_side(
    definition: Definition, detail: dict, score: float | None, override: float | None
) -> Side:
    """A snapshot as the split reads it."""
    return Side(
        definition=definition,
        raw=detail["raw"],
        normalised=detail["norm"],
        effective_weights=detail["weight"],
        score=score,
        override=override,
    )


__all__ = ["ExplainedPart", "Explanation", "PartGroup", "explain_change", "stored_side"]
