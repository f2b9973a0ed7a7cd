"""What changed: the exact split of a score's change between two snapshots.

Indicators match by (dimension, source). With w the effective weights, s the
normalised values, x the raw values and c the curves of both sides:

behaviour  w̄ · ½[(c₁(x₂) − c₁(x₁)) + (c₂(x₂) − c₂(x₁))]   what the customer did
curve      w̄ · ½[(c₂(x₁) − c₁(x₁)) + (c₂(x₂) − c₁(x₂))]   the curve was edited
weights or coverage  ½(s₁ + s₂) · (w₂ − w₁)

The last one is named *weights* when the indicator's nominal weight changed (or it
stands in one version only), *coverage* when only the data that were there changed.
A source missing on one side is one *coverage* part: where its weight went to the
others, its known score counts on both sides; where a value was put in its place,
that value is its score. Each side follows the missing-data rule of its own version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.numbers import clean, exact_sum, largest_remainder, round_half_up
from health.curves import curve_score
from health.definition import Definition, Indicator

Kind = Literal["behaviour", "curve", "weights", "coverage", "override"]
Reason = Literal["no_score_before", "no_score_after", "no_score_on_both"]
Key = tuple[str, str]


@dataclass(frozen=True)
class Side:
    """A snapshot as stored: one entry per indicator, in the definition's order.

    `missing` marks values that did not count (absent or stale); left out, it is
    read from `raw`. `score` is the stored, rounded score, `override` the score a
    person set by hand.
    """

    definition: Definition
    raw: Sequence[float | None]
    normalised: Sequence[float | None]
    effective_weights: Sequence[float]
    score: float | None
    missing: Sequence[bool] | None = None
    override: float | None = None

    @property
    def shown_score(self) -> float | None:
        """The score a person reads: the override, else the stored one."""
        value = self.score if self.override is None else self.override
        return None if value is None else round_half_up(value)


@dataclass(frozen=True)
class Part:
    """One cause of the change, in points; `shown` parts sum to the shown change.

    The override's part has neither dimension nor source.
    """

    dimension: str
    source: str
    kind: Kind
    amount: float
    before_raw: float | None
    after_raw: float | None
    shown: float = 0.0


@dataclass(frozen=True)
class Split:
    """All parts; their amounts sum to the unrounded difference."""

    parts: tuple[Part, ...]
    difference: float
    shown_difference: float


@dataclass(frozen=True)
class NoSplit:
    """There is nothing to split, and why."""

    reason: Reason


@dataclass(frozen=True)
class _Reading:
    """One indicator on one side. Without a score it had no weight either."""

    indicator: Indicator | None
    nominal: float
    raw: float | None
    score: float | None
    weight: float
    is_missing: bool


ABSENT = _Reading(None, 0.0, None, None, 0.0, is_missing=True)


def split_change(before: Side, after: Side) -> Split | NoSplit:
    """The change from `before` to `after`, part by part, or why there is none."""
    reason = _reason_against(before, after)
    if reason is not None:
        return NoSplit(reason)
    first, second = _readings(before), _readings(after)
    parts = [
        part
        for key in dict.fromkeys([*second, *first])
        for part in _parts(key, first.get(key, ABSENT), second.get(key, ABSENT))
    ]
    lifted = _lift(after, second) - _lift(before, first)
    if before.override is not None or after.override is not None:
        overrides = (before.override, after.override)
        parts.append(Part("", "", "override", lifted, *overrides))
    computed = _unrounded(second) - _unrounded(first)
    return _rounded_together(parts, computed + lifted, _shown_change(before, after))


def _reason_against(before: Side, after: Side) -> Reason | None:
    if before.score is None and after.score is None:
        return "no_score_on_both"
    if before.score is None:
        return "no_score_before"
    return "no_score_after" if after.score is None else None


def _readings(side: Side) -> dict[Key, _Reading]:
    missing = side.missing
    if missing is None:
        missing = [value is None for value in side.raw]
    nominal_weights = side.definition.nominal_weights()
    readings = {}
    for index, (dimension, indicator) in enumerate(side.definition.indicators()):
        weight = side.effective_weights[index] / 100.0
        # A redistributed indicator has no score of its own: its weight is gone.
        gone = missing[index] and side.definition.missing == "redistribute"
        readings[dimension.key, indicator.source] = _Reading(
            indicator=indicator,
            nominal=nominal_weights[index],
            raw=side.raw[index],
            score=None if gone else side.normalised[index],
            weight=0.0 if gone else weight,
            is_missing=missing[index],
        )
    return readings


def _unrounded(readings: dict[Key, _Reading]) -> float:
    return sum(r.weight * r.score for r in readings.values() if r.score is not None)


def _lift(side: Side, readings: dict[Key, _Reading]) -> float:
    """By how much a hand-set score lies above the computed one."""
    return 0.0 if side.override is None else side.override - _unrounded(readings)


def _shown_change(before: Side, after: Side) -> float:
    scores = (after.shown_score or 0.0, -(before.shown_score or 0.0))
    return exact_sum(scores)


def _parts(key: Key, first: _Reading, second: _Reading) -> list[Part]:
    score_before = second.score if first.score is None else first.score
    score_after = first.score if second.score is None else second.score
    if score_before is None or score_after is None:
        return []
    mean_weight = (first.weight + second.weight) / 2
    by_score = mean_weight * (score_after - score_before)
    by_weight = (score_before + score_after) / 2 * (second.weight - first.weight)
    is_shared = first.indicator is not None and second.indicator is not None
    if is_shared and first.is_missing != second.is_missing:
        amounts: list[tuple[Kind, float]] = [("coverage", by_score + by_weight)]
    elif first.is_missing or second.is_missing:
        # In one version only, or without data on both sides with a value put in its
        # place: whatever moved is the doing of the scorecard.
        amounts = [(_weight_kind(first, second), by_score + by_weight)]
    else:
        by_curve = mean_weight * _curve_change(
            first, second, score_after - score_before
        )
        amounts = [
            ("behaviour", by_score - by_curve),
            ("curve", by_curve),
            (_weight_kind(first, second), by_weight),
        ]
    return [Part(*key, kind, amount, first.raw, second.raw) for kind, amount in amounts]


def _weight_kind(first: _Reading, second: _Reading) -> Kind:
    return "coverage" if clean(first.nominal - second.nominal) == 0 else "weights"


def _curve_change(first: _Reading, second: _Reading, change: float) -> float:
    """½[(c₂(x₁) − c₁(x₁)) + (c₂(x₂) − c₁(x₂))], in terms of what was stored.

    c₁(x₁) and c₂(x₂) are the stored scores, so that both parts sum to their change
    whatever the snapshot's precision.
    """
    if (
        first.indicator is None
        or second.indicator is None
        or first.raw is None
        or second.raw is None
        or first.indicator.curve == second.indicator.curve
    ):
        return 0.0
    old_curve_now = curve_score(first.indicator.curve, second.raw)
    new_curve_then = curve_score(second.indicator.curve, first.raw)
    return (new_curve_then - old_curve_now + change) / 2


def _rounded_together(
    parts: Sequence[Part], difference: float, shown_difference: float
) -> Split:
    shown = largest_remainder([part.amount for part in parts], shown_difference)
    rounded = (
        replace(part, shown=value) for part, value in zip(parts, shown, strict=True)
    )
    return Split(
        parts=tuple(p for p in rounded if p.shown or clean(p.amount)),
        difference=difference,
        shown_difference=shown_difference,
    )
