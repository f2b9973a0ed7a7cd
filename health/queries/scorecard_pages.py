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
from organisation.permissions import Permission


@dataclass(frozen=True)
class CardRow:
    """A scorecard in the list: its published version and who is scored by it.

    ``accounts`` counts what the reader may see; None when the card is not in use.
    ``version`` is the draft of a scorecard that was never published.
    """

    card: Scorecard
    version: ScorecardVersion
    definition: Definition
    segments: list[Segment]
    accounts: int | None
    draft: ScorecardVersion | None


def scorecard_rows(user: User) -> list[CardRow]:
    """Scorecards that are not put away, those in use first, in the order of trying.

    What was never published is only for those who may change it.
    """
    counts = accounts_by_card(user)
    sees_drafts = user.has_perm_code(Permission.EDIT_SCORECARDS)
    rows = []
    for card in cards_with_versions():
        draft = draft_of(card) if sees_drafts else None
        version = published_of(card) or draft
        if version is None or card.archived_at is not None:
            continue
        rows.append(
            CardRow(
                card=card,
                version=version,
                definition=parse_definition(version.definition),
                segments=list(card.segments.all()),
                accounts=counts.get(card.slug, 0) if card.is_active else None,
                draft=draft,
            )
        )
    return sorted(rows, key=lambda row: not row.card.is_active)


def archived_cards() -> list[Scorecard]:
    """Scorecards that were put away, by name."""
    return list(Scorecard.objects.exclude(archived_at=None).order_by("name"))


def published_of(card: Scorecard) -> ScorecardVersion | None:
    """The published version among those already read."""
    return _version_of(card, ScorecardVersion.Status.PUBLISHED)


def draft_of(card: Scorecard) -> ScorecardVersion | None:
    """The draft among the versions already read."""
    return _version_of(card, ScorecardVersion.Status.DRAFT)


def _version_of(card: Scorecard, status: str) -> ScorecardVersion | None:
    return next((v for v in card.versions.all() if v.status == status), None)


def readable_versions(card: Scorecard, user: User) -> list[ScorecardVersion]:
    """All versions, newest first; drafts only for those who may change them."""
    sees_drafts = user.has_perm_code(Permission.EDIT_SCORECARDS)
    draft = ScorecardVersion.Status.DRAFT
    return [v for v in card.versions.all() if sees_drafts or v.status != draft]


def scorecard_by_slug(slug: str) -> Scorecard | None:
    """One scorecard with its segments and versions, the newest first."""
    return cards_with_versions().filter(slug=slug).first()


def published_cards() -> list[tuple[str, str]]:
    """(slug, name) of every scorecard that can be calculated with."""
    published = ScorecardVersion.Status.PUBLISHED
    cards = Scorecard.objects.filter(versions__status=published, archived_at=None)
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


def cards_with_versions() -> QuerySet[Scorecard]:
    """All scorecards with segments and versions, in the order they are tried."""
    versions = ScorecardVersion.objects.select_related("published_by", "edited_by")
    return Scorecard.objects.prefetch_related(
        "segments", Prefetch("versions", versions.order_by("-number"))
    ).order_by("is_default", "priority", "name")
