"""The curve: linear between its points, flat outside, missing stays missing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.curves import apply_curve, curve_score

LOGINS = ((0, 0), (5, 100))
RESOLUTION = ((24, 100), (72, 0))
NPS = ((-100, 0), (100, 100))


@pytest.mark.parametrize(
    ("points", "value", "score"),
    [
        (LOGINS, 4, 80),
        (LOGINS, 9, 100),
        (LOGINS, -1, 0),
        (RESOLUTION, 48, 50),
        (RESOLUTION, 1, 100),
        (RESOLUTION, 500, 0),
        (NPS, 8, 54),
        (((3, 70),), 12, 70),
    ],
)
def test_a_value_reads_its_score_from_the_line(points, value, score):
    assert curve_score(points, value) == pytest.approx(score)


def test_missing_values_stay_missing_for_all_accounts_at_once():
    scores = apply_curve(LOGINS, np.array([1.0, math.nan, 5.0]))
    assert scores.tolist()[::2] == [20.0, 100.0]
    assert math.isnan(scores[1])


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6, unique=True),
    st.lists(st.floats(0, 100), min_size=6, max_size=6),
    st.floats(-2e6, 2e6),
    st.floats(-2e6, 2e6),
)
def test_a_rising_curve_never_punishes_a_higher_value(values, scores, first, second):
    points = list(zip(sorted(values), sorted(scores), strict=False))
    low, high = sorted((first, second))
    assert curve_score(points, low) <= curve_score(points, high) + 1e-9
    assert 0 <= curve_score(points, low) <= 100


def test_points_that_nearly_touch_stay_between_their_scores():
    nearly = ((0.0, 40.0), (5e-324, 90.0), (10.0, 20.0), (10.000000000000002, 60.0))

    assert curve_score(nearly, 0.0) == 40
    assert curve_score(nearly, -1.0) == 40
    assert curve_score(nearly, 5e-324) == 90
    assert curve_score(nearly, 10.0) == 20
    assert curve_score(nearly, 11.0) == 60
