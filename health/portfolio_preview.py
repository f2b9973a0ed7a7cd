"""All accounts scored twice: as they are, and as a draft would score them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """Scores of all accounts under one set of scorecards; NaN where there is none."""

    score: Floats
    coverage: Floats
    band: NDArray[np.str_]
    card_of: Ids


@dataclass(frozen=True)
class Preview:
    """All accounts before and after; the arrays have one entry per account.

    ``is_scored`` are the accounts that the draft scores; the others do not change.
    """

    day: date
    ids: Ids
    before: Side
    after: Side
    is_scored: NDArray[np.bool_]
    bands: tuple[str, ...]

    @property
    def is_moved(self) -> NDArray[np.bool_]:
        """Accounts whose band would be another one."""
        moved: NDArray[np.bool_] = self.before.band != self.after.band
        return moved & self.is_scored

    def counts(self, side: Side) -> dict[str, int]:
        """How many of the accounts that the draft scores stand in each band."""
        bands = side.band[self.is_scored]
        return {band: int((bands == band).sum()) for band in self.bands}

    def matrix(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """Band before, and how many of it stand in each band after."""
        was, will = self.before.band[self.is_scored], self.after.band[self.is_scored]
        return [
            (old, [(new, int(((was == old) & (will == new)).sum()))
                   for new in self.bands])
            for old in self.bands
        ]  # fmt: skip
