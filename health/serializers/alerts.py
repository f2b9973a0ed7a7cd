"""Shapes of alerts."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import Account
from core.api import ChosenFields, Reference
from health.models import Alert
from organisation.serializers import PersonShape

BANDS = Account.Band.choices


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
