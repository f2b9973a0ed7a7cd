"""The accounts whose band a draft would change, with their names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accounts.models import Account
from health.portfolio_preview import Preview
from organisation.models import User

# An account without a score on one side moves further than any with two.
FURTHEST = 101.0


@dataclass(frozen=True)
class Mover:
    """An account whose band would change; None for a score that is not there."""

    account: Account
    band_before: str
    band_after: str
    score_before: float | None
    score_after: float | None

    @property
    def change(self) -> float | None:
        """Points between both scores."""
        if self.score_before is None or self.score_after is None:
            return None
        return round(self.score_after - self.score_before, 1)


def movers(preview: Preview, user: User, *, limit: int) -> list[Mover]:
    """The accounts that change their band and this person may see, largest first."""
    moved = np.flatnonzero(preview.is_moved)
    change = np.abs(preview.after.score[moved] - preview.before.score[moved])
    order = moved[np.argsort(-np.nan_to_num(change, nan=FURTHEST), kind="stable")]
    ids = preview.ids[order].tolist()
    seen = set(
        Account.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)
    )
    shown = [place for place in order.tolist() if int(preview.ids[place]) in seen]
    shown = shown[:limit]
    accounts = (
        Account.objects.select_related("segment")
        .defer("search", "custom")
        .in_bulk([int(preview.ids[place]) for place in shown])
    )
    return [
        Mover(
            accounts[int(preview.ids[place])],
            str(preview.before.band[place]),
            str(preview.after.band[place]),
            _score(preview.before.score[place]),
            _score(preview.after.score[place]),
        )
        for place in shown
    ]


def _score(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
