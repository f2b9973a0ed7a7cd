"""Shapes of scores, their course, and what changed."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import Account
from accounts.serializers import amount
from core.api import ChosenFields

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
    is_by_hand = serializers.BooleanField(source="is_health_by_hand", read_only=True)
    computed_score = amount(source="health_computed_score")
    coverage = amount(source="health_coverage")
    change_30d = amount(source="health_change_30d")
    reason = serializers.CharField(source="health_reason", read_only=True)

    class Meta:
        model = Account
        fields = (
            "account", "name", "day", "score", "band", "is_by_hand", "computed_score",
            "coverage", "change_30d", "reason",
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
    is_by_hand = serializers.BooleanField()
    computed_score = serializers.FloatField(allow_null=True)
    computed_band = serializers.ChoiceField(BANDS)
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
    is_by_hand = serializers.BooleanField()
    computed_score = serializers.FloatField(allow_null=True)
    computed_band = serializers.ChoiceField(BANDS)
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
    group = serializers.CharField()
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
