"""Alerts over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Conflict
from core.paging import Order
from health.filters import AlertFilter
from health.models import Alert
from health.serializers import (
    AlertShape,
    CloseAlert,
)
from health.services import (
    AlertAlreadyClosed,
    acknowledge_alert,
    close_alert,
)
from organisation.api_views import Resource
from organisation.permissions import Permission


class AlertResource(Resource):
    """Alerts of the accounts the caller may see."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    write_permission = Permission.HANDLE_ALERTS
    queryset = Alert.objects.none()
    shape = AlertShape
    filterset_class = AlertFilter
    expandable = ("acknowledged_by", "closed_by")
    orders = {"opened": Order("opened", "opened_at", is_nullable=False)}

    def get_queryset(self) -> QuerySet[Alert]:
        alerts = Alert.objects.visible_to(self.person)
        return alerts.select_related(
            "account", "rule", "acknowledged_by", "closed_by"
        ).defer("account__search", "account__custom")

    @extend_schema(summary="List alerts")
    def list(self, request: Request) -> Response:
        """Open alerts, or closed ones on demand."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One alert")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One alert, open or closed."""
        return self.answered(self.get_object())

    @extend_schema(summary="Acknowledge an alert", request=None, responses=AlertShape)
    def acknowledge(self, request: Request, public_id: Any) -> Response:
        """Say that one deals with it; a second time changes nothing."""
        try:
            acknowledge_alert(self.get_object(), by=self.person)
        except AlertAlreadyClosed as error:
            raise Conflict(str(error)) from error
        return self.answered(self.get_object())

    @extend_schema(summary="Close an alert", request=CloseAlert, responses=AlertShape)
    def close(self, request: Request, public_id: Any) -> Response:
        """Close it by hand; the reason is kept."""
        alert = self.get_object()
        reason = self.checked(CloseAlert)["reason"]
        try:
            close_alert(alert, by=self.person, reason=reason)
        except AlertAlreadyClosed as error:
            raise Conflict(str(error)) from error
        return self.answered(self.get_object())
