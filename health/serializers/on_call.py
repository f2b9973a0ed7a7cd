"""Shapes of on-call paging: how it is set up, and pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api import ChosenFields, Reference
from health.models import AlertChannel, OnCallPage, OnCallSettings
from health.models.on_call import MOST_PAGES, MOST_REPEAT_MINUTES, MOST_SECOND_MINUTES
from health.serializers.deliveries import ChannelName
from organisation.models import User
from organisation.serializers import PersonShape
from tickets.models import Ticket


class OnCallShape(serializers.Serializer):
    """Who is on call, for what, and how they are paged."""

    is_on = serializers.BooleanField(
        read_only=True, help_text="Whether anybody is named."
    )
    paging_since = serializers.DateTimeField(
        read_only=True,
        allow_null=True,
        help_text="Tickets that were critical before this are not paged.",
    )
    joined_at = serializers.DictField(
        child=serializers.DateTimeField(),
        read_only=True,
        help_text=(
            "When a priority joined after `paging_since`, by priority: tickets that "
            "had it before that are not paged."
        ),
    )
    priorities = serializers.ListField(
        child=serializers.ChoiceField(Ticket.Priority.choices), read_only=True
    )
    repeat_minutes = serializers.IntegerField(read_only=True)
    most_pages = serializers.IntegerField(read_only=True)
    second_after_minutes = serializers.IntegerField(read_only=True, allow_null=True)
    people = PersonShape(many=True, read_only=True)
    channels = ChannelName(many=True, read_only=True)
    second_people = PersonShape(many=True, read_only=True)
    second_channels = ChannelName(many=True, read_only=True)
    updated_at = serializers.DateTimeField(read_only=True, allow_null=True)


class OnCallWrite(serializers.Serializer):
    """What to change; people and channels are those that are named, and no others."""

    priorities = serializers.ListField(
        child=serializers.ChoiceField(Ticket.Priority.choices),
        min_length=1,
        max_length=4,
    )
    repeat_minutes = serializers.IntegerField(
        min_value=1, max_value=MOST_REPEAT_MINUTES
    )
    most_pages = serializers.IntegerField(min_value=1, max_value=MOST_PAGES)
    second_after_minutes = serializers.IntegerField(
        min_value=1, max_value=MOST_SECOND_MINUTES, allow_null=True
    )
    people: Any = serializers.SlugRelatedField(
        "public_id", many=True, queryset=User.objects.all()
    )
    channels: Any = serializers.SlugRelatedField(
        "public_id", many=True, queryset=AlertChannel.objects.all()
    )
    second_people: Any = serializers.SlugRelatedField(
        "public_id", many=True, queryset=User.objects.all()
    )
    second_channels: Any = serializers.SlugRelatedField(
        "public_id", many=True, queryset=AlertChannel.objects.all()
    )


class CallShape(serializers.Serializer):
    """A person or channel that was paged, and how that went."""

    person = PersonShape(read_only=True, allow_null=True)
    channel = ChannelName(read_only=True, allow_null=True)
    sent = serializers.IntegerField(read_only=True)
    failed = serializers.IntegerField(read_only=True)


class OnCallPageShape(ChosenFields):
    """A page: one ticket for which on call is paged until somebody answers."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    ticket = serializers.UUIDField(source="ticket.public_id", read_only=True)
    number = serializers.CharField(source="ticket.number", read_only=True)
    account = serializers.UUIDField(
        source="ticket.account.public_id", read_only=True, allow_null=True, default=None
    )
    ended_by = Reference(PersonShape, allow_null=True)
    end_reason = serializers.CharField(
        read_only=True, help_text="Empty while nobody answered."
    )
    calls = serializers.SerializerMethodField()

    class Meta:
        model = OnCallPage
        fields = (
            "id", "ticket", "number", "account", "priority", "raised_at", "started_at",
            "rounds", "last_paged_at", "next_at", "escalated_at", "ended_at",
            "ended_by", "end_reason", "calls", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(CallShape(many=True))
    def get_calls(self, page: OnCallPage) -> list[Any]:
        """Who was paged."""
        return list(CallShape(page.calls, many=True).data)


def on_call_answer(settings: OnCallSettings, named: dict[str, Any]) -> dict[str, Any]:
    """What ``OnCallShape`` shows."""
    return {
        "is_on": settings.paging_since is not None,
        "paging_since": settings.paging_since,
        "joined_at": settings.joined_at,
        "priorities": settings.priorities,
        "repeat_minutes": settings.repeat_minutes,
        "most_pages": settings.most_pages,
        "second_after_minutes": settings.second_after_minutes,
        "updated_at": settings.updated_at,
        **named,
    }
