"""From raw values to scores, for all accounts at once; no I/O, no clock.

Arrays have one row per account and one column per indicator, in the order of
`Definition.indicators()`. Missing is NaN. Weights are percent everywhere: the
effective weights of a scored account sum to 100, so that
score = Σ effective weight · normalised value / 100.

Sums run indicator by indicator over all accounts. That keeps every account's
result independent of who else is in the array, down to the last bit.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.numbers import clean, round_half_up, round_half_up_array
from health.curves import apply_curve
from health.definition import (
    UNKNOWN_BAND,
    Definition,
    Recommendation,
)

# Stored with every snapshot; rises when the same inputs may give another number.
ENGINE_VERSION = 1

IMPUTED = {"zero": 0.0, "neutral": 50.0}

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class InvalidValue(ValueError):
    """A raw value that cannot be scored; `key` names it."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        self.message = message
        super().__init__(f"{key}: {message}")


@dataclass(frozen=True)
class Scores:
    """What was computed for n accounts, k indicators, d dimensions.

    `normalised` holds the imputed value where one counted in place of a missing
    one, NaN where nothing counted. `unrounded` is the exact weighted mean, `score`
    is what is stored and shown. `band_index` counts from the best band, -1 is
    unknown.
    """

    raw: Floats
    normalised: Floats
    effective_weights: Floats
    dimension_scores: Floats
    unrounded: Floats
    score: Floats
    coverage: Floats
    band_index: NDArray[np.int64]
    band_keys: NDArray[np.str_]


def mask_stale(values: ArrayLike, ages_days: ArrayLike, max_ages: ArrayLike) -> Floats:
    """The values with those older than allowed turned into missing.

    `max_ages` is one number per indicator (`Definition.max_ages()`), infinite
    where there is no limit. A value exactly at the limit still counts, and so does
    one whose age is not known (NaN).
    """
    ages = np.asarray(ages_days, dtype=np.float64)
    limits = np.asarray(max_ages, dtype=np.float64)
    stale: Flags = np.greater(ages, limits)
    return np.where(stale, np.nan, np.asarray(values, dtype=np.float64))


def score_accounts(definition: Definition, values: ArrayLike) -> Scores:
    """Scores of all accounts; infinite values count as missing, like NaN."""
    raw = np.asarray(values, dtype=np.float64)
    raw = np.where(np.isfinite(raw), raw, np.nan)
    normalised = _normalised(definition, raw)
    present = ~np.isnan(raw)
    any_value: Flags = np.any(present, axis=1)
    counted = present
    if definition.missing != "redistribute":
        counted = np.broadcast_to(any_value[:, np.newaxis], present.shape)
        fill = IMPUTED[definition.missing]
        normalised = np.where(counted & ~present, fill, normalised)
    dimension_scores, inner_sums = _dimension_scores(definition, normalised, counted)
    unrounded, total = _total(definition, dimension_scores)
    weights = _effective_weights(definition, counted, inner_sums, total)
    score = round_half_up_array(unrounded)
    coverage = _coverage(definition, present)
    band_index = _band_index(definition, score, coverage)
    keys = np.array([*(band.key for band in definition.bands), UNKNOWN_BAND.key])
    return Scores(
        raw=raw,
        normalised=normalised,
        effective_weights=weights,
        dimension_scores=dimension_scores,
        unrounded=unrounded,
        score=score,
        coverage=coverage,
        band_index=band_index,
        # Index -1 picks the last key, which is the unknown one.
        band_keys=keys[band_index],
    )


def _normalised(definition: Definition, raw: Floats) -> Floats:
    normalised = np.full(raw.shape, np.nan)
    for column, (_, indicator) in enumerate(definition.indicators()):
        normalised[:, column] = apply_curve(indicator.curve, raw[:, column])
    return normalised


def _dimension_scores(
    definition: Definition, normalised: Floats, counted: Flags
) -> tuple[Floats, Floats]:
    """Weighted means per dimension (NaN without data) and the weights they had."""
    shape = (normalised.shape[0], len(definition.dimensions))
    points, inner_sums = np.zeros(shape), np.zeros(shape)
    column = 0
    for position, dimension in enumerate(definition.dimensions):
        for indicator in dimension.indicators:
            weight = np.where(counted[:, column], indicator.weight, 0.0)
            inner_sums[:, position] += weight
            points[:, position] += weight * np.nan_to_num(normalised[:, column])
            column += 1
    return _divided(points, inner_sums), inner_sums


def _total(definition: Definition, dimension_scores: Floats) -> tuple[Floats, Floats]:
    """The exact weighted mean of the dimensions and the weight that counted."""
    accounts = dimension_scores.shape[0]
    points, total = np.zeros(accounts), np.zeros(accounts)
    for position, dimension in enumerate(definition.dimensions):
        scores = dimension_scores[:, position]
        weight = np.where(np.isnan(scores), 0.0, dimension.weight)
        total += weight
        points += weight * np.nan_to_num(scores)
    return _divided(points, total), total


def _effective_weights(
    definition: Definition, counted: Flags, inner_sums: Floats, total: Floats
) -> Floats:
    weights = np.zeros(counted.shape)
    column = 0
    for position, dimension in enumerate(definition.dimensions):
        share = _divided(np.full(total.shape, dimension.weight), total)
        for indicator in dimension.indicators:
            inner = np.where(counted[:, column], indicator.weight, 0.0)
            part = share * _divided(inner, inner_sums[:, position])
            weights[:, column] = 100.0 * np.nan_to_num(part)
            column += 1
    return weights


