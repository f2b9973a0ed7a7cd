"""Scorecards to read: the list, one version with its curves, two versions compared."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from core.http import AuthenticatedRequest
from health.definition import parse_definition
from health.models import Scorecard, ScorecardVersion
from health.queries.scorecard_pages import (
    accounts_by_card,
    archived_cards,
    draft_of,
    readable_versions,
    scorecard_by_slug,
    scorecard_rows,
)
from health.queries.version_diff import version_diff
from health.scorecard_sheet import scorecard_sheet
from organisation.access import require
from organisation.permissions import Permission


@require(Permission.VIEW_HEALTH)
def scorecards(request: AuthenticatedRequest) -> HttpResponse:
    """Every scorecard: what it weighs, for whom it is, who is scored by it."""
    may_edit = request.user.has_perm_code(Permission.EDIT_SCORECARDS)
    context = {
        "rows": scorecard_rows(request.user),
        "archived": archived_cards() if may_edit else [],
        "may_edit": may_edit,
    }
    return render(request, "health/scorecards.html", context)


@require(Permission.VIEW_HEALTH)
def scorecard(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """One scorecard in full; ``?version=2`` shows another version of it."""
    card = card_or_404(slug)
    versions = readable_versions(card, request.user)
    version = _chosen(versions, request.GET.get("version", ""))
    context = {
        "card": card,
        "version": version,
        "versions": versions,
        "sheet": scorecard_sheet(parse_definition(version.definition)),
        "accounts": accounts_by_card(request.user).get(card.slug, 0),
        "draft": draft_of(card),
        "may_edit": request.user.has_perm_code(Permission.EDIT_SCORECARDS),
    }
    return render(request, "health/scorecard.html", context)


@require(Permission.VIEW_HEALTH)
def scorecard_diff(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """Two versions side by side: ``?first=1&second=2``, by default the last two."""
    card = card_or_404(slug)
    versions = readable_versions(card, request.user)
    second = _chosen(versions, request.GET.get("second", ""))
    first = _before(versions, second, request.GET.get("first", ""))
    context = {
        "card": card,
        "versions": versions,
        "first": first,
        "second": second,
        "pair": (first, second),
        "diff": version_diff(
            parse_definition(first.definition), parse_definition(second.definition)
        ),
    }
    return render(request, "health/scorecard_diff.html", context)


def card_or_404(slug: str) -> Scorecard:
    """The scorecard of this address with its versions."""
    card = scorecard_by_slug(slug)
    if card is None:
        raise Http404
    return card


def _chosen(versions: list[ScorecardVersion], number: str) -> ScorecardVersion:
    """The version of this number; without one the published, else the newest."""
    if number:
        found = [v for v in versions if str(v.number) == number]
    else:
        published = ScorecardVersion.Status.PUBLISHED
        found = [v for v in versions if v.status == published] or versions
    if not found:
        raise Http404
    return found[0]


def _before(
    versions: list[ScorecardVersion], second: ScorecardVersion, number: str
) -> ScorecardVersion:
    """The version of this number; without one the next older than the second."""
    if number:
        return _chosen(versions, number)
    older = [v for v in versions if v.number < second.number]
    return older[0] if older else second
