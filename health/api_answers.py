"""A snapshot as the API tells it."""

from __future__ import annotations

from typing import Any

from accounts.models import Account
from health.definition import UNKNOWN_BAND, parse_definition
from health.models import Snapshot
from health.queries.indicators import indicators


def health_answer(account: Account, snapshot: Snapshot | None) -> dict[str, Any]:
    """What ``HealthShape`` shows; without a snapshot there is not enough data."""
    if snapshot is None:
        return {
            "account": account.public_id,
            "day": None,
            "score": None,
            "band": UNKNOWN_BAND.key,
            "is_by_hand": False,
            "computed_score": None,
            "computed_band": UNKNOWN_BAND.key,
            "label": UNKNOWN_BAND.label,
            "coverage": None,
            "scorecard": None,
            "is_provisional": False,
            "computed_at": None,
            "dimensions": [],
        }
    version = snapshot.version
    bands = {band.key: band for band in parse_definition(version.definition).bands}
    return {
        "account": account.public_id,
        "day": snapshot.day,
        "score": snapshot.shown_score,
        "band": snapshot.shown_band,
        "is_by_hand": snapshot.is_by_hand,
        "computed_score": snapshot.score,
        "computed_band": snapshot.band,
        "label": bands.get(snapshot.shown_band, UNKNOWN_BAND).label,
        "coverage": snapshot.coverage,
        "scorecard": {
            "slug": version.scorecard.slug,
            "name": version.scorecard.name,
            "version": version.number,
        },
        "is_provisional": snapshot.is_provisional,
        "computed_at": snapshot.computed_at,
        "dimensions": indicators(snapshot),
    }
