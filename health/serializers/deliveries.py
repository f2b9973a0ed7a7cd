"""Shapes of channels, deliveries and a person's choice how to hear of alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api import ChosenFields, Reference
from health.models import AlertChannel, AlertDelivery, AlertPreference, ChannelKind
from health.services.channels import LONGEST_URL
from organisation.serializers import PersonShape


@extend_schema_field({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"})
class ClockField(serializers.TimeField):
    """A time of day on somebody's clock, such as 22:30; JSON has no format for it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)


class ChannelShape(ChosenFields):
    """A channel; its address is a secret, so only its host and its end are shown."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    address = serializers.CharField(source="masked_url", read_only=True)

    class Meta:
        model = AlertChannel
        fields = (
            "id", "name", "kind", "address", "is_on", "last_sent_at", "last_error",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class ChannelName(serializers.ModelSerializer):
    """A channel for those who may not see where it leads."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = AlertChannel
        fields = ("id", "name", "kind")
        read_only_fields = fields


class ChannelWrite(serializers.Serializer):
    """A channel as it is made or changed; ``url`` is taken and never given back."""

    name = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=ChannelKind.choices)
    url = serializers.CharField(max_length=LONGEST_URL, write_only=True)
    is_on = serializers.BooleanField(required=False)
    signing_secret = serializers.CharField(
        max_length=120,
        required=False,
        write_only=True,
        help_text="For plain JSON: `whsec_` and 24 to 64 bytes in base64. Made if "
        "not given; it is never given back.",
    )


class ChannelTest(serializers.Serializer):
    """How a test went."""

    is_taken = serializers.BooleanField()
    error = serializers.CharField(allow_blank=True)


class PreferenceShape(ChosenFields):
    """How the caller hears of alerts by e-mail; hours are in their time zone."""

    quiet_from = ClockField(read_only=True, allow_null=True)
    quiet_until = ClockField(read_only=True, allow_null=True)
    next_digest_at = serializers.SerializerMethodField()

    class Meta:
        model = AlertPreference
        fields = ("pace", "digest_hour", "quiet_from", "quiet_until", "next_digest_at")
        read_only_fields = fields

    def get_next_digest_at(self, preference: AlertPreference) -> datetime | None:
        found: datetime | None = self.context["next_digest"](preference)
        return found


class PreferenceWrite(serializers.ModelSerializer):
    """What to change; quiet hours come in pairs."""

    digest_hour = serializers.IntegerField(min_value=0, max_value=23)
    quiet_from = ClockField(allow_null=True)
    quiet_until = ClockField(allow_null=True)

    class Meta:
        model = AlertPreference
        fields = ("pace", "digest_hour", "quiet_from", "quiet_until")


class DeliveryShape(ChosenFields):
    """One telling of an alert to a person by e-mail or to a channel."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    alert = serializers.UUIDField(source="alert.public_id", read_only=True)
    account = serializers.UUIDField(source="alert.account.public_id", read_only=True)
    person = Reference(PersonShape, allow_null=True)
    channel = Reference(ChannelName, allow_null=True)

    class Meta:
        model = AlertDelivery
        fields = (
            "id", "alert", "account", "occasion", "round", "person", "channel",
            "is_digest", "status", "due_at", "attempts", "sent_at", "error",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields
