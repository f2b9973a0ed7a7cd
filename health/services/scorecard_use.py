"""For whom scorecards are used: segments, order, the default, putting one away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Segment
from events.services import record_event
from health.models import Scorecard, ScorecardVersion
from organisation.models import User


class CannotUse(ValueError):
    """The scorecard cannot be used, or not be left unused, in this way."""


class StaleScorecard(ValueError):
    """Somebody else changed the scorecard; ``current`` is what stands there now."""

    def __init__(self, current: Scorecard) -> None:
        self.current = current
        super().__init__(_("Somebody else changed this scorecard meanwhile."))


class OrderIsStale(ValueError):
    """The scorecards in use are not those that were to be put in order."""


@transaction.atomic
def set_use(
    card: Scorecard, *, by: User, segments: Iterable[Segment], is_active: bool
) -> Scorecard:
    """Say whether and for which segments a scorecard is used; none means everybody.

    The default stays in use and is for every account.
    """
    card = _locked(card)
    wanted = sorted(segments, key=lambda segment: segment.slug)
    if card.is_default and (not is_active or wanted):
        raise CannotUse(
            _("The default is for every account. Make another one the default first.")
        )
    if is_active:
        _refuse_unpublished(card)
    before = _use_of(card)
    if is_active and not card.is_active:
        card.priority = _last_priority() + 1
    card.is_active = is_active
    _save(card, "is_active", "priority")
    card.segments.set(wanted)
    after = {"is_active": is_active, "segments": [s.slug for s in wanted]}
    data = {name: [before[name], after[name]] for name in after}
    if before != after:
        record_event("scorecard_use_changed", by=by, subject=card, data=data)
    return card


@transaction.atomic
def set_order(slugs: Sequence[str], *, by: User) -> None:
    """Put the scorecards in use into this order; the default is not among them.

    An account uses the first whose segments include it.
    """
    cards = list(
        Scorecard.objects.select_for_update()
        .filter(is_active=True, is_default=False)
        .order_by("priority", "name")
    )
    by_slug = {card.slug: card for card in cards}
    if sorted(slugs) != sorted(by_slug):
        raise OrderIsStale(_("Somebody changed which scorecards are in use."))
    before = [card.slug for card in cards]
    if list(slugs) == before:
        return
    for position, slug in enumerate(slugs, start=1):
        by_slug[slug].priority = position
    Scorecard.objects.bulk_update(cards, ["priority"])
    data = {"order": [before, list(slugs)]}
    record_event("scorecard_order_changed", by=by, data=data)


@transaction.atomic
def move_scorecard(card: Scorecard, *, by: User, step: int) -> None:
    """One place earlier (-1) or later (1) in the order; at the end nothing happens."""
    slugs = list(
        Scorecard.objects.select_for_update()
        .filter(is_active=True, is_default=False)
        .order_by("priority", "name")
        .values_list("slug", flat=True)
    )
    if card.slug not in slugs:
        raise OrderIsStale(_("This scorecard is not in the order."))
    here = slugs.index(card.slug)
    there = min(max(here + step, 0), len(slugs) - 1)
    slugs.insert(there, slugs.pop(here))
    set_order(slugs, by=by)


@transaction.atomic
def make_default(card: Scorecard, *, by: User) -> Scorecard:
    """Use this scorecard for every account that no other one takes."""
    card = _locked(card)
    _refuse_unpublished(card)
    if card.is_default:
        return card
    before = Scorecard.objects.select_for_update().filter(is_default=True).first()
    if before is not None:
        before.is_default = before.is_active = False
        _save(before, "is_default", "is_active")
    card.is_default = card.is_active = True
    _save(card, "is_default", "is_active")
    card.segments.clear()
    data = {"default": [before.slug if before else None, card.slug]}
    record_event("scorecard_default_changed", by=by, subject=card, data=data)
    return card


@transaction.atomic
def describe_scorecard(
    card: Scorecard, *, by: User, name: str, description: str
) -> Scorecard:
    """Change what a scorecard is called and what is said about it."""
    card = _locked(card)
    if not name.strip():
        raise ValidationError({"name": _("A scorecard needs a name.")})
    before = {"name": card.name, "description": card.description}
    card.name, card.description = name.strip(), description.strip()
    after = {"name": card.name, "description": card.description}
    data = {k: [before[k], after[k]] for k in after if before[k] != after[k]}
    if data:
        _save(card, "name", "description")
        record_event("scorecard_described", by=by, subject=card, data=data)
    return card


@transaction.atomic
def archive_scorecard(card: Scorecard, *, by: User) -> Scorecard:
    """Put a scorecard away; what it scored stays, and its accounts use the next."""
    card = _locked(card)
    if card.is_default:
        raise CannotUse(_("Make another scorecard the default first."))
    card.archived_at, card.is_active = timezone.now(), False
    _save(card, "archived_at", "is_active")
    record_event("scorecard_archived", by=by, subject=card)
    return card


@transaction.atomic
def restore_scorecard(card: Scorecard, *, by: User) -> Scorecard:
    """Bring a scorecard back; it is not in use until somebody says so."""
    card = Scorecard.objects.select_for_update().get(pk=card.pk)
    if card.archived_at is not None:
        card.archived_at = None
        _save(card, "archived_at")
        record_event("scorecard_restored", by=by, subject=card)
    return card


def refuse_stale(card: Scorecard, expected_edits: int | None) -> None:
    """`StaleScorecard` when it was changed since; holds it until the transaction ends.

    For whoever changes several things of a scorecard at once.
    """
    current = Scorecard.objects.select_for_update().get(pk=card.pk)
    if expected_edits is not None and current.edits != expected_edits:
        raise StaleScorecard(current)


def _save(card: Scorecard, *fields: str) -> None:
    """Keep these fields of a locked scorecard, as its next version."""
    card.edits += 1
    card.save(update_fields=[*fields, "edits", "updated_at"])


def _locked(card: Scorecard) -> Scorecard:
    card = Scorecard.objects.select_for_update().get(pk=card.pk)
    if card.archived_at is not None:
        raise CannotUse(_("This scorecard is archived. Restore it first."))
    return card


def _refuse_unpublished(card: Scorecard) -> None:
    published = ScorecardVersion.Status.PUBLISHED
    if not card.versions.filter(status=published).exists():
        raise CannotUse(_("Publish a version before the scorecard is used."))


def _use_of(card: Scorecard) -> dict[str, object]:
    slugs = sorted(card.segments.values_list("slug", flat=True))
    return {"is_active": card.is_active, "segments": slugs}


def _last_priority() -> int:
    cards = Scorecard.objects.filter(is_active=True, is_default=False)
    return max(cards.values_list("priority", flat=True), default=0)
