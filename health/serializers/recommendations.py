"""Shapes of recommendations and decisions."""

from __future__ import annotations

from rest_framework import serializers

from accounts.serializers import RowChoice
from core.api import ChosenFields, Reference
from health.models import RecommendationDecision
from organisation.models import User
from organisation.serializers import PersonShape


class RecommendationShape(serializers.Serializer):
    """An action for a dimension below its threshold."""

    dimension = serializers.CharField()
    label = serializers.CharField()
    score = serializers.FloatField()
    below = serializers.FloatField()
    priority = serializers.CharField()
    action = serializers.CharField()
    expected_effect = serializers.CharField()
    playbook = serializers.CharField()
    why = serializers.CharField()


class RecommendationList(serializers.Serializer):
    """What is recommended now, most urgent first."""

    results = RecommendationShape(many=True)


class DecisionShape(ChosenFields):
    """What somebody decided about a recommendation."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    account = serializers.UUIDField(source="account.public_id", read_only=True)
    task = serializers.UUIDField(
        source="task.public_id", read_only=True, allow_null=True, default=None
    )
    decided_by = Reference(PersonShape, allow_null=True)
    dimension_score = serializers.FloatField(read_only=True, allow_null=True)

    class Meta:
        model = RecommendationDecision
        fields = (
            "id", "account", "dimension", "action", "outcome", "reason",
            "dimension_score", "task", "decided_at", "decided_by", "undone_at",
        )  # fmt: skip
        read_only_fields = fields


class AcceptRecommendation(serializers.Serializer):
    """Until when, and by whom; ``action`` guards against other words meanwhile."""

    due_on = serializers.DateField(allow_null=True, required=False)
    owner = RowChoice(queryset=User.objects.people())
    action = serializers.CharField(max_length=300, required=False)


class DismissRecommendation(serializers.Serializer):
    """Why not."""

    reason = serializers.CharField(max_length=500)
    action = serializers.CharField(max_length=300, required=False)
