"""The one curve: from a raw value to a score between 0 and 100."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Point = tuple[float, float]
Floats = NDArray[np.float64]


def apply_curve(points: Sequence[Point], values: ArrayLike) -> Floats:
    """Scores of raw values: linear between the points, flat outside them.

    The points are (value, score) with strictly increasing values. NaN means
    missing and stays NaN.
    """
    raw = np.asarray(values, dtype=np.float64)
    xs, ys = np.array(points, dtype=np.float64).T
    scores: Floats = np.interp(raw, xs, ys)
    # Between points that nearly touch the slope is infinite: there the left one holds.
    left = np.clip(np.searchsorted(xs, raw, side="right") - 1, 0, len(ys) - 1)
    scores = np.where(np.isfinite(scores), scores, ys[left])
    return np.where(np.isnan(raw), np.nan, scores)


def curve_score(points: Sequence[Point], value: float) -> float:
    """`apply_curve` for one value."""
    return float(apply_curve(points, value))
