"""Shapes of saved views in the API."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.api import ChosenFields, Reference
from organisation.models import SavedView
from organisation.permissions import Permission
from organisation.serializers import PersonShape


class SavedViewShape(ChosenFields):
    """A list kept under a name: the page it is on, and the query of its address."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    owner = Reference(PersonShape)

    class Meta:
        model = SavedView
        fields = (
            "id", "page", "name", "query", "owner", "is_shared", "created_at",
            "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class SavedViewWrite(serializers.Serializer):
    """What may be changed of a view; its list is kept as it was."""

    name = serializers.CharField(max_length=80)
    is_shared = serializers.BooleanField(required=False)

    def validate_is_shared(self, is_shared: bool) -> bool:
        person = self.context["view"].person
        if is_shared and not person.has_perm_code(Permission.SHARE_VIEWS):
            raise serializers.ValidationError(_("You may not share views."))
        return is_shared


class SavedViewCreate(SavedViewWrite):
    """A new view."""

    page = serializers.ChoiceField(SavedView.Page.choices)
    query = serializers.CharField(max_length=2000, allow_blank=True, default="")
