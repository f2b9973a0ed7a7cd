"""What the pages about scorecards read: cards with their versions and accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Prefetch, QuerySet

from accounts.models import Account, Segment
from health.definition import Definition, parse_definition
from health.models import Scorecard, ScorecardVersion
from health.queries.scorecards import active_cards, assigned_cards
from organisation.models import User


@dataclass(frozen=True)
class CardRow:
    """A scorecard in the list: its published version and who is scored by it.

    ``accounts`` counts what the reader may see; None when the card is not in use.
    """

    card: Scorecard
    version: ScorecardVersion
    definition: Definition
    segments: list[Segment]
    accounts: int | None


def scorecard_rows(user: User) -> list[CardRow]:
    """All published scorecards, those in use first, in the order they are tried."""
    counts = accounts_by_card(user)
    rows = [
        CardRow(
            card=card,
            version=version,
            definition=parse_definition(version.definition),
            segments=list(card.segments.all()),
            accounts=counts.get(card.slug, 0) if card.is_active else None,
        )
        for card in _cards()
        for version in card.versions.all()
        if version.status == ScorecardVersion.Status.PUBLISHED
    ]
    return sorted(rows, key=lambda row: not row.card.is_active)


def scorecard_by_slug(slug: str) -> Scorecard | None:
    """One scorecard with its segments and versions, the newest first."""
    return _cards().filter(slug=slug).first()


def published_cards() -> list[tuple[str, str]]:
    """(slug, name) of every scorecard that can be calculated with."""
    published = ScorecardVersion.Status.PUBLISHED
    cards = Scorecard.objects.filter(versions__status=published)
    in_order = cards.order_by("-is_active", "is_default", "priority", "name")
    return list(in_order.values_list("slug", "name"))


def accounts_by_card(user: User) -> dict[str, int]:
    """How many of the accounts this person may see each scorecard in use scores."""
    cards = active_cards()
    rows = list(
        Account.objects.live()
        .visible_to(user)
        .order_by()
        .values_list("segment_id")
        .annotate(count=Count("pk"))
    )
    segment_ids = np.array([segment or 0 for segment, _ in rows], dtype=np.int64)
    chosen = assigned_cards(cards, segment_ids)
    counts = {card.slug: 0 for card in cards}
    for position, (_, count) in zip(chosen.tolist(), rows, strict=True):
        if position >= 0:
            counts[cards[position].slug] += count
    return counts


def _cards() -> QuerySet[Scorecard]:
    versions = ScorecardVersion.objects.select_related("published_by")
    return Scorecard.objects.prefetch_related(
        "segments", Prefetch("versions", versions.order_by("-number"))
    ).order_by("is_default", "priority", "name")
