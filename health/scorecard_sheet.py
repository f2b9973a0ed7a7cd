"""A scorecard's definition as pages and forms read it: words, shares, drawings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.numbers import clean, exact_sum
from health.charts import CurveChart, curve_chart
from health.definition import (
    WEIGHT_TOLERANCE,
    Band,
    Definition,
    Indicator,
    Recommendation,
)
from health.queries.indicators import source_label
from health.sources.registry import Source, find_source

FULL_WEIGHT = 100.0


@dataclass(frozen=True)
class IndicatorSheet:
    """One indicator: what it reads, how it counts, what its curve looks like.

    ``weight`` is the one inside its dimension, ``share`` that of the whole scorecard.
    """

    key: str
    label: str
    source: Source | None
    weight: float
    share: float
    max_age_days: float | None
    flag_words: str
    chart: CurveChart

    @property
    def unit(self) -> str:
        """The unit of the raw value, "" for a plain number."""
        return self.source.unit if self.source else ""

    @property
    def description(self) -> str:
        """What the source reads, "" when its facts do not exist yet."""
        return self.source.description if self.source else ""

    @property
    def hint(self) -> str:
        """The first sentence of the description, for beside a field."""
        first, _, rest = self.description.partition(". ")
        return f"{first}." if rest else first


@dataclass(frozen=True)
class DimensionSheet:
    """One dimension with its indicators and the sum of their weights."""

    key: str
    label: str
    weight: float
    weight_sum: float
    indicators: tuple[IndicatorSheet, ...]
    recommendations: tuple[Recommendation, ...]

    @property
    def off_by(self) -> float:
        """By how much the weights miss 100; 0 when they are right."""
        return off_by(self.weight_sum)


@dataclass(frozen=True)
class BandSheet:
    """One band and the scores it holds: from ``lower`` up to, not including, ``upper``.

    The best band has no upper bound.
    """

    key: str
    label: str
    lower: float
    upper: float | None


@dataclass(frozen=True)
class ScorecardSheet:
    """A whole definition, ready to be read."""

    definition: Definition
    dimensions: tuple[DimensionSheet, ...]
    bands: tuple[BandSheet, ...]
    weight_sum: float

    @property
    def off_by(self) -> float:
        """By how much the dimensions' weights miss 100; 0 when they are right."""
        return off_by(self.weight_sum)

    @property
    def indicator_count(self) -> int:
        """How many indicators there are in all dimensions."""
        return sum(len(dimension.indicators) for dimension in self.dimensions)


def scorecard_sheet(definition: Definition) -> ScorecardSheet:
    """Everything a page says about a definition, dimension by dimension."""
    shares = iter(definition.nominal_weights())
    return ScorecardSheet(
        definition=definition,
        dimensions=tuple(
            DimensionSheet(
                key=dimension.key,
                label=dimension.label,
                weight=dimension.weight,
                weight_sum=exact_sum([i.weight for i in dimension.indicators]),
                indicators=tuple(
                    _indicator_sheet(indicator, next(shares), definition.bands)
                    for indicator in dimension.indicators
                ),
                recommendations=dimension.recommendations,
            )
            for dimension in definition.dimensions
        ),
        bands=band_sheets(definition.bands),
        weight_sum=exact_sum([d.weight for d in definition.dimensions]),
    )


def band_sheets(bands: Sequence[Band]) -> tuple[BandSheet, ...]:
    """The bands, best first, each with the bound of the next better one."""
    uppers = [None, *(band.lower for band in bands[:-1])]
    return tuple(
        BandSheet(band.key, band.label, band.lower, upper)
        for band, upper in zip(bands, uppers, strict=True)
    )


def off_by(weight_sum: float) -> float:
    """Points by which weights miss 100, negative when too few."""
    difference = clean(weight_sum - FULL_WEIGHT)
    return difference if abs(difference) > WEIGHT_TOLERANCE else 0.0


def sayer(source: Source | None, *, in_full: bool = False) -> Callable[[float], str]:
    """How a value is said: as somebody wrote it, measured ones to four decimals.

    A source's own precision suits measured values; a curve's point at 0.25 would
    read 0 in it. Units other than % are said ``in_full`` only: a drawing names
    them once.
    """
    unit = source.unit if source else ""

    def say(value: float) -> str:
        figure = f"{round(value, 4):,.10g}".replace("-", "−")
        is_said = unit and (in_full or unit == "%")
        return f"{figure}\N{NO-BREAK SPACE}{unit}" if is_said else figure

    return say


def _indicator_sheet(
    indicator: Indicator, share: float, bands: Sequence[Band]
) -> IndicatorSheet:
    source = find_source(indicator.source)
    say = sayer(source)
    flag = indicator.red_flag
    return IndicatorSheet(
        key=indicator.source,
        label=indicator.label or source_label(indicator.source, source),
        source=source,
        weight=indicator.weight,
        share=clean(share),
        max_age_days=indicator.max_age_days,
        flag_words=f"{flag.op} {say(flag.value)}" if flag else "",
        chart=curve_chart(indicator.curve, say=say, bands=bands, red_flag=flag),
    )
