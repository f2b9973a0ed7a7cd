"""Rounding: half-up, without float dust, and sums that add up."""

import math
from decimal import ROUND_FLOOR, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.numbers import (
    clean,
    exact_sum,
    largest_remainder,
    round_half_up,
    round_half_up_array,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (68.45, 68.5),
        (68.44999999999999, 68.5),
        (68.4499, 68.4),
        (79.95, 80.0),
        (79.949, 79.9),
        (0.0, 0.0),
        (-0.25, -0.2),
        (100.0, 100.0),
    ],
)
def test_halves_round_up(value, expected):
    assert round_half_up(value) == expected
    assert round_half_up_array(np.array([value])).tolist() == [expected]


def test_places_are_counted_after_the_decimal_point():
    assert round_half_up(2.5, 0) == 3.0
    assert round_half_up(1.005, 2) == 1.01


def test_nan_stays_nan_in_arrays():
    assert np.isnan(round_half_up_array(np.array([math.nan]))).all()


def test_cleaning_removes_float_dust_and_negative_zero():
    assert clean(0.1 + 0.2) == 0.3
    assert math.copysign(1, clean(-1e-12)) == 1


@given(st.integers(0, 10**12))
def test_rounding_agrees_with_decimals(units):
    exact = Decimal(units) / Decimal(10**10)
    expected = (exact * 10 + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / 10
    if abs((exact * 10) % 1 - Decimal("0.5")) < Decimal("1e-8"):
        return  # this close to a half the cleaning decides, and that is its purpose
    assert round_half_up(float(exact)) == float(expected)


def test_no_amounts_add_up_to_nothing_only():
    assert largest_remainder([], 0.0) == []
    with pytest.raises(ValueError, match="cannot add up"):
        largest_remainder([], 0.1)


def test_the_largest_remainder_takes_the_missing_tenth():
    assert largest_remainder([0.33, 0.33, 0.34], 1.0) == [0.3, 0.3, 0.4]


def test_a_tie_goes_to_the_earlier_amount():
    assert largest_remainder([0.05, 0.05], 0.1) == [0.1, 0.0]


def test_amounts_of_both_signs_are_rounded_together():
    assert largest_remainder([-0.04, 0.04], 0.0) == [0.0, 0.0]
    assert largest_remainder([12.34, -2.27, 0.05], 10.1) == [12.3, -2.3, 0.1]


def test_a_total_below_the_rounded_down_amounts_is_still_reached():
    assert largest_remainder([0.1, 0.1], 0.1) == [0.1, 0.0]


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=20),
    st.integers(-9, 9),
)
def test_shown_amounts_always_sum_to_the_shown_total(amounts, shift):
    total = (round(sum(amounts) * 10) + shift) / 10
    shown = largest_remainder(amounts, total)
    assert exact_sum(shown) == total
    if shift == 0:
        pairs = zip(amounts, shown, strict=True)
        assert all(abs(a - s) < 0.1 + 1e-8 for a, s in pairs)
