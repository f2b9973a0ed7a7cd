"""Shapes of scorecards and their versions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Account
from core.api import ChosenFields
from health.models import Scorecard, ScorecardVersion

BANDS = Account.Band.choices


class ScorecardShape(ChosenFields):
    """A scorecard and the number of its published version."""

    segments = serializers.SlugRelatedField("slug", many=True, read_only=True)
    version = serializers.SerializerMethodField()

    class Meta:
        model = Scorecard
        fields = (
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

    class Meta:
        model = ScorecardVersion
        fields = ("number", "status", "note", "published_at")
        read_only_fields = fields


class ScorecardDetailShape(ScorecardShape):
    """A scorecard with its published definition and the list of its versions."""

    definition = serializers.SerializerMethodField()
    versions = VersionShape(many=True, read_only=True)

    class Meta(ScorecardShape.Meta):
        fields = (*ScorecardShape.Meta.fields, "definition", "versions")
        read_only_fields = fields

    def get_definition(self, card: Scorecard) -> dict[str, Any]:
        """Dimensions, indicators, curves, bands and recommendations."""
        version = published_of(card)
        return version.definition if version else {}


def published_of(card: Scorecard) -> ScorecardVersion | None:
    """The published version among those already read."""
    published = ScorecardVersion.Status.PUBLISHED
    rows = [row for row in card.versions.all() if row.status == published]
    return rows[0] if rows else None