def _divided(points: Floats, weight: Floats) -> Floats:
    """Points ÷ weight, NaN where the weight is zero."""
    safe = np.where(weight > 0, weight, 1.0)
    return np.where(weight > 0, points / safe, np.nan)


def _coverage(definition: Definition, present: Flags) -> Floats:
    """Percent of the nominal weight that had data, free of float dust."""
    covered = np.zeros(present.shape[0])
    for column, weight in enumerate(definition.nominal_weights()):
        covered += np.where(present[:, column], weight, 0.0)
    return np.minimum(np.round(covered, 9), 100.0)


def _band_index(
    definition: Definition, score: Floats, coverage: Floats
) -> NDArray[np.int64]:
    lowers = np.array([band.lower for band in definition.bands])
    better_bands = (np.nan_to_num(score)[:, np.newaxis] < lowers).sum(axis=1)
    index = np.minimum(better_bands, len(definition.bands) - 1)
    known = ~np.isnan(score) & (coverage >= definition.min_coverage)
    return np.where(known, index, -1).astype(np.int64)


def raised_red_flags(definition: Definition, values: ArrayLike) -> Flags:
    """Which raw values lie beyond their indicator's red flag; missing never does."""
    raw = np.asarray(values, dtype=np.float64)
    raised = np.zeros(raw.shape, dtype=np.bool_)
    for column, (_, indicator) in enumerate(definition.indicators()):
        flag = indicator.red_flag
        if flag is not None:
            beyond = raw[:, column] < flag.value
            if flag.op == ">":
                beyond = raw[:, column] > flag.value
            raised[:, column] = beyond
    return raised


@dataclass(frozen=True)
class IndicatorResult:
    """One indicator of one account; `weight` is the one inside its dimension."""

    dimension: str
    source: str
    value: float | None
    score: float | None
    weight: float
    effective_weight: float
    has_red_flag: bool


@dataclass(frozen=True)
class Advice:
    """A recommendation for a dimension that stands below its threshold."""

    dimension: str
    priority: str
    action: str
    expected_effect: str
    playbook: str


@dataclass(frozen=True)
class Result:
    """The whole answer for one account; None stands for no data."""

    score: float | None
    band: str
    label: str
    coverage: float
    dimensions: dict[str, float | None]
    indicators: tuple[IndicatorResult, ...]
    recommendations: tuple[Advice, ...]


def score_one(definition: Definition, values: Mapping[str, object]) -> Result:
    """The score of one account from raw values by source key.

    A key that is absent is missing data. `InvalidValue` names a key that the
    scorecard does not use, or whose value is not a finite number.
    """
    raw = _checked_values(definition, values)
    row = [raw.get(source, math.nan) for _, source in definition.indicator_keys()]
    scores = score_accounts(definition, [row])
    dimensions = {
        dimension.key: _rounded(scores.dimension_scores[0, position])
        for position, dimension in enumerate(definition.dimensions)
    }
    band = UNKNOWN_BAND
    if scores.band_index[0] >= 0:
        band = definition.bands[scores.band_index[0]]
    return Result(
        score=_number(scores.score[0]),
        band=band.key,
        label=band.label,
        coverage=float(scores.coverage[0]),
        dimensions=dimensions,
        indicators=_indicator_results(definition, scores),
        recommendations=recommendations(definition, dimensions),
    )


def _checked_values(
    definition: Definition, values: Mapping[str, object]
) -> dict[str, float]:
    known = definition.sources()
    checked = {}
    for key, value in values.items():
        if key not in known:
            raise InvalidValue(key, "This scorecard has no indicator of this name.")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidValue(key, "This must be a number.")
        # A whole number beyond the range of floats is refused like an infinity.
        if not -1e300 < value < 1e300:
            raise InvalidValue(key, "This must be a finite number.")
        checked[key] = float(value)
    return checked


def _indicator_results(
    definition: Definition, scores: Scores
) -> tuple[IndicatorResult, ...]:
    flags = raised_red_flags(definition, scores.raw)
    return tuple(
        IndicatorResult(
            dimension=dimension.key,
            source=indicator.source,
            value=_number(scores.raw[0, column]),
            score=_number(scores.normalised[0, column]),
            weight=indicator.weight,
            effective_weight=clean(float(scores.effective_weights[0, column])),
            has_red_flag=bool(flags[0, column]),
        )
        for column, (dimension, indicator) in enumerate(definition.indicators())
    )


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else clean(float(value))


def _rounded(value: np.float64) -> float | None:
    return None if np.isnan(value) else round_half_up(float(value))


def recommendations(
    definition: Definition, dimension_scores: Mapping[str, float | None]
) -> tuple[Advice, ...]:
    """What to do, dimension by dimension, most urgent first.

    Decided on the dimension scores as shown (one decimal), so that a dimension
    that reads 60.0 is not called below 60. No data, no recommendation.
    """
    order = {"critical": 0, "high": 1, "medium": 2, "low": 3}
    found = []
    for dimension in definition.dimensions:
        score = dimension_scores.get(dimension.key)
        if score is None:
            continue
        chosen = dimension.recommendation_for(round_half_up(score))
        if chosen is not None:
            found.append(_advice(dimension.key, chosen))
    return tuple(sorted(found, key=lambda advice: order[advice.priority]))


def _advice(dimension: str, chosen: Recommendation) -> Advice:
    return Advice(
        dimension=dimension,
        priority=chosen.priority,
        action=chosen.action,
        expected_effect=chosen.expected_effect,
        playbook=chosen.playbook,
    )
