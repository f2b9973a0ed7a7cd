"""The drawing of a curve: places, labels, flat ends."""

from health.charts import curve_chart
from health.definition import DEFAULT_BANDS, RedFlag
from health.scorecard_sheet import sayer
from health.sources.registry import find_source

PLAIN = sayer(None)


def test_points_stand_where_their_values_and_scores_are():
    chart = curve_chart([(0, 0), (50, 80), (100, 100)], say=PLAIN)

    assert [(point.value, point.y) for point in chart.points] == [
        ("0", "100"),
        ("50", "20"),
        ("100", "0"),
    ]
    assert chart.points[1].x == "50"


def test_outside_its_points_the_line_is_flat():
    chart = curve_chart([(24, 100), (72, 0)], say=PLAIN)

    assert chart.flat_path.startswith("M0 0L")
    assert chart.flat_path.endswith("L1000 100")


def test_a_single_point_is_a_flat_line():
    chart = curve_chart([(5, 60)], say=PLAIN)

    assert [(tick.x, tick.words) for tick in chart.ticks] == [("50", "5")]
    assert chart.points[0].y == "40"


def test_labels_that_would_touch_are_left_out_but_never_the_ends():
    chart = curve_chart([(0, 0), (1, 5), (2, 10), (100, 100)], say=PLAIN)

    assert [tick.words for tick in chart.ticks] == ["0", "100"]


def test_a_red_flag_beyond_the_points_widens_the_drawing():
    chart = curve_chart(
        [(0, 100), (10, 0)], say=PLAIN, red_flag=RedFlag(op=">", value=30)
    )

    assert chart.flag is not None
    assert chart.flag.words == "> 30"
    assert float(chart.points[1].x) < float(chart.flag.x) < 100


def test_bands_are_the_ground_from_the_best_down():
    chart = curve_chart([(0, 0), (1, 100)], say=PLAIN, bands=DEFAULT_BANDS)

    assert [(g.band, g.y, g.height) for g in chart.grounds] == [
        ("green", "0", "20"),
        ("yellow", "20", "20"),
        ("orange", "40", "20"),
        ("red", "60", "40"),
    ]


def test_values_are_said_as_they_were_written():
    percent, hours = (
        find_source("feature_adoption_rate"),
        find_source("mean_resolution_hours"),
    )

    assert sayer(percent)(0.25) == "0.25\N{NO-BREAK SPACE}%"
    assert sayer(hours)(-1.5) == "−1.5"
    assert sayer(hours, in_full=True)(12.0) == "12\N{NO-BREAK SPACE}hours"
    assert PLAIN(132.0769444) == "132.0769"
