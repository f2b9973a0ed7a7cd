"""Facts of some accounts of a reading, as a picture of them needs them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from health.alert_rules.declaring import Flags
from health.sources.facts import Facts
from health.sources.reading import Floats


class PickedFacts:
    """Columns of facts at some places; each is picked once, however often asked."""

    def __init__(self, facts: Facts, places: NDArray[np.int64]) -> None:
        self._facts, self._places = facts, places
        self._columns: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._columns:
            self._columns[name] = self._facts[name][self._places]
        return self._columns[name]

    def where(self, mask: Flags, name: str) -> Floats:
        """A column for the masked accounts only; for the others it is not read."""
        whole = np.zeros(len(self._facts.scope.ids), dtype=np.bool_)
        whole[self._places[mask]] = True
        return self._facts.where(whole, name)[self._places]
