"""What people had set by hand for the accounts of a shard on its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from health.definition import Definition
from health.models import HealthOverride
from health.sources.reading import Floats, Ids

Words = NDArray[np.str_]


@dataclass(frozen=True)
class ByHand:
    """Scores (NaN: none) and bands (empty: none) set by hand, in the order of the ids.

    A score brings the band of the scorecard with it; a band alone leaves the score.
    """

    score: Floats
    band: Words
    reasons: dict[int, str]

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Where something is set by hand."""
        return np.asarray(self.band != "")

    def shown_score(self, computed: Floats) -> Floats:
        """The scores people read."""
        return np.where(np.isnan(self.score), computed, self.score)

    def shown_band(self, computed: Words) -> Words:
        """The bands people read."""
        return np.where(self.holds, self.band, computed)

    def picked(self, some: NDArray[np.bool_] | slice) -> ByHand:
        """The same for some of the accounts."""
        return ByHand(self.score[some], self.band[some], self.reasons)


def read_by_hand(ids: Ids, day: date, definition: Definition) -> ByHand:
    """The overrides of these accounts (ascending ids) that held on the day."""
    score, band = np.full(len(ids), np.nan), np.full(len(ids), "", dtype="U8")
    reasons: dict[int, str] = {}
    # Few are set by hand: those between the first and the last id, whoever they are.
    if not len(ids):
        return ByHand(score, band, reasons)
    held = HealthOverride.objects.held_on(day).filter(
        account_id__gte=int(ids[0]), account_id__lte=int(ids[-1])
    )
    rows = held.order_by("created_at", "pk").values_list(
        "account_id", "score", "band", "reason"
    )
    for account, by_score, by_band, reason in rows:
        place = int(np.searchsorted(ids, account))
        if ids[place] != account:
            continue
        score[place] = np.nan if by_score is None else float(by_score)
        band[place] = by_band or definition.band_for(float(score[place])).key
        reasons[account] = reason
    return ByHand(score, band, reasons)
