"""What a scorecard's definition must keep: to be scored at all, and to be published."""

import math
from collections.abc import Sequence
from itertools import pairwise

from health.definition_parts import (
    MISSING_RULES,
    UNKNOWN_BAND,
    Definition,
    DefinitionError,
    Indicator,
    Point,
    Problem,
)

WEIGHT_TOLERANCE = 1e-6


def arithmetic_problems(definition: Definition) -> list[Problem]:
    """What would make a score undefined or ambiguous; draft or not."""
    found = [
        Problem(f"dimensions[{index}].key", f"“{key}” is used more than once.")
        for index, key in _repeated([d.key for d in definition.dimensions])
    ]
    for position, dimension in enumerate(definition.dimensions):
        path = f"dimensions[{position}]"
        found += _weight_problems(dimension.weight, f"{path}.weight")
        found += [
            Problem(f"{path}.indicators[{index}].source", f"“{key}” is used twice.")
            for index, key in _repeated([i.source for i in dimension.indicators])
        ]
        for index, indicator in enumerate(dimension.indicators):
            found += _indicator_problems(indicator, f"{path}.indicators[{index}]")
    return found + _band_problems(definition) + _rule_problems(definition)


def _repeated(keys: Sequence[str]) -> list[tuple[int, str]]:
    return [(index, key) for index, key in enumerate(keys) if key in keys[:index]]


def _weight_problems(weight: float, path: str) -> list[Problem]:
    if math.isfinite(weight) and weight >= 0:
        return []
    return [Problem(path, "A weight is a number from 0 up.")]


def _indicator_problems(indicator: Indicator, path: str) -> list[Problem]:
    found = _weight_problems(indicator.weight, f"{path}.weight")
    found += _curve_problems(indicator.curve, f"{path}.curve")
    if indicator.max_age_days is not None and not indicator.max_age_days > 0:
        found.append(Problem(f"{path}.max_age_days", "An age is more than 0 days."))
    if indicator.red_flag is not None and not math.isfinite(indicator.red_flag.value):
        found.append(Problem(f"{path}.red_flag.value", "This must be a number."))
    return found


def _curve_problems(curve: Sequence[Point], path: str) -> list[Problem]:
    if not curve:
        return [Problem(path, "A curve needs at least one point.")]
    found = []
    for index, (value, score) in enumerate(curve):
        if not math.isfinite(value):
            found.append(Problem(f"{path}[{index}]", "A value must be a number."))
        if not 0 <= score <= 100:
            found.append(Problem(f"{path}[{index}]", "A score lies from 0 to 100."))
    for index, (before, after) in enumerate(pairwise(curve), start=1):
        if after[0] <= before[0]:
            found.append(
                Problem(f"{path}[{index}]", "Values must rise from point to point.")
            )
    return found


def _band_problems(definition: Definition) -> list[Problem]:
    bands = definition.bands
    if not bands:
        return [Problem("bands", "A scorecard needs at least one band.")]
    found = [
        Problem(f"bands[{index}].key", f"“{key}” is used more than once.")
        for index, key in _repeated([b.key for b in bands])
    ]
    for index, band in enumerate(bands):
        if band.key == UNKNOWN_BAND.key:
            found.append(Problem(f"bands[{index}].key", "“unknown” is reserved."))
        if not 0 <= band.lower <= 100:
            found.append(Problem(f"bands[{index}].lower", "It lies from 0 to 100."))
    for index, (better, worse) in enumerate(pairwise(bands), start=1):
        if worse.lower >= better.lower:
            found.append(
                Problem(
                    f"bands[{index}].lower", "Bands must be listed from the best down."
                )
            )
    return found


def _rule_problems(definition: Definition) -> list[Problem]:
    found = []
    if definition.missing not in MISSING_RULES:
        found.append(Problem("missing", f"Choose one of {', '.join(MISSING_RULES)}."))
    if not 0 <= definition.min_coverage <= 100:
        found.append(Problem("min_coverage", "It lies from 0 to 100."))
    return found


def publishing_problems(definition: Definition) -> list[Problem]:
    """Everything between this draft and a published version; empty means ready."""
    found = arithmetic_problems(definition)
    if not definition.dimensions:
        found.append(Problem("dimensions", "Add at least one dimension."))
    else:
        weights = [d.weight for d in definition.dimensions]
        found += _sum_problems(weights, "dimensions", "dimension")
    for position, dimension in enumerate(definition.dimensions):
        path = f"dimensions[{position}].indicators"
        if not dimension.indicators:
            found.append(Problem(path, "Add at least one indicator."))
        else:
            weights = [i.weight for i in dimension.indicators]
            found += _sum_problems(weights, path, "indicator")
    if definition.bands and definition.bands[-1].lower != 0:
        path = f"bands[{len(definition.bands) - 1}].lower"
        found.append(Problem(path, "The last band must start at 0."))
    return found


def _sum_problems(weights: Sequence[float], path: str, what: str) -> list[Problem]:
    found = [
        Problem(f"{path}[{index}].weight", f"A published {what} weighs more than 0.")
        for index, weight in enumerate(weights)
        if weight == 0
    ]
    total = sum(weights)
    if not abs(total - 100) <= WEIGHT_TOLERANCE:
        found.append(Problem(path, f"Weights sum to {total:.10g}, not to 100."))
    return found


def validate_for_publishing(definition: Definition) -> None:
    """Raise `DefinitionError` unless the definition may be published."""
    problems = publishing_problems(definition)
    if problems:
        raise DefinitionError(problems)
