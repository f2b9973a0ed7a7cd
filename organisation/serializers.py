"""Shapes of people, teams and tokens in the API."""

from __future__ import annotations

from rest_framework import serializers

from core.api import ChosenFields, Reference
from organisation.models import ApiToken, Team, User


class TeamShape(ChosenFields):
    """A team."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Team
        fields = ("id", "name", "created_at", "updated_at")
        read_only_fields = fields


class PersonShape(serializers.ModelSerializer):
    """A person as other objects mention them."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = User
        fields = ("id", "name", "email")
        read_only_fields = fields


class UserShape(ChosenFields):
    """A person or service account."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    team = Reference(TeamShape, allow_null=True)

    class Meta:
        model = User
        fields = (
            "id",
            "name",
            "email",
            "role",
            "support_level",
            "team",
            "timezone",
            "is_active",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class TokenShape(ChosenFields):
    """An API token without its secret, which nobody can read again."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    user = Reference(PersonShape)
    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = ApiToken
        fields = (
            "id",
            "name",
            "prefix",
            "user",
            "scopes",
            "created_at",
            "expires_at",
            "last_used_at",
            "revoked_at",
        )
        read_only_fields = fields
