"""Alerts over the API, one by one and many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Conflict
from core.paging import Order
from health.filters import AlertFilter
from health.models import Alert
from health.serializers.alerts import (
    AlertsAnswer,
    AlertShape,
    AlertsRequest,
    AssignAlert,
    CloseAlert,
    SnoozeAlert,
)
from health.services.alerts import (
    AlertAlreadyClosed,
    CannotHandleAlert,
    acknowledge_alert,
    acknowledge_alerts,
    assign_alert,
    assign_alerts,
    close_alert,
    close_alerts,
    snooze_alert,
    snooze_alerts,
    wake_alert,
    wake_alerts,
)
from organisation.api_views import Resource
from organisation.permissions import Permission

Act = Callable[[], object]


@contextmanager
def refusals() -> Iterator[None]:
    """Say what services refuse as the problem it is: 409 or 400."""
    try:
        yield
    except AlertAlreadyClosed as error:
        raise Conflict(str(error)) from error
    except CannotHandleAlert as error:
        raise ValidationError({error.field: [str(error)]}) from error


class AlertResource(Resource):
    """Alerts of the accounts the caller may see."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    write_permission = Permission.HANDLE_ALERTS
    queryset = Alert.objects.none()
    shape = AlertShape
    filterset_class = AlertFilter
    expandable = (
        "assignee", "acknowledged_by", "snoozed_by", "escalated_to", "closed_by",
    )  # fmt: skip
    orders = {"opened": Order("opened", "opened_at", is_nullable=False)}

    def get_queryset(self) -> QuerySet[Alert]:
        alerts = Alert.objects.visible_to(self.person)
        return alerts.select_related("account", "rule", *self.expandable).defer(
            "account__search", "account__custom"
        )

    @extend_schema(summary="List alerts")
    def list(self, request: Request) -> Response:
        """Open alerts, snoozed ones too; or others on demand."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One alert")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One alert, open or closed, with what moved the score before it."""
        return self.answered(self.get_object())

    @extend_schema(summary="Acknowledge an alert", request=None, responses=AlertShape)
    def acknowledge(self, request: Request, public_id: Any) -> Response:
        """Say that one deals with it; a second time changes nothing."""
        alert = self.get_object()
        return self.done(lambda: acknowledge_alert(alert, by=self.person))

    @extend_schema(summary="Assign an alert", request=AssignAlert, responses=AlertShape)
    def assign(self, request: Request, public_id: Any) -> Response:
        """Give it to a person who handles alerts, or to nobody."""
        alert, to = self.get_object(), self.checked(AssignAlert)["assignee"]
        return self.done(lambda: assign_alert(alert, to=to, by=self.person))

    @extend_schema(summary="Snooze an alert", request=SnoozeAlert, responses=AlertShape)
    def snooze(self, request: Request, public_id: Any) -> Response:
        """Let it be quiet until a day, or until it gets worse."""
        alert, until = self.get_object(), self.checked(SnoozeAlert)["until"]
        return self.done(lambda: snooze_alert(alert, by=self.person, until=until))

    @extend_schema(summary="Wake an alert", request=None, responses=AlertShape)
    def wake(self, request: Request, public_id: Any) -> Response:
        """End its snooze; awake already it stays as it is."""
        alert = self.get_object()
        return self.done(lambda: wake_alert(alert, by=self.person))

    @extend_schema(summary="Close an alert", request=CloseAlert, responses=AlertShape)
    def close(self, request: Request, public_id: Any) -> Response:
        """Close it by hand; the reason is kept."""
        alert, reason = self.get_object(), self.checked(CloseAlert)["reason"]
        return self.done(lambda: close_alert(alert, by=self.person, reason=reason))

    def done(self, act: Act) -> Response:
        """Do it, and answer with the alert as it now is."""
        with refusals():
            act()
        return self.answered(self.get_object())

    @extend_schema(
        summary="Do something with many alerts",
        request=AlertsRequest,
        responses=AlertsAnswer,
    )
    def bulk(self, request: Request) -> Response:
        """Up to 1,000 alerts at once; each is answered on its own."""
        values = self.checked(AlertsRequest)
        visible = Alert.objects.visible_to(self.person)
        chosen = visible.filter(public_id__in=values["ids"])
        is_open = {
            public_id: closed_at is None
            for public_id, closed_at in chosen.values_list("public_id", "closed_at")
        }
        with refusals():
            self.act_on(chosen, values)
        return Response({"results": [_result(i, is_open) for i in values["ids"]]})

    def act_on(self, chosen: QuerySet[Alert], values: dict[str, Any]) -> None:
        """The action of a bulk request on those of the alerts that are open."""
        by = self.person
        match values["action"]:
            case "acknowledge":
                acknowledge_alerts(chosen, by=by)
            case "assign":
                assign_alerts(chosen, to=values["assignee"], by=by)
            case "snooze":
                snooze_alerts(chosen, by=by, until=values["until"])
            case "wake":
                wake_alerts(chosen, by=by)
            case "close":
                close_alerts(chosen, by=by, reason=values["reason"])


def _result(public_id: Any, is_open: dict[Any, bool]) -> dict[str, Any]:
    if public_id not in is_open:
        return {"id": public_id, "status": 404, "detail": "There is no such alert."}
    if not is_open[public_id]:
        return {"id": public_id, "status": 409, "detail": "This alert is closed."}
    return {"id": public_id, "status": 200, "detail": ""}
