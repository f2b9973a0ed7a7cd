"""Shapes of alerts, their rules and the ledger."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Account, Segment
from core.api import ChosenFields, Reference
from health.alert_rules import find_rule
from health.alert_rules.deciding import REASONS
from health.models import Alert, AlertChannel, AlertLedgerEntry, AlertRule
from health.queries.alert_ledger import STATES
from organisation.models import User
from organisation.serializers import PersonShape

BANDS = Account.Band.choices
MOST_AT_ONCE = 1000


class DriverShape(serializers.Serializer):
    """One cause of the score's change in the 30 days before, with its points."""

    sentence = serializers.CharField()
    points = serializers.FloatField()
    kind = serializers.CharField()


class AlertShape(ChosenFields):
    """An alert."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    account = serializers.UUIDField(source="account.public_id", read_only=True)
    account_name = serializers.CharField(source="account.name", read_only=True)
    rule = serializers.CharField(source="rule.key", read_only=True)
    severity = serializers.CharField(source="rule.severity", read_only=True)
    drivers = DriverShape(many=True, read_only=True)
    assignee = Reference(PersonShape, allow_null=True)
    acknowledged_by = Reference(PersonShape, allow_null=True)
    snoozed_by = Reference(PersonShape, allow_null=True)
    escalated_to = Reference(PersonShape, allow_null=True)
    closed_by = Reference(PersonShape, allow_null=True)

    class Meta:
        model = Alert
        fields = (
            "id", "account", "account_name", "rule", "severity", "summary", "value",
            "band_before", "band_after", "drivers", "opened_at", "opened_on",
            "worsened_on", "assignee", "acknowledged_at", "acknowledged_by",
            "snoozed_at", "snoozed_by", "snoozed_until", "escalated_at",
            "escalated_to", "closed_at", "closed_by", "close_reason", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class AssignAlert(serializers.Serializer):
    """Who takes an alert; null for nobody."""

    assignee = serializers.SlugRelatedField(
        "public_id", queryset=User.objects.people(), allow_null=True
    )


class SnoozeAlert(serializers.Serializer):
    """Until which day an alert is quiet; null: until it gets worse."""

    until = serializers.DateField(allow_null=True, required=False, default=None)


class CloseAlert(serializers.Serializer):
    """Why an alert is closed."""

    reason = serializers.CharField(max_length=200)


class AlertsRequest(serializers.Serializer):
    """Up to 1,000 alerts, and what is done with them."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_AT_ONCE
    )
    action = serializers.ChoiceField(
        ["acknowledge", "assign", "snooze", "wake", "close"]
    )
    assignee = serializers.SlugRelatedField(
        "public_id", queryset=User.objects.people(), allow_null=True, required=False
    )
    until = serializers.DateField(allow_null=True, required=False, default=None)
    reason = serializers.CharField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = {"assign": "assignee", "close": "reason"}.get(attrs["action"])
        if needed and needed not in attrs:
            raise serializers.ValidationError({needed: ["This action needs it."]})
        return attrs


class AlertResult(serializers.Serializer):
    """What became of one alert: 200 done, 404 not there, 409 closed before."""

    id = serializers.UUIDField()
    status = serializers.IntegerField(help_text="200, 404 or 409.")
    detail = serializers.CharField(allow_blank=True)


class AlertsAnswer(serializers.Serializer):
    """What became of each alert, in the order they were sent."""

    results = AlertResult(many=True)


class AlertRuleShape(ChosenFields):
    """An alert rule: what it tells, when it opens and closes, and who hears of it."""

    help = serializers.SerializerMethodField()
    unit = serializers.SerializerMethodField()
    worse = serializers.SerializerMethodField()
    segments: Any = serializers.SlugRelatedField("slug", many=True, read_only=True)
    channels: Any = serializers.SlugRelatedField("public_id", many=True, read_only=True)

    class Meta:
        model = AlertRule
        fields = (
            "key", "name", "help", "unit", "worse", "is_on", "severity", "enter_value",
            "leave_value", "window_days", "cool_down_days", "segments", "sends_email",
            "channels", "escalate_after_days", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_help(self, row: AlertRule) -> str:
        """What the rule tells."""
        rule = find_rule(row.key)
        return rule.help if rule else ""

    def get_unit(self, row: AlertRule) -> str:
        """The unit of its values."""
        rule = find_rule(row.key)
        return rule.unit if rule else ""

    def get_worse(self, row: AlertRule) -> str:
        """Which way is worse: `higher` or `lower`."""
        rule = find_rule(row.key)
        return rule.worse if rule else "higher"


class AlertRuleWrite(serializers.ModelSerializer):
    """What can be set of an alert rule."""

    segments = serializers.SlugRelatedField(
        "slug", many=True, queryset=Segment.objects.all(), required=False
    )
    channels = serializers.SlugRelatedField(
        "public_id", many=True, queryset=AlertChannel.objects.all(), required=False
    )

    class Meta:
        model = AlertRule
        fields = (
            "name", "is_on", "severity", "enter_value", "leave_value", "window_days",
            "cool_down_days", "segments", "sends_email", "channels",
            "escalate_after_days",
        )  # fmt: skip


class LedgerShape(ChosenFields):
    """An evaluation in which a rule held and yet opened nothing."""

    account = serializers.UUIDField(source="account.public_id", read_only=True)
    account_name = serializers.CharField(source="account.name", read_only=True)
    rule = serializers.CharField(source="rule.key", read_only=True)

    class Meta:
        model = AlertLedgerEntry
        fields = (
            "account", "account_name", "rule", "day", "reason", "value", "detail",
            "times", "first_at", "last_at",
        )  # fmt: skip
        read_only_fields = fields


class RuleReadingShape(serializers.Serializer):
    """One rule about one account now, and why it did or did not open an alert."""

    rule = serializers.CharField(source="rule.key")
    name = serializers.CharField(source="rule.name")
    unit = serializers.CharField(source="rule.unit")
    is_on = serializers.BooleanField()
    holds = serializers.BooleanField()
    value = serializers.FloatField(allow_null=True)
    threshold = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField(sorted({*STATES, *REASONS}))
    sentence = serializers.CharField()


class RuleReadings(serializers.Serializer):
    """Every alert rule about one account."""

    account = serializers.UUIDField()
    rules = RuleReadingShape(many=True)
