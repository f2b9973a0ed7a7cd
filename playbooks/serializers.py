"""Shapes of tasks in the API."""

from __future__ import annotations

from rest_framework import serializers

from accounts.models import Account
from accounts.serializers import RowChoice, VisibleAccount
from core.api import ChosenFields, Reference
from organisation.models import User
from organisation.serializers import PersonShape
from playbooks.models import Task


class TaskShape(ChosenFields):
    """A task."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    account = serializers.UUIDField(
        source="account.public_id", read_only=True, allow_null=True, default=None
    )
    account_name = serializers.CharField(
        source="account.name", read_only=True, allow_null=True, default=None
    )
    owner = Reference(PersonShape, allow_null=True)
    created_by = Reference(PersonShape, allow_null=True)
    done_by = Reference(PersonShape, allow_null=True)

    class Meta:
        model = Task
        fields = (
            "id", "title", "note", "account", "account_name", "due_on", "owner",
            "origin", "playbook", "created_by", "done_at", "done_by", "version",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class TaskWrite(serializers.Serializer):
    """What may be set on a task."""

    title = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    due_on = serializers.DateField(allow_null=True, required=False)
    owner = RowChoice(queryset=User.objects.people())


class TaskCreate(TaskWrite):
    """A new task; its account stays the same from then on."""

    account = VisibleAccount(queryset=Account.objects.none())
