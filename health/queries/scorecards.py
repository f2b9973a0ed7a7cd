"""Which scorecard scores which account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from health.definition import Definition, parse_definition
from health.models import ScorecardVersion


@dataclass(frozen=True)
class ActiveCard:
    """A published version in use, and the segments it is for (none: every account)."""

    version_id: int
    number: int
    slug: str
    name: str
    definition: Definition
    segment_ids: frozenset[int]


def active_cards() -> list[ActiveCard]:
    """Scorecards in use, in the order in which they are tried; the default last."""
    versions = (
        ScorecardVersion.objects.filter(
            status=ScorecardVersion.Status.PUBLISHED, scorecard__is_active=True
        )
        .select_related("scorecard")
        .prefetch_related("scorecard__segments")
        .order_by("scorecard__is_default", "scorecard__priority", "scorecard__name")
    )
    return [
        ActiveCard(
            version_id=version.pk,
            number=version.number,
            slug=version.scorecard.slug,
            name=version.scorecard.name,
            definition=parse_definition(version.definition),
            segment_ids=frozenset(
                segment.pk for segment in version.scorecard.segments.all()
            ),
        )
        for version in versions
    ]


def published_version(slug: str) -> ScorecardVersion | None:
    """The published version of a scorecard, active or not."""
    return (
        ScorecardVersion.objects.filter(
            scorecard__slug=slug, status=ScorecardVersion.Status.PUBLISHED
        )
        .select_related("scorecard")
        .first()
    )


def assigned_cards(
    cards: Sequence[ActiveCard], segment_ids: NDArray[np.int64]
) -> NDArray[np.int64]:
    """For each account the position of its card, −1 for none.

    ``segment_ids`` holds each account's segment, 0 for none.
    """
    chosen = np.full(len(segment_ids), -1, dtype=np.int64)
    for position, card in enumerate(cards):
        is_free = chosen < 0
        if card.segment_ids:
            is_free &= np.isin(segment_ids, list(card.segment_ids))
        chosen[is_free] = position
    return chosen
