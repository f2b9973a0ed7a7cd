"""Scorecards to read: the list, and one version with the drawing of every curve."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from core.http import AuthenticatedRequest
from health.definition import parse_definition
from health.models import Scorecard, ScorecardVersion
from health.queries.scorecard_pages import (
    accounts_by_card,
    scorecard_by_slug,
    scorecard_rows,
)
from health.scorecard_sheet import scorecard_sheet
from organisation.access import require
from organisation.models import User
from organisation.permissions import Permission


@require(Permission.VIEW_HEALTH)
def scorecards(request: AuthenticatedRequest) -> HttpResponse:
    """Every scorecard: what it weighs, for whom it is, who is scored by it."""
    rows = scorecard_rows(request.user)
    return render(request, "health/scorecards.html", {"rows": rows})


@require(Permission.VIEW_HEALTH)
def scorecard(request: AuthenticatedRequest, slug: str) -> HttpResponse:
    """One scorecard in full; ``?version=2`` shows another version of it."""
    card = scorecard_by_slug(slug)
    if card is None:
        raise Http404
    versions = _readable_versions(card, request.user)
    version = _chosen(versions, request.GET.get("version", ""))
    context = {
        "card": card,
        "version": version,
        "versions": versions,
        "sheet": scorecard_sheet(parse_definition(version.definition)),
        "accounts": accounts_by_card(request.user).get(card.slug, 0),
    }
    return render(request, "health/scorecard.html", context)


def _readable_versions(card: Scorecard, user: User) -> list[ScorecardVersion]:
    """All versions, newest first; drafts only for those who may change them."""
    sees_drafts = user.has_perm_code(Permission.EDIT_SCORECARDS)
    draft = ScorecardVersion.Status.DRAFT
    return [v for v in card.versions.all() if sees_drafts or v.status != draft]


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
