"""Which scorecard an account uses, and why: the order in which they are tried."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account
from health.models import Scorecard, ScorecardVersion
from health.queries.scorecard_pages import accounts_by_card, cards_with_versions
from organisation.models import User


@dataclass(frozen=True)
class UseRow:
    """A scorecard in the order: its segments and how many accounts it scores."""

    card: Scorecard
    segments: list[str]
    accounts: int


@dataclass(frozen=True)
class UseOrder:
    """Those tried first to last, the default, and those not in use."""

    tried: list[UseRow]
    default: UseRow | None
    unused: list[Scorecard]


@dataclass(frozen=True)
class Trial:
    """One scorecard asked about one account: whether it takes it, and why."""

    card: Scorecard
    is_chosen: bool
    reason: str


def use_order(user: User) -> UseOrder:
    """Every scorecard that is not put away, by how it is used."""
    counts = accounts_by_card(user)
    cards = [c for c in cards_with_versions() if c.archived_at is None]
    rows = [
        UseRow(c, [s.name for s in c.segments.all()], counts.get(c.slug, 0))
        for c in cards
        if c.is_active
    ]
    return UseOrder(
        tried=[row for row in rows if not row.card.is_default],
        default=next((row for row in rows if row.card.is_default), None),
        unused=[card for card in cards if not card.is_active],
    )


def trials(account: Account) -> list[Trial]:
    """The scorecards in use as they are tried on an account, down to its own."""
    segment = account.segment
    found: list[Trial] = []
    published = ScorecardVersion.Status.PUBLISHED
    for card in cards_with_versions():
        is_published = any(v.status == published for v in card.versions.all())
        if not card.is_active or not is_published:
            continue
        segments = list(card.segments.all())
        takes = not segments or (segment is not None and segment in segments)
        found.append(Trial(card, takes, _reason(card, takes, bool(segments), account)))
        if takes:
            break
    return found


def _reason(card: Scorecard, takes: bool, has_segments: bool, account: Account) -> str:
    segment = account.segment.name if account.segment else ""
    if takes and card.is_default:
        return _("The default takes every account that no other scorecard took.")
    if takes and not has_segments:
        return _("It is for every account.")
    if takes:
        return _("It is for the segment %(segment)s.") % {"segment": segment}
    if not segment:
        return _("It is for certain segments, and the account is in none.")
    return _("It is not for the segment %(segment)s.") % {"segment": segment}
