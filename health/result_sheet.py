"""One calculated result as pages read it: every number beside its words."""

from __future__ import annotations

from dataclasses import dataclass

from health.scorecard_sheet import IndicatorSheet, ScorecardSheet, sayer
from health.scoring import Advice, IndicatorResult, Result


@dataclass(frozen=True)
class DimensionLine:
    """A dimension's score and the band a score like this would be in."""

    label: str
    weight: float
    score: float | None
    band: str


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator's value, score and weights."""

    dimension: str
    sheet: IndicatorSheet
    result: IndicatorResult

    @property
    def said_value(self) -> str:
        """The value as it was given, with its unit; "" when it is missing."""
        value = self.result.value
        return "" if value is None else sayer(self.sheet.source, in_full=True)(value)


@dataclass(frozen=True)
class AdviceLine:
    """What to do for a dimension that stands below its threshold."""

    dimension: str
    advice: Advice


@dataclass(frozen=True)
class ResultSheet:
    """A result with its lines, in the order of the scorecard."""

    result: Result
    dimensions: list[DimensionLine]
    indicators: list[IndicatorLine]
    advice: list[AdviceLine]


def result_sheet(sheet: ScorecardSheet, result: Result) -> ResultSheet:
    """Put the words of the scorecard beside the numbers of the result."""
    labels = {dimension.key: dimension.label for dimension in sheet.dimensions}
    indicators = [i for d in sheet.dimensions for i in d.indicators]
    return ResultSheet(
        result=result,
        dimensions=[
            DimensionLine(
                dimension.label,
                dimension.weight,
                score := result.dimensions[dimension.key],
                "" if score is None else sheet.definition.band_for(score).key,
            )
            for dimension in sheet.dimensions
        ],
        indicators=[
            IndicatorLine(labels[line.dimension], indicator, line)
            for indicator, line in zip(indicators, result.indicators, strict=True)
        ],
        advice=[
            AdviceLine(labels[advice.dimension], advice)
            for advice in result.recommendations
        ],
    )
