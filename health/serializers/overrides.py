"""Shapes of what people set by hand."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import Account
from core.api import ChosenFields, Reference
from health.models import HealthOverride
from organisation.serializers import PersonShape

BANDS = [choice for choice in Account.Band.choices if choice[0] != "unknown"]


class OverrideShape(ChosenFields):
    """A score or band set by hand; the computed ones are those of the moment."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    account = serializers.UUIDField(source="account.public_id", read_only=True)
    account_name = serializers.CharField(source="account.name", read_only=True)
    score = serializers.FloatField(read_only=True, allow_null=True)
    computed_score = serializers.FloatField(read_only=True, allow_null=True)
    set_by = Reference(PersonShape, allow_null=True)
    ended_by = Reference(PersonShape, allow_null=True)

    class Meta:
        model = HealthOverride
        fields = (
            "id", "account", "account_name", "score", "band", "reason", "starts_on",
            "ends_on", "set_by", "computed_score", "computed_band", "ended_at",
            "ended_on", "end_kind", "ended_by", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class SetOverride(serializers.Serializer):
    """A score or a band, why, and the first day on which it no longer holds."""

    account = serializers.UUIDField()
    score = serializers.DecimalField(
        max_digits=4, decimal_places=1, min_value=0, max_value=100, required=False,
        allow_null=True,
    )  # fmt: skip
    band = serializers.ChoiceField(BANDS, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=500)
    ends_on = serializers.DateField()


class StandingShape(serializers.Serializer):
    """A computed score and band."""

    score = serializers.FloatField(allow_null=True)
    band = serializers.CharField(allow_blank=True)


class ReportRowShape(serializers.Serializer):
    """One override, and whether the facts followed."""

    override = serializers.UUIDField(source="override.public_id")
    account = serializers.UUIDField(source="override.account.public_id")
    at_first = StandingShape()
    at_end = StandingShape()
    later = StandingShape()
    later_on = serializers.DateField()
    has_left = serializers.BooleanField()
    direction = serializers.ChoiceField(
        ["better", "worse", "same"], source="judgement.direction"
    )
    verdict = serializers.ChoiceField(
        ["confirmed", "not_confirmed", "too_early", "no_data"],
        source="judgement.verdict",
    )


class TallyShape(serializers.Serializer):
    """How often; ``share`` is null while fewer than five were judged."""

    name = serializers.CharField()
    all = serializers.IntegerField()
    judged = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)


class OverrideReportShape(serializers.Serializer):
    """Were past overrides right? Totals count all, ``rows`` are one page."""

    total = TallyShape()
    by_direction = TallyShape(many=True)
    by_person = TallyShape(many=True)
    next = serializers.URLField(allow_null=True, help_text="Address of the next page.")
    previous = serializers.URLField(
        allow_null=True, help_text="Address of the page before."
    )
    rows = ReportRowShape(many=True)
