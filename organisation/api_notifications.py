"""API of one's own news."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ChosenFields
from organisation.api_views import Resource
from organisation.filters import NotificationFilter
from organisation.models import Notification
from organisation.notifications import NEWEST_FIRST, mark_all_read, mark_read
from organisation.permissions import Permission


class NotificationShape(ChosenFields):
    """One thing a person was told."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Notification
        fields = ("id", "kind", "title", "body", "path", "happened_at", "read_at")
        read_only_fields = fields


class ReadAnswer(serializers.Serializer):
    """How many were marked as read."""

    read = serializers.IntegerField()


class NotificationResource(Resource):
    """What the caller was told; nobody reads the news of others."""

    scope_area = "organisation"
    read_permission = write_permission = Permission.VIEW_ACCOUNTS
    queryset = Notification.objects.none()
    shape = NotificationShape
    filterset_class = NotificationFilter
    orders = {NEWEST_FIRST.key: NEWEST_FIRST}

    def get_queryset(self) -> QuerySet[Notification]:
        return Notification.objects.filter(person=self.person)

    @extend_schema(summary="List one's notifications")
    def list(self, request: Request) -> Response:
        """Everything one was told; `unread=true` for what is still to be looked at."""
        return self.listed(self.get_queryset())

    @extend_schema(
        summary="Mark a notification as read",
        request=None,
        responses=NotificationShape,
    )
    def read(self, request: Request, public_id: Any) -> Response:
        """A second time changes nothing."""
        return self.answered(mark_read(self.get_object()))

    @extend_schema(
        operation_id="notifications_read_all",
        summary="Mark all notifications as read",
        request=None,
        responses=ReadAnswer,
    )
    def read_all(self, request: Request) -> Response:
        """Everything told up to now."""
        return Response({"read": mark_all_read(self.person)})
