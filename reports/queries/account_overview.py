"""Everything the overview of one account shows, gathered from the rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.db.models.functions import Lower

from accounts.models import Account, Contact
from core.numbers import exact_sum
from health.definition import Definition, parse_definition
from health.models import Snapshot
from health.queries.changes import ExplainedPart, Explanation, explain_change
from health.queries.indicators import DimensionReading, indicators
from health.queries.recommendations import OpenRecommendation, recommendations_for
from health.queries.snapshots import (
    HistoryPoint,
    history,
    latest_snapshot,
    snapshot_on,
)

PERIODS = (7, 30, 90)
RANGES = {"18m": 548, "90d": 90}
SHOWN_PARTS = 8
SHOWN_LEAVERS = 2
_WEIGHTY_ROLES = ("champion", "executive_sponsor", "decision_maker")


@dataclass(frozen=True)
class ScoreLine:
    """The course of the score: points, dashed markers and the bands behind them."""

    points: list[tuple[date, float | None]]
    markers: list[tuple[date, str]]
    bands: list[tuple[str, float]]
    scorecard: str
    version: int


@dataclass(frozen=True)
class Changes:
    """What changed since a day: the weightiest causes, and the rest in one line."""

    explanation: Explanation
    parts: Sequence[ExplainedPart]
    rest_count: int
    rest: float
    largest: float


@dataclass(frozen=True)
class DimensionLine:
    """One dimension: share of the whole, score with its band, change in 30 days."""

    reading: DimensionReading
    band: str
    change: float | None


@dataclass(frozen=True)
class HealthOverview:
    """Health of an account as far as it is known."""

    snapshot: Snapshot
    line: ScoreLine
    changes: Changes
    dimensions: list[DimensionLine]
    recommendations: list[OpenRecommendation]


def health_overview(
    account: Account, *, range_key: str = "18m", days: int = 30
) -> HealthOverview | None:
    """Score, causes and dimensions; None before the first computed day."""
    snapshot = latest_snapshot(account)
    if snapshot is None:
        return None
    definition = parse_definition(snapshot.version.definition)
    return HealthOverview(
        snapshot=snapshot,
        line=_score_line(account, snapshot, definition, range_key),
        changes=_changes(account, snapshot.day, days),
        dimensions=_dimensions(account, snapshot, definition),
        recommendations=recommendations_for(account, snapshot=snapshot),
    )


def _score_line(
    account: Account, snapshot: Snapshot, definition: Definition, range_key: str
) -> ScoreLine:
    first = snapshot.day - timedelta(days=RANGES[range_key])
    course = history(account, first, snapshot.day)
    shown = weekly(course) if range_key == "18m" else course
    return ScoreLine(
        points=[(point.day, point.score) for point in shown],
        markers=[*_versions(course), *_leavers(account, first, snapshot.day)],
        bands=[(band.key, band.lower) for band in definition.bands],
        scorecard=snapshot.version.scorecard.name,
        version=snapshot.version.number,
    )


def weekly(course: Sequence[HistoryPoint]) -> list[HistoryPoint]:
    """The last point of each calendar week; the newest point always stands."""
    by_week = {point.day.isocalendar()[:2]: point for point in course}
    return list(by_week.values())


def _versions(course: Sequence[HistoryPoint]) -> list[tuple[date, str]]:
    """The days on which another scorecard or version began to count."""
    markers = []
    for before, point in pairwise(course):
        if before.scorecard_name != point.scorecard_name:
            markers.append((point.day, point.scorecard_name))
        elif before.version_number != point.version_number:
            markers.append((point.day, f"Scorecard v{point.version_number}"))
    return markers


def _leavers(account: Account, first: date, last: date) -> list[tuple[date, str]]:
    """When people who mattered left the company."""
    gone = (
        Contact.objects.filter(
            account=account,
            left_on__range=(first, last),
            roles__role__in=_WEIGHTY_ROLES,
        )
        .distinct()
        .order_by("-left_on", Lower("name"))
        .values_list("left_on", "name")
    )
    return [(day, f"{name} left") for day, name in gone[:SHOWN_LEAVERS] if day]


def _changes(account: Account, last: date, days: int) -> Changes:
    explanation = explain_change(account, last - timedelta(days=days), last)
    moved = [part for part in explanation.parts if part.shown]
    top = moved if len(moved) <= SHOWN_PARTS else moved[: SHOWN_PARTS - 1]
    rest = moved[len(top) :]
    return Changes(
        explanation=explanation,
        parts=top,
        rest_count=len(rest),
        rest=exact_sum([part.shown for part in rest]),
        largest=max((abs(part.shown) for part in moved), default=1.0),
    )


def _dimensions(
    account: Account, snapshot: Snapshot, definition: Definition
) -> list[DimensionLine]:
    earlier = snapshot_on(account, snapshot.day - timedelta(days=30))
    before = _dimension_scores(earlier) if earlier else {}
    lines = []
    for reading in indicators(snapshot):
        past, now = before.get(reading.key), reading.score
        band = "unknown" if now is None else definition.band_for(now).key
        change = None if now is None or past is None else now - past
        lines.append(DimensionLine(reading, band, change))
    return lines


def _dimension_scores(snapshot: Snapshot) -> dict[str, float | None]:
    definition = parse_definition(snapshot.version.definition)
    keys = [dimension.key for dimension in definition.dimensions]
    return dict(zip(keys, snapshot.detail["dims"], strict=True))
