"""Shapes of how the desk is set up, and of what one person keeps there."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import RowChoice
from organisation.models import Team
from tickets.models import (
    Draft,
    MessageKind,
    RetargetFrom,
    SupportLevel,
    SupportSettings,
)
from tickets.queries.queues import VIEWS
from tickets.serializers.tickets import MOST_TEXT

_MOST_MINUTES = 2_147_483_647
_MOST_COLUMNS = 200


class LevelShape(serializers.Serializer):
    """A level of support: the response it promises, and whose it is."""

    level = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    response_minutes = serializers.IntegerField(read_only=True)
    team = serializers.UUIDField(
        source="team.public_id", read_only=True, allow_null=True, default=None
    )


class SupportShape(serializers.ModelSerializer):
    """How support works here, and what each level promises."""

    levels = serializers.SerializerMethodField()

    class Meta:
        model = SupportSettings
        fields = (
            "auto_close_days", "is_paused_on_hold", "retarget_from", "warn_percent",
            "has_public_form", "asks_for_rating", "levels", "updated_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(LevelShape(many=True))
    def get_levels(self, settings: SupportSettings) -> Any:
        """From the first to the last."""
        levels = SupportLevel.objects.select_related("team")
        return LevelShape(levels, many=True).data


class LevelWrite(serializers.Serializer):
    """What to change of a level; what is not named stays."""

    level = serializers.IntegerField(min_value=1, max_value=4)
    response_minutes = serializers.IntegerField(
        min_value=1, max_value=_MOST_MINUTES, required=False
    )
    team = RowChoice(queryset=Team.objects.all())

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        # A change of some settings makes this field optional, too.
        if "level" not in values:
            raise serializers.ValidationError({"level": [_("Say which level.")]})
        return values


class SupportWrite(serializers.Serializer):
    """What to change; levels that are not named stay as they are."""

    auto_close_days = serializers.IntegerField(min_value=1, max_value=365)
    is_paused_on_hold = serializers.BooleanField()
    retarget_from = serializers.ChoiceField(RetargetFrom.choices)
    warn_percent = serializers.IntegerField(min_value=1, max_value=99)
    has_public_form = serializers.BooleanField()
    asks_for_rating = serializers.BooleanField()
    levels = serializers.ListField(child=LevelWrite(), max_length=4)

    def validate_levels(self, levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({level["level"] for level in levels}) < len(levels):
            raise serializers.ValidationError(_("Name each level once."))
        return levels


class QueueCountShape(serializers.Serializer):
    """How many tickets a queue has; one that is capped has more than it says."""

    queue = serializers.ChoiceField([view.key for view in VIEWS])
    count = serializers.IntegerField(min_value=0)
    is_capped = serializers.BooleanField()


class QueueCountsShape(serializers.Serializer):
    """The everyday queues as they are for the caller."""

    queues = QueueCountShape(many=True)


class ColumnShape(serializers.Serializer):
    """A column the queue can have."""

    key = serializers.CharField()
    label = serializers.CharField()
    is_fixed = serializers.BooleanField(help_text="Whether every choice has it.")
    is_default = serializers.BooleanField(help_text="For who never chose.")


class QueueColumnsShape(serializers.Serializer):
    """The columns one sees, in their order, and all there are."""

    columns = serializers.ListField(child=serializers.CharField())
    available = ColumnShape(many=True)


class QueueColumnsWrite(serializers.Serializer):
    """Columns in their order; none at all brings the usual ones back."""

    columns = serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=_MOST_COLUMNS
    )


class TicketDraftShape(serializers.ModelSerializer):
    """What the caller has begun to write and not sent yet."""

    class Meta:
        model = Draft
        fields = ("kind", "text", "updated_at")
        read_only_fields = fields


class TicketDraftsShape(serializers.Serializer):
    """At most one reply and one note."""

    drafts = TicketDraftShape(many=True)


class TicketDraftWrite(serializers.Serializer):
    """What is written so far."""

    text = serializers.CharField(max_length=MOST_TEXT, trim_whitespace=False)

    def validate_text(self, text: str) -> str:
        if not text.strip():
            raise serializers.ValidationError(_("Write something first."))
        return text


#: What may stand in the address of a draft.
DRAFT_KINDS = MessageKind.values
