"""Shapes of tiers and of the SLA preview in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Account, Plan, Segment
from core.api import ChosenFields
from organisation.calendar_serializers import hours_field
from organisation.models import WorkingCalendar
from tickets.models import ClockRebuild, SlaTier, SlaTierVersion


class TargetShape(serializers.Serializer):
    """One target: minutes, by the tier's calendar or around the clock (always)."""

    minutes = serializers.IntegerField(min_value=1)
    clock = serializers.ChoiceField(["calendar", "always"])


class TierVersionShape(ChosenFields):
    """What is promised: priority to metric to target."""

    calendar = serializers.UUIDField(source="calendar.public_id", read_only=True)
    targets = serializers.DictField(
        child=serializers.DictField(child=TargetShape()), read_only=True
    )
    published_by = serializers.UUIDField(
        source="published_by.public_id", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = SlaTierVersion
        fields = (
            "number", "targets", "calendar", "note", "published_by", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class TierShape(ChosenFields):
    """An SLA tier with what it promises now."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    segments = serializers.SerializerMethodField()
    plans = serializers.SerializerMethodField()
    accounts = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()

    class Meta:
        model = SlaTier
        fields = (
            "id",
            "slug",
            "name",
            "description",
            "priority",
            "is_default",
            "is_active",
            "segments",
            "plans",
            "accounts",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_segments(self, tier: SlaTier) -> list[str]:
        return [str(row.public_id) for row in tier.segments.all()]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_plans(self, tier: SlaTier) -> list[str]:
        return [str(row.public_id) for row in tier.plans.all()]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_accounts(self, tier: SlaTier) -> list[str]:
        return [str(row.public_id) for row in tier.accounts.all()]

    @extend_schema_field(TierVersionShape(allow_null=True))
    def get_version(self, tier: SlaTier) -> Any:
        versions = list(tier.versions.all())
        return TierVersionShape(versions[0]).data if versions else None


class NamedRows(serializers.SlugRelatedField):
    """Rows by their public ids."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="public_id", **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        found = serializers.UUIDField().to_internal_value(data)
        return super().to_internal_value(found)


class SeenAccounts(NamedRows):
    """Accounts the caller may see; every other one does not exist."""

    def get_queryset(self) -> Any:
        view = self.context.get("view")
        if view is None:
            return Account.objects.none()
        return Account.objects.visible_to(view.person)


class TierWrite(serializers.Serializer):
    """What may be set on a tier; what it promises is published on its own."""

    name = serializers.CharField(max_length=120)
    description = serializers.CharField(
        max_length=300, allow_blank=True, required=False
    )
    priority = serializers.IntegerField(min_value=0, max_value=32767, required=False)
    is_active = serializers.BooleanField(required=False)
    segments = NamedRows(queryset=Segment.objects.all(), many=True, required=False)
    plans = NamedRows(queryset=Plan.objects.all(), many=True, required=False)
    accounts = SeenAccounts(
        queryset=Account.objects.none(),
        many=True,
        required=False,
        help_text="Accounts of the tier that the caller may not see stay in it.",
    )


class TargetsWrite(serializers.Serializer):
    """What is promised from now on."""

    targets = serializers.DictField(
        child=serializers.DictField(child=TargetShape()), allow_empty=False
    )
    calendar = NamedRows(queryset=WorkingCalendar.objects.all())
    note = serializers.CharField(max_length=300, allow_blank=True, default="")
    recompute_open_tickets = serializers.BooleanField(default=False)


class TierCreate(TierWrite):
    """A new tier with what it promises."""

    targets = serializers.DictField(
        child=serializers.DictField(child=TargetShape()), allow_empty=False
    )
    calendar = NamedRows(queryset=WorkingCalendar.objects.all())


class RebuildShape(ChosenFields):
    """How far open tickets have followed an edit of a tier or of a calendar."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    tier = serializers.UUIDField(
        source="tier.public_id", read_only=True, allow_null=True, default=None
    )
    calendar = serializers.UUIDField(
        source="calendar.public_id", read_only=True, allow_null=True, default=None
    )

    class Meta:
        model = ClockRebuild
        fields = (
            "id", "tier", "calendar", "status", "ticket_count", "done_count",
            "created_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


class RebuildSizeShape(serializers.Serializer):
    """How many open tickets an edit would move."""

    ticket_count = serializers.IntegerField(read_only=True)


class PreviewCalendar(serializers.Serializer):
    """Opening hours; overrides beat holidays, holidays beat the week."""

    timezone = serializers.CharField()
    weekly = serializers.DictField(child=hours_field(), required=False)
    always_open = serializers.BooleanField(default=False)
    holidays = serializers.ListField(child=serializers.DateField(), required=False)
    overrides = serializers.DictField(child=hours_field(), required=False)


class PreviewRequest(serializers.Serializer):
    """A promise to try out; times carry their UTC offset."""

    calendar = PreviewCalendar()
    start = serializers.DateTimeField()
    target_minutes = serializers.FloatField()
    warn_percent = serializers.FloatField(default=75)
    pauses = serializers.ListField(
        child=serializers.ListField(
            child=serializers.DateTimeField(allow_null=True), min_length=2, max_length=2
        ),
        required=False,
    )
    done_at = serializers.DateTimeField(required=False, allow_null=True)


class PreviewSegment(serializers.Serializer):
    """A stretch of the clock's time; the last one may still go on."""

    kind = serializers.ChoiceField(["running", "paused", "outside_hours"])
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(allow_null=True)
    seconds = serializers.FloatField(allow_null=True)


class PreviewAnswer(serializers.Serializer):
    """When the promise is due and, where ``done_at`` was given, how it went."""

    due_at = serializers.DateTimeField(allow_null=True)
    warn_at = serializers.DateTimeField(allow_null=True)
    open_minutes_until_done = serializers.FloatField(allow_null=True)
    paused_minutes = serializers.FloatField(allow_null=True)
    met = serializers.BooleanField(allow_null=True)
    late_by_seconds = serializers.FloatField(allow_null=True)
    segments = PreviewSegment(many=True)
