"""Trend: changes over days and weekly movement, and silence when data are missing."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.trend import (
    DIRECTIONS,
    Change,
    change_over,
    changes_over,
    dimension_trend,
    dimension_trends,
    points_changed,
    weekly_values,
)

DAY = date(2026, 3, 31)


def ago(days):
    return DAY - timedelta(days=days)


def test_changes_are_told_over_7_30_and_90_days():
    series = {DAY: 70.0, ago(7): 72.9, ago(30): 67.0, ago(90): 90.0}
    assert changes_over(series, day=DAY) == (
        Change(7, -2.9, "stable"),
        Change(30, 3.0, "improving"),
        Change(90, -20.0, "declining"),
    )


def test_float_dust_does_not_turn_three_points_into_less():
    assert change_over({DAY: 68.3, ago(7): 65.3}, day=DAY, days=7) == Change(
        7, 3.0, "improving"
    )


def test_a_change_needs_both_ends():
    unknown = Change(7, None, "unknown")
    assert change_over({ago(7): 50.0}, day=DAY, days=7) == unknown
    assert change_over({DAY: 50.0, ago(7): None}, day=DAY, days=7) == unknown


def test_a_slightly_older_snapshot_stands_in_for_a_missing_one():
    assert change_over({DAY: 50.0, ago(10): 40.0}, day=DAY, days=7).points == 10
    assert change_over({DAY: 50.0, ago(11): 40.0}, day=DAY, days=7).points is None
    assert change_over({DAY: 50.0, ago(6): 40.0}, day=DAY, days=7).points is None


def test_arrays_of_scores_change_in_one_go():
    points = points_changed([70.0, math.nan], [70.1, 3.0])
    assert points[0] == -0.1
    assert math.isnan(points[1])


@pytest.mark.parametrize(
    ("weekly", "direction"),
    [
        ([50, 50, 50, 55, 55, 55], "stable"),
        ([50, 50, 50, 55, 55, 55.1], "improving"),
        ([50, 50, 50, 45, 45, 45], "stable"),
        ([50, 50, 50, 45, 45, 44.9], "declining"),
        ([0, 0, 0, 0, 0, 0], "stable"),
        ([0, 0, 0, 0, 0, 0.1], "improving"),
        ([50, 50, 50, 0, 0, 0], "declining"),
        ([10, 10, 50, 50, 50, 55, 55, 55.1], "improving"),
        ([None, 50, 50, None, 60, 60], "improving"),
        ([None, None, 50, 60, 60, 60], "unknown"),
        ([50, 50, 50, 60, None, None], "unknown"),
        ([50, 60, 60], "unknown"),
        ([], "unknown"),
    ],
)
def test_three_weeks_are_held_against_the_three_before(weekly, direction):
    assert dimension_trend(weekly) == direction


def test_weekly_values_are_the_newest_of_each_week():
    series = {DAY: None, ago(1): 60.0, ago(7): 50.0, ago(20): 30.0, ago(41): 10.0}
    assert weekly_values(series, day=DAY) == [10.0, None, None, 30.0, 50.0, 60.0]


@given(st.lists(st.lists(st.floats(0, 100), min_size=6, max_size=6), min_size=1))
def test_many_trends_agree_with_one_by_one(rows):
    together = [DIRECTIONS[code] for code in dimension_trends(rows)]
    assert together == [dimension_trend(row) for row in rows]
