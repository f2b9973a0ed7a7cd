"""Shapes of health in the API: scores, history, explanations, alerts, scorecards."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Account
from accounts.serializers import amount
from core.api import ChosenFields, Reference
from health.models import Alert, Scorecard, ScorecardVersion
from organisation.serializers import PersonShape

BANDS = Account.Band.choices


class ScoreShape(ChosenFields):
    """The current score of an account, as every list shows it."""

    account = serializers.UUIDField(source="public_id", read_only=True)
    name = serializers.CharField(read_only=True)
    day = serializers.DateField(source="health_day", read_only=True, allow_null=True)
    score = amount(source="health_score")
    band = serializers.ChoiceField(
        source="health_band", choices=Account.Band.choices, read_only=True
    )
    coverage = amount(source="health_coverage")
    change_30d = amount(source="health_change_30d")
    reason = serializers.CharField(source="health_reason", read_only=True)

    class Meta:
        model = Account
        fields = (
            "account", "name", "day", "score", "band", "coverage", "change_30d",
            "reason",
        )  # fmt: skip
        read_only_fields = fields


class CardName(serializers.Serializer):
    """The scorecard version a score was computed with."""

    slug = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField()


class IndicatorShape(serializers.Serializer):
    """One indicator as it stood."""

    key = serializers.CharField(source="source")
    label = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    said = serializers.CharField()
    score = serializers.FloatField(allow_null=True)
    weight = serializers.FloatField()
    effective_weight = serializers.FloatField()
    red_flag = serializers.BooleanField(source="has_red_flag")


class DimensionShape(serializers.Serializer):
    """A dimension's score and what it is made of."""

    key = serializers.CharField()
    label = serializers.CharField()
    weight = serializers.FloatField()
    score = serializers.FloatField(allow_null=True)
    trend = serializers.CharField()
    indicators = IndicatorShape(many=True)


class HealthShape(serializers.Serializer):
    """The health of one account on a day, with its dimensions and indicators."""

    account = serializers.UUIDField()
    day = serializers.DateField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    band = serializers.ChoiceField(BANDS)
    label = serializers.CharField()
    coverage = serializers.FloatField(allow_null=True)
    scorecard = CardName(allow_null=True)
    is_provisional = serializers.BooleanField()
    computed_at = serializers.DateTimeField(allow_null=True)
    dimensions = DimensionShape(many=True)


class HistoryPointShape(serializers.Serializer):
    """One day of an account's health, as it was known then."""

    day = serializers.DateField()
    score = serializers.FloatField(allow_null=True)
    band = serializers.ChoiceField(BANDS)
    coverage = serializers.FloatField()
    version = serializers.IntegerField(source="version_number")
    scorecard = serializers.CharField(source="scorecard_name")
    is_provisional = serializers.BooleanField()


HistoryShape = type(
    "HistoryShape",
    (serializers.Serializer,),
    {
        "__doc__": "The course of an account's health, oldest first.",
        "account": serializers.UUIDField(),
        "from": serializers.DateField(),
        "to": serializers.DateField(),
        "points": HistoryPointShape(many=True),
    },
)


class PartShape(serializers.Serializer):
    """One cause of a change; ``shown`` is its share in points."""

    kind = serializers.CharField()
    dimension = serializers.CharField(allow_blank=True)
    dimension_label = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)
    label = serializers.CharField()
    before = serializers.FloatField(allow_null=True)
    after = serializers.FloatField(allow_null=True)
    sentence = serializers.CharField()
    shown = serializers.FloatField()


class ExplanationShape(serializers.Serializer):
    """Why a score differs between two days; the shown parts sum to the difference."""

    account = serializers.UUIDField()
    day_before = serializers.DateField(allow_null=True)
    day_after = serializers.DateField(allow_null=True)
    score_before = serializers.FloatField(allow_null=True)
    score_after = serializers.FloatField(allow_null=True)
    difference = serializers.FloatField(allow_null=True)
    parts = PartShape(many=True)
    no_split_reason = serializers.CharField(allow_blank=True)


class AlertShape(ChosenFields):
    """An alert."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    account = serializers.UUIDField(source="account.public_id", read_only=True)
    account_name = serializers.CharField(source="account.name", read_only=True)
    rule = serializers.CharField(source="rule.key", read_only=True)
    severity = serializers.CharField(source="rule.severity", read_only=True)
    acknowledged_by = Reference(PersonShape, allow_null=True)
    closed_by = Reference(PersonShape, allow_null=True)

    class Meta:
        model = Alert
        fields = (
            "id", "account", "account_name", "rule", "severity", "summary", "value",
            "band_before", "band_after", "opened_at", "opened_on", "acknowledged_at",
            "acknowledged_by", "closed_at", "closed_by", "close_reason", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class CloseAlert(serializers.Serializer):
    """Why an alert is closed."""

    reason = serializers.CharField(max_length=200)


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


class CalculateRequest(serializers.Serializer):
    """Raw values by source key; an absent key is missing data."""

    scorecard = serializers.CharField(max_length=60)
    values = serializers.DictField(child=serializers.FloatField())


class ResultIndicator(serializers.Serializer):
    """One indicator of a calculated score."""

    key = serializers.CharField()
    dimension = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    score = serializers.FloatField(allow_null=True)
    weight = serializers.FloatField()
    effective_weight = serializers.FloatField()
    red_flag = serializers.BooleanField()


class Advice(serializers.Serializer):
    """What to do about a weak dimension."""

    dimension = serializers.CharField()
    priority = serializers.CharField()
    action = serializers.CharField()
    expected_effect = serializers.CharField(allow_blank=True)
    playbook = serializers.CharField(allow_blank=True, allow_null=True)


class CalculateAnswer(serializers.Serializer):
    """A calculated score with its reasons; nothing is stored."""

    score = serializers.FloatField(allow_null=True)
    band = serializers.CharField()
    label = serializers.CharField()
    coverage = serializers.FloatField()
    dimensions = serializers.DictField(child=serializers.FloatField(allow_null=True))
    indicators = ResultIndicator(many=True)
    recommendations = Advice(many=True)
