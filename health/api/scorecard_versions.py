"""Versions of a scorecard over the API: read, drafted, tried, published, compared."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ParameterRefused, check_if_match, etag_of
from health.api.scorecards import ScorecardResource, refusals
from health.definition import parse_definition
from health.models import Scorecard, ScorecardVersion
from health.queries.movers import movers
from health.queries.scorecard_pages import draft_of, readable_versions
from health.queries.version_diff import version_diff
from health.serializers.scorecard_drafts import (
    DraftWrite,
    PreviewShape,
    PublishWrite,
    VersionDiffShape,
)
from health.serializers.scorecards import VersionDetailShape, VersionShape
from health.services.scorecard_preview import Preview, preview_draft
from health.services.scorecards import (
    discard_draft,
    publish_draft,
    save_draft,
    start_draft,
)
from organisation.permissions import Permission

MOST_MOVERS = 200
_NUMBERS = [
    OpenApiParameter("first", int, description="The older version."),
    OpenApiParameter("second", int, description="The newer version."),
]


class ScorecardVersionResource(ScorecardResource):
    """What a scorecard said, says, and is to say."""

    shape = VersionDetailShape
    action_permissions = {
        "draft": Permission.EDIT_SCORECARDS,
        "preview": Permission.EDIT_SCORECARDS,
    }
    action_parameters = {"diff": ("first", "second")}

    @extend_schema(summary="List the versions", responses=VersionShape(many=True))
    def versions(self, request: Request, slug: str) -> Response:
        """Who published what, when and why, newest first; drafts for editors only."""
        rows = readable_versions(self.card(slug), self.person)
        shown = VersionShape(rows, many=True, context={"view": self}).data
        # A scorecard has tens of versions: the one page is the list.
        return Response({"next": None, "previous": None, "results": shown})

    @extend_schema(summary="One version", responses=VersionDetailShape)
    def version(self, request: Request, slug: str, number: int) -> Response:
        """One version with its definition."""
        return self._told(self._numbered(self.card(slug), number))

    @extend_schema(summary="The draft", responses=VersionDetailShape)
    def draft(self, request: Request, slug: str) -> Response:
        """The draft, with what still stands against publishing it."""
        return self._told(self._draft(slug))

    @extend_schema(
        summary="Write the draft", request=DraftWrite, responses=VersionDetailShape
    )
    def write(self, request: Request, slug: str) -> Response:
        """Begin or replace the draft. With ``If-Match`` nobody's work is lost."""
        definition = self.checked(DraftWrite)["definition"]
        card = self.card(slug)
        with refusals(), transaction.atomic():
            draft = draft_of(card) or start_draft(card, by=self.person)
            expected = check_if_match(request, draft.edits)
            kept = save_draft(
                draft, by=self.person, definition=definition, expected_edits=expected
            )
        return self._told(kept)

    @extend_schema(summary="Discard the draft", responses={204: None})
    def discard(self, request: Request, slug: str) -> Response:
        """Throw it away; a scorecard that was never published goes with it."""
        draft = self._draft(slug)
        expected = check_if_match(request, draft.edits)
        with refusals():
            discard_draft(draft, by=self.person, expected_edits=expected)
        return Response(status=204)

    @extend_schema(
        summary="Publish the draft", request=PublishWrite, responses=VersionDetailShape
    )
    def publish(self, request: Request, slug: str) -> Response:
        """Make it what counts; refused with every reason while it is not ready.

        Where the scorecard is in use, scores follow within a minute.
        """
        values = self.checked(PublishWrite)
        draft = self._draft(slug)
        expected = check_if_match(request, draft.edits)
        with refusals():
            published = publish_draft(
                draft, by=self.person, note=values["note"], expected_edits=expected
            )
        return self._told(published)

    @extend_schema(summary="Preview the draft", responses=PreviewShape)
    def preview(self, request: Request, slug: str) -> Response:
        """Every account scored today with and without it; nothing is stored."""
        found = preview_draft(self._draft(slug))
        rows = movers(found, self.person, limit=MOST_MOVERS)
        return Response(PreviewShape(_preview(found) | {"accounts": rows}).data)

    @extend_schema(
        summary="Compare two versions",
        parameters=_NUMBERS,
        responses=VersionDiffShape,
    )
    def diff(self, request: Request, slug: str) -> Response:
        """Two versions side by side, part by part."""
        card = self.card(slug)
        first, second = (self._named(card, name) for name in ("first", "second"))
        found = version_diff(
            parse_definition(first.definition), parse_definition(second.definition)
        )
        body = {
            "first": first.number,
            "second": second.number,
            "dimensions": found.dimensions,
            "bands": found.bands,
            "rules": found.rules,
        }
        return Response(VersionDiffShape(body).data)

    def _named(self, card: Scorecard, name: str) -> ScorecardVersion:
        text = self.request.GET.get(name, "")
        if not text.isdigit() or len(text) > 5:
            raise ParameterRefused(name, "Name a version by its number.")
        return self._numbered(card, int(text))

    def _numbered(self, card: Scorecard, number: int) -> ScorecardVersion:
        for version in readable_versions(card, self.person):
            if version.number == number:
                return version
        raise Http404

    def _draft(self, slug: str) -> ScorecardVersion:
        draft = draft_of(self.card(slug))
        if draft is None:
            raise Http404
        return draft

    def _told(self, version: ScorecardVersion) -> Response:
        data = VersionDetailShape(version, context={"view": self}).data
        return Response(data, headers={"ETag": etag_of(version.edits)})


def _preview(found: Preview) -> dict[str, Any]:
    before, after = found.counts(found.before), found.counts(found.after)
    return {
        "day": found.day,
        "scored": int(found.is_scored.sum()),
        "moved": int(found.is_moved.sum()),
        "bands": [
            {"band": band, "before": before[band], "after": after[band]}
            for band in found.bands
        ],
        "matrix": [
            {"before": old, "after": new, "accounts": count}
            for old, cells in found.matrix()
            for new, count in cells
        ],
    }
