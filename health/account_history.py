"""An account's health as its page tells it: the course, one day, two days compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from core.numbers import largest_remainder
from health.definition import parse_definition
from health.models import Snapshot
from health.queries.indicators import DimensionReading, IndicatorReading, indicators
from health.queries.snapshots import HistoryPoint

LONG_DAYS, SHORT_DAYS = 548, 90


@dataclass(frozen=True)
class Course:
    """Scores over time with a marker for each new scorecard version, and its why.

    ``bands`` are those of the newest version, on which the line is drawn.
    """

    points: list[tuple[date, float | None]]
    markers: list[tuple[date, str, str]]
    bands: list[tuple[str, float]]


@dataclass(frozen=True)
class IndicatorRow:
    """One indicator of a day and what it gave to the score, in points."""

    reading: IndicatorReading
    contribution: float
    max_age_days: float | None


@dataclass(frozen=True)
class DimensionRow:
    """One dimension of a day; ``band`` is that of an account with such a score."""

    reading: DimensionReading
    band: str
    rows: list[IndicatorRow]


@dataclass(frozen=True)
class DaySheet:
    """Everything that made the score of one day."""

    snapshot: Snapshot
    dimensions: list[DimensionRow]
    previous: date | None
    next: date | None


def course(newest: Snapshot, points: Sequence[HistoryPoint], *, days: int) -> Course:
    """The last so many days of the course, and what began on some of them."""
    first = newest.day - timedelta(days=days)
    shown = [point for point in points if point.day >= first]
    markers, known, was_by_hand = [], None, False
    for point in shown:
        version = (point.scorecard_name, point.version_number)
        if known not in (None, version):
            words = f"{version[0]} v{version[1]}"
            markers.append((point.day, words, point.version_note))
        if point.is_by_hand and not was_by_hand:
            markers.append((point.day, _("Set by hand"), ""))
        known, was_by_hand = version, point.is_by_hand
    bands = parse_definition(newest.version.definition).bands
    return Course(
        points=[(point.day, point.score) for point in shown],
        markers=markers,
        bands=[(band.key, band.lower) for band in bands],
    )


def day_sheet(snapshot: Snapshot, points: Sequence[HistoryPoint]) -> DaySheet:
    """One snapshot in full, with the days of its neighbours."""
    earlier = [point.day for point in points if point.day < snapshot.day]
    later = [point.day for point in points if point.day > snapshot.day]
    return DaySheet(
        snapshot=snapshot,
        dimensions=_dimensions(snapshot),
        previous=earlier[-1] if earlier else None,
        next=later[0] if later else None,
    )


def _dimensions(snapshot: Snapshot) -> list[DimensionRow]:
    definition = parse_definition(snapshot.version.definition)
    readings = indicators(snapshot)
    parts = iter(_contributions(snapshot, readings))
    ages = iter(indicator.max_age_days for _, indicator in definition.indicators())
    return [
        DimensionRow(
            reading=reading,
            band=""
            if reading.score is None
            else definition.band_for(reading.score).key,
            rows=[
                IndicatorRow(indicator, next(parts), next(ages))
                for indicator in reading.indicators
            ],
        )
        for reading in readings
    ]


def _contributions(
    snapshot: Snapshot, readings: Sequence[DimensionReading]
) -> list[float]:
    """Points of each indicator, rounded together so that they add up to the score."""
    amounts = [
        indicator.effective_weight * (indicator.score or 0.0) / 100
        for reading in readings
        for indicator in reading.indicators
    ]
    if snapshot.score is None:
        # Contributions are those of the computed score, whatever was set by hand.
        return [0.0] * len(amounts)
    return largest_remainder(amounts, float(snapshot.score))
