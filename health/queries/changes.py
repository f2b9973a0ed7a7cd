"""What changed between two days, in sentences whose amounts add up exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import Account
from health.attribution import Kind, NoSplit, Part, Side, split_change
from health.definition import Definition, parse_definition
from health.models import Snapshot
from health.queries.indicators import source_label
from health.queries.snapshots import snapshot_on
from health.sources.registry import find_source

NO_SPLIT = {
    "no_score_before": "There is no score on the first day to compare with.",
    "no_score_after": "There is no score on the last day to compare with.",
    "no_score_on_both": "There is no score on either day.",
}
NO_SNAPSHOT = "Health was not computed on or shortly before {day}."


@dataclass(frozen=True)
class ExplainedPart:
    """One cause of the change: a sentence, and its points as shown (one decimal)."""

    kind: Kind
    dimension: str
    dimension_label: str
    source: str
    label: str
    before: float | None
    after: float | None
    sentence: str
    shown: float


@dataclass(frozen=True)
class Explanation:
    """The change from one day to another; the shown parts sum to ``difference``.

    ``day_before`` and ``day_after`` are the days of the snapshots that were compared.
    Without parts ``no_split_reason`` says why.
    """

    day_before: date | None
    day_after: date | None
    score_before: float | None
    score_after: float | None
    difference: float | None
    parts: tuple[ExplainedPart, ...]
    no_split_reason: str = ""


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
    definitions = sides[1].definition, sides[0].definition
    return Explanation(
        day_before=before.day,
        day_after=after.day,
        score_before=_number(before),
        score_after=_number(after),
        difference=split.shown_difference,
        parts=tuple(
            _explained(part, definitions)
            for part in sorted(split.parts, key=lambda part: -abs(part.shown))
        ),
    )


def _without_split(
    before: Snapshot | None, after: Snapshot | None, reason: str
) -> Explanation:
    return Explanation(
        day_before=before.day if before else None,
        day_after=after.day if after else None,
        score_before=_number(before),
        score_after=_number(after),
        difference=None,
        parts=(),
        no_split_reason=reason,
    )


def _number(snapshot: Snapshot | None) -> float | None:
    if snapshot is None or snapshot.score is None:
        return None
    return float(snapshot.score)


def _side(snapshot: Snapshot) -> Side:
    detail = snapshot.detail
    return Side(
        definition=parse_definition(snapshot.version.definition),
        raw=detail["raw"],
        normalised=detail["norm"],
        effective_weights=detail["weight"],
        score=_number(snapshot),
    )


def _explained(part: Part, definitions: tuple[Definition, Definition]) -> ExplainedPart:
    label, dimension_label = _labels(part, definitions)
    return ExplainedPart(
        kind=part.kind,
        dimension=part.dimension,
        dimension_label=dimension_label,
        source=part.source,
        label=label,
        before=part.before_raw,
        after=part.after_raw,
        sentence=_sentence(part, label),
        shown=part.shown,
    )


def _labels(part: Part, definitions: tuple[Definition, Definition]) -> tuple[str, str]:
    """What the newer version calls the indicator, else the older one."""
    for definition in definitions:
        for dimension, indicator in definition.indicators():
            if (dimension.key, indicator.source) == (part.dimension, part.source):
                source = find_source(indicator.source)
                return (
                    indicator.label or source_label(indicator.source, source),
                    dimension.label,
                )
    return "Override", ""


def _sentence(part: Part, label: str) -> str:
    if part.kind == "override":
        return "The score was set by hand."
    if part.kind == "curve":
        return f"{label}: the scorecard rates the same value differently"
    if part.kind == "weights":
        return f"{label}: the scorecard gives it another weight"
    if part.kind == "coverage":
        return _coverage_sentence(part, label)
    source = find_source(part.source)
    if source is None:
        return f"{label} {part.before_raw} → {part.after_raw}"
    return source.say_change(part.before_raw, part.after_raw)


def _coverage_sentence(part: Part, label: str) -> str:
    if part.before_raw is None and part.after_raw is not None:
        return f"{label}: there are data now"
    if part.after_raw is None and part.before_raw is not None:
        return f"{label}: no fresh data any more"
    return f"{label}: weighs differently because other data came or went"
