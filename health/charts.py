"""Geometry of an indicator's curve for the scorecard page: no Django, no colours.

Positions are percent of the drawing's own width and height, as text for SVG, so that
one drawing fits any column. Outside its points a curve is flat: the line runs on to
both edges, drawn lighter.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.drawing import Ground, Label, line_path, text
from health.curves import Point
from health.definition import Band, RedFlag

# How far the flat ends reach beyond the points, as a share of their distance.
MARGIN = 0.14
# Labels of the value axis that would stand nearer than this (percent) are left out.
LABEL_GAP = 11.0

Say = Callable[[float], str]


@dataclass(frozen=True)
class CurvePoint:
    """One point of the curve: where it stands and what it says."""

    x: str
    y: str
    value: str
    score: float


@dataclass(frozen=True)
class CurveChart:
    """Everything a template needs to draw one curve."""

    path: str
    flat_path: str
    points: list[CurvePoint]
    ticks: list[Label]
    grounds: list[Ground]
    flag: Label | None


def curve_chart(
    curve: Sequence[Point],
    *,
    say: Say,
    bands: Sequence[Band] = (),
    red_flag: RedFlag | None = None,
) -> CurveChart:
    """The drawing of a curve on the tint of its bands, with the red flag's line."""
    values = [value for value, _ in curve]
    known = [*values, red_flag.value] if red_flag else values
    low, high = min(known), max(known)
    # A single point stands in the middle.
    span, left = (high - low, low) if high > low else (1.0, low - 0.5)
    left, width = left - MARGIN * span, span * (1 + 2 * MARGIN)

    def place(value: float) -> float:
        return 100 * (value - left) / width

    inner = [(place(value), 100 - score) for value, score in curve]
    flat = [(0.0, inner[0][1]), inner[0], (0.0, None), inner[-1], (100.0, inner[-1][1])]
    return CurveChart(
        path=line_path((10 * x, y) for x, y in inner),
        flat_path=line_path((10 * x, y) for x, y in flat),
        points=[
            CurvePoint(text(x), text(y), say(value), score)
            for (x, y), (value, score) in zip(inner, curve, strict=True)
        ],
        ticks=_ticks([(place(value), say(value)) for value in values]),
        grounds=_grounds(bands),
        flag=_flag(red_flag, place, say),
    )


def _ticks(places: Sequence[tuple[float, str]]) -> list[Label]:
    """The first and the last value always, those between where there is room."""
    kept = [places[0]]
    last = places[-1]
    for x, words in places[1:-1]:
        if x - kept[-1][0] >= LABEL_GAP and last[0] - x >= LABEL_GAP:
            kept.append((x, words))
    if len(places) > 1:
        kept.append(last)
    return [Label(text(x), words) for x, words in kept]


def _grounds(bands: Sequence[Band]) -> list[Ground]:
    grounds, upper = [], 100.0
    for band in bands:
        grounds.append(Ground(band.key, text(100 - upper), text(upper - band.lower)))
        upper = band.lower
    return grounds


def _flag(red_flag: RedFlag | None, place: Callable[[float], float],
          say: Say) -> Label | None:  # fmt: skip
    if red_flag is None:
        return None
    x = place(red_flag.value)
    words = f"{red_flag.op} {say(red_flag.value)}"
    return Label(text(x), words, "end" if x > 50 else "start")
