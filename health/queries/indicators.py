"""A snapshot's numbers with their names: dimension by dimension."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from core.formatting import number
from health.definition import Definition, Dimension, parse_definition
from health.models import Snapshot
from health.scoring import raised_red_flags
from health.sources.registry import Source, find_source
from health.trend import TREND_WEEKS, Direction, dimension_trend, weekly_values


@dataclass(frozen=True)
class IndicatorReading:
    """One indicator as it stood: raw value, its score, its weight in percent.

    ``score`` is the value that counted; for missing data it is None, or what the
    scorecard puts in its place.
    """

    source: str
    label: str
    description: str
    window: str
    value: float | None
    said: str
    score: float | None
    weight: float
    effective_weight: float
    has_red_flag: bool

    @property
    def is_missing(self) -> bool:
        return self.value is None


@dataclass(frozen=True)
class DimensionReading:
    """A dimension's score and what it is made of."""

    key: str
    label: str
    weight: float
    score: float | None
    trend: Direction
    indicators: tuple[IndicatorReading, ...]


def indicators(snapshot: Snapshot) -> list[DimensionReading]:
    """What a snapshot was computed from, in the order of its scorecard version."""
    definition = parse_definition(snapshot.version.definition)
    trends = dimension_directions(snapshot.account_id, snapshot.day)
    flags = raised_red_flags(definition, [_floats(snapshot.detail["raw"])])[0]
    readings, place = [], 0
    for position, dimension in enumerate(definition.dimensions):
        count = len(dimension.indicators)
        rows = tuple(
            _indicator(snapshot, dimension, place + offset, offset, bool(flag))
            for offset, flag in enumerate(flags[place : place + count])
        )
        place += count
        readings.append(
            DimensionReading(
                key=dimension.key,
                label=dimension.label,
                weight=dimension.weight,
                score=snapshot.detail["dims"][position],
                trend=trends.get(dimension.key, "unknown"),
                indicators=rows,
            )
        )
    return readings


def _floats(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _indicator(
    snapshot: Snapshot, dimension: Dimension, place: int, offset: int, has_flag: bool
) -> IndicatorReading:
    indicator = dimension.indicators[offset]
    source = find_source(indicator.source)
    value = snapshot.detail["raw"][place]
    return IndicatorReading(
        source=indicator.source,
        label=indicator.label or source_label(indicator.source, source),
        description=source.description if source else "",
        window=source.window if source else "",
        value=value,
        said=source.say(value) if source else number(value, 1),
        score=snapshot.detail["norm"][place],
        weight=indicator.weight,
        effective_weight=snapshot.detail["weight"][place],
        has_red_flag=has_flag,
    )


def source_label(key: str, source: Source | None) -> str:
    """What people call a source, also one that cannot be read yet."""
    return source.label if source else key.replace("_", " ").capitalize()


def dimension_directions(account_id: int, day: date) -> dict[str, Direction]:
    """The trend of each dimension over the six weeks that end on the day.

    Dimensions match by key, so a new scorecard version does not break the series.
    """
    first = day - timedelta(weeks=TREND_WEEKS)
    rows = Snapshot.objects.filter(
        account_id=account_id, day__range=(first, day), is_restated=False
    ).select_related("version")
    keys: dict[int, list[str]] = {}
    series: dict[str, dict[date, float | None]] = {}
    for row in rows:
        if row.version_id not in keys:
            keys[row.version_id] = _dimension_keys(row)
        for key, score in zip(keys[row.version_id], row.detail["dims"], strict=True):
            series.setdefault(key, {})[row.day] = score
    return {
        key: dimension_trend(weekly_values(scores, day=day))
        for key, scores in series.items()
    }


def _dimension_keys(snapshot: Snapshot) -> list[str]:
    definition: Definition = parse_definition(snapshot.version.definition)
    return [dimension.key for dimension in definition.dimensions]
