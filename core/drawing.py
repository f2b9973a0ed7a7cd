"""Geometry of the small pictures that the server draws: no Django, no colours.

Every position is text ready for an SVG attribute, always with a decimal point, so a
reader's locale can never turn 12.5 into "12,5". Percentages are of the drawing's own
width and height, which lets a chart fill any column without distorting its letters.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from core.formatting import MONTHS

#: Worst first: the order in which bands stand side by side.
BAND_ORDER = ("red", "orange", "yellow", "green", "unknown")
#: The default bands with their lower bounds, best first.
DEFAULT_BANDS = (("green", 80.0), ("yellow", 60.0), ("orange", 40.0), ("red", 0.0))
#: Rows for the words of markers, and the share of a phone's chart a letter takes (%).
MARKER_ROWS = 3
LETTER_SHARE = 2.1

Translate = Callable[[str], str]
Points = Sequence[tuple[date, float | None]]


def text(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def line_path(points: Iterable[tuple[float, float | None]]) -> str:
    """SVG path data through the points; a missing value lifts the pen."""
    parts, drawing = [], False
    for x, y in points:
        if y is None:
            drawing = False
            continue
        parts.append(f"{'L' if drawing else 'M'}{text(x)} {text(y)}")
        drawing = True
    return "".join(parts)


@dataclass(frozen=True)
class Sparkline:
    """A word-sized line and the place of its last dot."""

    path: str
    x: str
    y: str


def sparkline(
    values: Sequence[float | None], width: float = 84, height: float = 22
) -> Sparkline | None:
    """The line through the values, scaled to their own range; None under two values.

    A flat series is drawn in the middle, and a range below one unit is not blown up
    to full height, so noise does not look like news.
    """
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    middle, span = (low + high) / 2, max(high - low, 1.0)
    inset = 3.0
    step = (width - 2 * inset) / (len(values) - 1)
    points = [
        (
            inset + index * step,
            None
            if value is None
            else height / 2 - (float(value) - middle) / span * (height - 2 * inset),
        )
        for index, value in enumerate(values)
    ]
    x, y = [point for point in points if point[1] is not None][-1]
    return Sparkline(line_path(points), text(x), text(y or 0.0))


@dataclass(frozen=True)
class Segment:
    """One part of a stacked bar, in percent of its width."""

    band: str
    value: float
    x: str
    width: str


def stack(values: Mapping[str, float], gap: float = 0.3) -> list[Segment]:
    """Parts of a whole side by side, worst band first, empty ones left out."""
    total = sum(float(values.get(band, 0)) for band in BAND_ORDER)
    segments, left = [], 0.0
    for band in BAND_ORDER:
        value = float(values.get(band, 0))
        if not value:
            continue
        share = 100 * value / total
        width = max(share - gap, share / 2)
        segments.append(Segment(band, value, text(left), text(width)))
        left += share
    return segments


@dataclass(frozen=True)
class SignedBar:
    """A bar to the left or right of a zero line in the middle."""

    x: str
    width: str
    is_loss: bool


def signed_bar(value: float, largest: float) -> SignedBar:
    """A bar of up to half the width; `largest` is the longest bar of the list."""
    reach = abs(float(largest)) or 1.0
    width = min(abs(float(value)) / reach, 1.0) * 50
    is_loss = value < 0
    return SignedBar(text(50 - width if is_loss else 50), text(width), is_loss)


def share(value: float | None, of: float = 100) -> str:
    """A value as a percentage of the full bar, within 0–100."""
    if value is None or not of:
        return "0"
    return text(min(max(100 * float(value) / float(of), 0.0), 100.0))


# A day, its word, and what more there is to say about it.
Marker = tuple[date, str] | tuple[date, str, str]


@dataclass(frozen=True)
class Label:
    """A word at a place of the chart."""

    x: str
    words: str
    anchor: str = "middle"
    row: int = 0
    note: str = ""


@dataclass(frozen=True)
class Ground:
    """The tint of one band behind the line."""

    band: str
    y: str
    height: str


@dataclass(frozen=True)
class Reading:
    """One point of the chart: its place, its slice for the pointer, its values."""

    day: date
    score: float | None
    band: str
    slice_x: str
    slice_width: str
    events: str = ""


@dataclass(frozen=True)
class ScoreChart:
    """Everything a template needs to draw a score over time."""

    path: str
    grounds: list[Ground]
    lines: list[Label]
    ticks: list[Label]
    markers: list[Label]
    readings: list[Reading]
    last: Reading | None
    last_x: str
    last_y: str


def band_of(value: float | None, bands: Sequence[tuple[str, float]]) -> str:
    """The band a score falls in; bands are half-open, best first."""
    if value is None:
        return "unknown"
    return next((band for band, lower in bands if value >= lower), bands[-1][0])


def _grounds(bands: Sequence[tuple[str, float]]) -> list[Ground]:
    grounds, upper = [], 100.0
    for band, lower in bands:
        grounds.append(Ground(band, text(100 - upper), text(upper - lower)))
        upper = lower
    return grounds


def _month_starts(first: date, last: date) -> list[date]:
    starts, year, month = [], first.year, first.month
    while (day := date(year, month, 1)) <= last:
        if day >= first:
            starts.append(day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return starts


def _ticks(first: date, last: date, place: Callable[[date], float],
           gettext: Translate) -> list[Label]:  # fmt: skip
    """Labels under the time axis: at most six month names and the last day."""
    ticks = []
    if (last - first).days > 75:
        starts = _month_starts(first, last)
        step = next((s for s in (1, 2, 3, 6) if len(starts) / s <= 6), 12)
        for position, day in enumerate(starts[::step]):
            with_year = position == 0 or day.month <= step
            name = gettext(MONTHS[day.month - 1])
            words = f"{name} {day:%y}" if with_year else name
            ticks.append((place(day), words))
    else:
        quarter = (last - first) / 4
        for position in range(4):
            day = first + quarter * position
            ticks.append((place(day), f"{day.day} {gettext(MONTHS[day.month - 1])}"))
    labels = [
        Label(text(x), words, "start" if x < 3 else "middle")
        for x, words in ticks
        if x < 88
    ]
    end = f"{last.day} {gettext(MONTHS[last.month - 1])}"
    return [*labels, Label("100", end, "end")]


def _markers(markers: Iterable[Marker], place: Callable[[date], float]) -> list[Label]:
    """Dashed lines with a word each; words that would touch stand on other rows."""
    labels: list[Label] = []
    taken: list[list[tuple[float, float]]] = [[] for _ in range(MARKER_ROWS)]
    for day, words, *note in sorted(markers):
        x = place(day)
        if not 0 <= x <= 100:
            continue
        length = len(words) * LETTER_SHARE
        anchor = "end" if x + length > 100 else "start"
        left = x - length if anchor == "end" else x
        free = [
            row
            for row, spans in enumerate(taken)
            if all(left > end or left + length < start for start, end in spans)
        ]
        row = free[0] if free else MARKER_ROWS - 1
        taken[row].append((left, left + length))
        labels.append(Label(text(x), words, anchor, row, "".join(note)))
    return labels


def _readings(
    points: Points,
    places: Sequence[float],
    bands: Sequence[tuple[str, float]],
    markers: Sequence[Marker],
) -> list[Reading]:
    """The points with the slice of the chart that belongs to each of them."""
    edges = [0.0, *((a + b) / 2 for a, b in pairwise(places))]
    edges.append(100.0)
    return [
        Reading(
            day,
            value,
            band_of(value, bands),
            text(edges[index]),
            text(edges[index + 1] - edges[index]),
            "; ".join(": ".join(filter(None, m[1:])) for m in markers if m[0] == day),
        )
        for index, (day, value) in enumerate(points)
    ]


def score_chart(
    points: Points,
    *,
    markers: Iterable[Marker] = (),
    bands: Sequence[tuple[str, float]] = DEFAULT_BANDS,
    gettext: Translate = str,
) -> ScoreChart | None:
    """A score (0–100) over time on the ground of its bands; None under two points."""
    points = sorted(points, key=lambda point: point[0])
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return None
    first, last = points[0][0], points[-1][0]
    span = (last - first) / timedelta(days=1)

    def place(day: date) -> float:
        return 100 * ((day - first) / timedelta(days=1)) / span

    places = [place(day) for day, _ in points]
    heights = [None if value is None else 100 - float(value) for _, value in points]
    markers = list(markers)
    readings = _readings(points, places, bands, markers)
    known = [index for index, height in enumerate(heights) if height is not None]
    end = known[-1] if known else None
    return ScoreChart(
        path=line_path((x * 10, y) for x, y in zip(places, heights, strict=True)),
        grounds=_grounds(bands),
        lines=[
            Label(text(100 - bound), text(bound))
            for bound in sorted({0.0, 100.0, *(lower for _, lower in bands)})
        ],
        ticks=_ticks(first, last, place, gettext),
        markers=_markers(markers, place),
        readings=readings,
        last=readings[end] if end is not None else None,
        last_x=text(places[end]) if end is not None else "0",
        last_y=text(heights[end] or 0.0) if end is not None else "0",
    )
