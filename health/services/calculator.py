"""The calculator: raw values in, a score with its reasons out. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from health.definition import parse_definition
from health.queries.scorecards import published_version
from health.scoring import Result, score_one


class UnknownScorecard(LookupError):
    """No published scorecard has this slug."""


def calculate(slug: str, values: Mapping[str, object]) -> dict[str, Any]:
    """The answer of the calculator door for raw values by source key.

    Raises `UnknownScorecard`, or `health.scoring.InvalidValue` whose ``key`` names
    the value that cannot be used. An absent key is missing data.
    """
    version = published_version(slug)
    if version is None:
        raise UnknownScorecard(f"There is no published scorecard “{slug}”.")
    return _answer(score_one(parse_definition(version.definition), values))


def _answer(result: Result) -> dict[str, Any]:
    return {
        "score": result.score,
        "band": result.band,
        "label": result.label,
        "coverage": result.coverage,
        "dimensions": dict(result.dimensions),
        "indicators": [
            {
                "key": indicator.source,
                "dimension": indicator.dimension,
                "value": indicator.value,
                "score": indicator.score,
                "weight": indicator.weight,
                "effective_weight": indicator.effective_weight,
                "red_flag": indicator.has_red_flag,
            }
            for indicator in result.indicators
        ],
        "recommendations": [
            {
                "dimension": advice.dimension,
                "priority": advice.priority,
                "action": advice.action,
                "expected_effect": advice.expected_effect,
                "playbook": advice.playbook,
            }
            for advice in result.recommendations
        ],
    }
