"""Geometry of sparklines, bars and the score chart."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import drawing

FIRST = date(2025, 6, 1)


def weekly(*scores: float | None) -> list[tuple[date, float | None]]:
    return [(FIRST + timedelta(weeks=n), value) for n, value in enumerate(scores)]


def test_a_missing_value_lifts_the_pen():
    path = drawing.line_path([(0, 1.0), (1, 2.0), (2, None), (3, 4.5)])
    assert path == "M0 1L1 2M3 4.5"


def test_one_value_is_no_line():
    assert drawing.sparkline([5.0]) is None
    assert drawing.sparkline([None, 5.0]) is None


def test_a_flat_sparkline_runs_through_the_middle():
    line = drawing.sparkline([50.0, 50.0, 50.0])
    assert line is not None
    assert line.path == "M3 11L42 11L81 11"
    assert (line.x, line.y) == ("81", "11")


def test_a_sparkline_ends_with_a_dot_at_its_last_known_value():
    line = drawing.sparkline([10.0, 20.0, None])
    assert line is not None
    assert (line.x, line.y) == ("42", "3")


@given(st.lists(st.floats(0, 100), min_size=2, max_size=60))
def test_a_sparkline_stays_inside_its_box(values):
    line = drawing.sparkline(values)
    assert line is not None
    pairs = [pair.split() for pair in line.path.replace("M", "L").split("L")[1:]]
    assert all(0 <= float(x) <= 84 and 0 <= float(y) <= 22 for x, y in pairs)


def test_a_stack_runs_from_worst_to_best_and_fills_its_width():
    parts = drawing.stack({"green": 60, "red": 30, "unknown": 10, "yellow": 0})
    assert [part.band for part in parts] == ["red", "green", "unknown"]
    assert [part.x for part in parts] == ["0", "30", "90"]
    assert float(parts[-1].x) + float(parts[-1].width) == pytest.approx(100, abs=0.5)


def test_an_empty_stack_draws_nothing():
    assert drawing.stack({}) == []


def test_signed_bars_leave_zero_in_the_middle():
    loss, gain = drawing.signed_bar(-9.6, 9.6), drawing.signed_bar(1.2, 9.6)
    assert (loss.x, loss.width, loss.is_loss) == ("0", "50", True)
    assert (gain.x, gain.width, gain.is_loss) == ("50", "6.25", False)
    assert drawing.signed_bar(1, 0).width == "50"


@pytest.mark.parametrize(
    ("value", "of", "width"),
    [
        (22.1, 100, "22.1"),
        (None, 100, "0"),
        (130, 100, "100"),
        (-1, 100, "0"),
        (1, 0, "0"),
    ],
)
def test_a_share_stays_between_nothing_and_full(value, of, width):
    assert drawing.share(value, of) == width


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (100, "green"),
        (80, "green"),
        (79.9, "yellow"),
        (40, "orange"),
        (39.9, "red"),
        (0, "red"),
        (None, "unknown"),
    ],
)
def test_bands_are_half_open(score, band):
    assert drawing.band_of(score, drawing.DEFAULT_BANDS) == band


def test_a_chart_needs_two_different_days():
    assert drawing.score_chart([]) is None
    assert drawing.score_chart([(FIRST, 50.0), (FIRST, 60.0)]) is None


def test_the_chart_spans_its_days_and_sorts_them():
    chart = drawing.score_chart([(FIRST + timedelta(days=10), 40.0), (FIRST, 80.0)])
    assert chart is not None
    assert chart.path == "M0 20L1000 60"
    assert chart.last is not None
    assert (chart.last_x, chart.last_y, chart.last.band) == ("100", "60", "orange")
    assert [(g.band, g.y, g.height) for g in chart.grounds] == [
        ("green", "0", "20"),
        ("yellow", "20", "20"),
        ("orange", "40", "20"),
        ("red", "60", "40"),
    ]
    assert [line.words for line in chart.lines] == ["0", "40", "60", "80", "100"]


def test_days_without_a_score_leave_a_gap_and_no_dot_after_it():
    chart = drawing.score_chart(weekly(80.0, None, 60.0, None))
    assert chart is not None
    assert chart.path.count("M") == 2
    assert chart.last is not None
    assert chart.last.score == 60.0
    assert chart.last_x == "66.67"


def test_a_chart_without_any_score_has_no_dot():
    chart = drawing.score_chart(weekly(None, None))
    assert chart is not None
    assert chart.last is None
    assert chart.path == ""


def test_long_charts_name_months_and_short_ones_days():
    long = drawing.score_chart(weekly(*[50.0] * 78))
    short = drawing.score_chart(weekly(*[50.0] * 8))
    assert long is not None
    assert short is not None
    assert [tick.words for tick in long.ticks] == [
        "Jun 25", "Sep", "Dec", "Mar 26", "Jun", "Sep", "22 Nov",
    ]  # fmt: skip
    assert short.ticks[0].words == "1 Jun"
    assert short.ticks[-1].anchor == "end"


def test_words_of_markers_never_touch_in_the_same_row():
    days = [FIRST + timedelta(weeks=n) for n in (0, 10, 14, 60, 75)]
    chart = drawing.score_chart(
        weekly(*[50.0] * 78), markers=[(day, "Champion left") for day in days]
    )
    assert chart is not None
    spans: dict[int, list[tuple[float, float]]] = {}
    for label in chart.markers:
        length = len(label.words) * drawing.LETTER_SHARE
        left = float(label.x) - (length if label.anchor == "end" else 0)
        for start, end in spans.setdefault(label.row, []):
            assert left > end or left + length < start
        spans[label.row].append((left, left + length))
    assert chart.markers[-1].anchor == "end"


def test_markers_outside_the_chart_are_left_out():
    outside = FIRST - timedelta(days=1)
    chart = drawing.score_chart(weekly(50.0, 60.0), markers=[(outside, "Before")])
    assert chart is not None
    assert chart.markers == []


def test_every_point_owns_a_slice_for_the_pointer():
    chart = drawing.score_chart(weekly(50.0, 60.0, 70.0))
    assert chart is not None
    widths = [float(reading.slice_width) for reading in chart.readings]
    assert widths == [25, 50, 25]
