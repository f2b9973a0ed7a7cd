"""Rounding that a reader can check: half-up, free of float dust, sums that add up."""

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

# Weighted means of floats carry errors around 1e-13; nine decimals remove them
# without touching anything a person could have meant.
CLEAN_DECIMALS = 9

Floats = NDArray[np.float64]


def clean(value: float) -> float:
    """The value without float dust: rounded to nine decimals, never -0.0."""
    return round(value, CLEAN_DECIMALS) + 0.0


def round_half_up(value: float, places: int = 1) -> float:
    """Round to `places` decimals, halves towards plus infinity (68.45 → 68.5).

    The scaled value is cleaned to nine decimals first, so that a sum which should
    be 68.45 but is stored as 68.44999999999999 rounds the way a reader expects.
    """
    scale = 10.0**places
    return math.floor(round(value * scale, CLEAN_DECIMALS) + 0.5) / scale


def round_half_up_array(values: Floats, places: int = 1) -> Floats:
    """`round_half_up` for a whole array; NaN stays NaN."""
    scale = 10.0**places
    rounded: Floats = np.floor(np.round(values * scale, CLEAN_DECIMALS) + 0.5) / scale
    return rounded


def largest_remainder(
    amounts: Sequence[float], total: float, places: int = 1
) -> list[float]:
    """Round all amounts together so that they sum exactly to `total`.

    Every amount is rounded down to `places` decimals; the units still missing go
    one by one to the largest remainders, at a tie to the earlier amount. `total`
    must itself have at most `places` decimals. Sums are exact in units of the last
    decimal, so add the answer with `exact_sum`.
    """
    scale = 10.0**places
    units_wanted = round(total * scale)
    if not amounts:
        if units_wanted:
            raise ValueError("No amounts cannot add up to a total other than zero.")
        return []
    scaled = [round(amount * scale, CLEAN_DECIMALS) for amount in amounts]
    units = [math.floor(amount) for amount in scaled]
    by_remainder = sorted(
        range(len(scaled)), key=lambda index: (units[index] - scaled[index], index)
    )
    everyone, first = divmod(units_wanted - sum(units), len(units))
    for position, index in enumerate(by_remainder):
        units[index] += everyone + (1 if position < first else 0)
    return [unit / scale for unit in units]


def exact_sum(values: Sequence[float]) -> float:
    """The sum of the decimals that the values are printed as (0.1 + 0.2 = 0.3)."""
    return float(sum((Decimal(repr(float(value))) for value in values), Decimal(0)))
