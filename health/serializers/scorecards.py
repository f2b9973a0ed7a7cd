"""Shapes of scorecards and their versions."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Account, Segment
from core.api import ChosenFields, Reference
from health.models import Scorecard, ScorecardVersion
from health.queries.scorecard_pages import published_of, readable_versions
from health.serializers.scorecard_drafts import ProblemShape
from health.services.scorecards import what_hinders
from organisation.serializers import PersonShape

BANDS = Account.Band.choices


class ScorecardShape(ChosenFields):
    """A scorecard and the number of its published version."""

    segments: serializers.SlugRelatedField[Segment] = serializers.SlugRelatedField(
        "slug", many=True, read_only=True
    )
    version = serializers.SerializerMethodField()

    class Meta:
        model = Scorecard
        fields: tuple[str, ...] = (
            "slug", "name", "description", "is_default", "is_active", "priority",
            "segments", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_version(self, card: Scorecard) -> int | None:
        """The number of the published version."""
        version = published_of(card)
        return version.number if version else None


class VersionShape(serializers.ModelSerializer):
    """One version of a scorecard."""

    published_by = Reference(PersonShape, allow_null=True)

    class Meta:
        model = ScorecardVersion
        fields: tuple[str, ...] = (
            "number", "status", "note", "published_at", "published_by",
        )  # fmt: skip
        read_only_fields = fields


class VersionDetailShape(VersionShape):
    """One version in full; a draft says what still stands against publishing it."""

    definition = serializers.DictField(read_only=True)
    problems = serializers.SerializerMethodField()

    class Meta(VersionShape.Meta):
        fields = (*VersionShape.Meta.fields, "edits", "definition", "problems")
        read_only_fields = fields

    @extend_schema_field(ProblemShape(many=True))
    def get_problems(self, version: ScorecardVersion) -> list[dict[str, str]]:
        """Empty for what is published, or ready to be."""
        if version.status != ScorecardVersion.Status.DRAFT:
            return []
        return [problem._asdict() for problem in what_hinders(version)]


class ScorecardDetailShape(ScorecardShape):
    """A scorecard with its published definition and the list of its versions."""

    definition = serializers.SerializerMethodField()
    versions = serializers.SerializerMethodField()

    class Meta(ScorecardShape.Meta):
        fields = (*ScorecardShape.Meta.fields, "definition", "versions")
        read_only_fields = fields

    def get_definition(self, card: Scorecard) -> dict[str, Any]:
        """Dimensions, indicators, curves, bands and recommendations."""
        version = published_of(card)
        return version.definition if version else {}

    @extend_schema_field(VersionShape(many=True))
    def get_versions(self, card: Scorecard) -> list[dict[str, Any]]:
        """Newest first; drafts only for those who may change them."""
        versions = readable_versions(card, self.context["view"].person)
        context = self.context
        return list(VersionShape(versions, many=True, context=context).data)
