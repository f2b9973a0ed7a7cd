"""API of health: scores, history, explanations, alerts, scorecards, the calculator."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from core.api import AnyNumberParser, Conflict, ParameterRefused
from core.paging import Order
from health.api_answers import health_answer
from health.filters import AlertFilter, ScoreFilter
from health.models import Alert, Scorecard, ScorecardVersion
from health.queries.changes import explain_change
from health.queries.snapshots import history, latest_snapshot, snapshot_on
from health.scoring import InvalidValue
from health.serializers import (
    AlertShape,
    CalculateAnswer,
    CalculateRequest,
    CloseAlert,
    ExplanationShape,
    HealthShape,
    HistoryShape,
    ScorecardDetailShape,
    ScorecardShape,
    ScoreShape,
)
from health.services import (
    AlertAlreadyClosed,
    UnknownScorecard,
    acknowledge_alert,
    calculate,
    close_alert,
)
from organisation.api_views import Resource
from organisation.clock import today
from organisation.permissions import Permission

HISTORY_DAYS = 90
#: Days outside are a slip of the hand, and arithmetic with them would overflow.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


def day_parameter(name: str, description: str, *, required: bool = False) -> Any:
    """A day in the address, for the description of the API."""
    return OpenApiParameter(
        name, OpenApiTypes.DATE, description=description, required=required
    )


def asked_day(request: Request, name: str, default: date | None) -> date:
    """A day of the address, or the default; without one it must be given."""
    text = request.query_params.get(name, "")
    if not text and default is not None:
        return default
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise ParameterRefused(name, "Give a day as YYYY-MM-DD.")
    return day


class ScoreResource(Resource):
    """Current scores, and one account's health in full."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    queryset = Account.objects.none()
    shape = ScoreShape
    filterset_class = ScoreFilter
    orders = {
        "score": Order("score", "health_score"),
        "change": Order("change", "health_change_30d"),
    }
    action_parameters = {
        "current": ("day",),
        "course": ("from", "to"),
        "explain": ("from", "to"),
    }

    def get_queryset(self) -> AccountQuerySet:
        accounts = Account.objects.live().visible_to(self.person)
        return accounts.defer("search", "custom")

    @extend_schema(operation_id="health_scores_list", summary="Current scores")
    def list(self, request: Request) -> Response:
        """The newest score of every live account."""
        return self.listed(self.get_queryset())

    @extend_schema(
        operation_id="accounts_health_retrieve",
        summary="The health of an account",
        parameters=[day_parameter("day", "As known on a day; the newest if absent.")],
        responses=HealthShape,
    )
    def current(self, request: Request, public_id: Any) -> Response:
        """Score, band, coverage, and every dimension with its indicators.

        A day is answered by its snapshot or the newest of the seven days before.
        """
        account = self.any_account()
        if "day" in request.query_params:
            day = asked_day(request, "day", None)
            snapshot = snapshot_on(account, day)
        else:
            snapshot = latest_snapshot(account)
        return Response(HealthShape(health_answer(account, snapshot)).data)

    @extend_schema(
        operation_id="accounts_health_history_retrieve",
        summary="The course of an account's health",
        parameters=[
            day_parameter("from", "First day; 90 days before the last if absent."),
            day_parameter("to", "Last day; today if absent."),
        ],
        responses=HistoryShape,
    )
    def course(self, request: Request, public_id: Any) -> Response:
        """Every snapshot of the days asked for, oldest first, as known then."""
        account = self.any_account()
        last = asked_day(request, "to", today())
        first = asked_day(request, "from", last - timedelta(days=HISTORY_DAYS))
        points = history(account, first, last)
        answer = {
            "account": account.public_id, "from": first, "to": last, "points": points,
        }  # fmt: skip
        return Response(HistoryShape(answer).data)

    @extend_schema(
        operation_id="accounts_health_explain_retrieve",
        summary="Why a score changed",
        parameters=[
            day_parameter("from", "The earlier day.", required=True),
            day_parameter("to", "The later day.", required=True),
        ],
        responses=ExplanationShape,
    )
    def explain(self, request: Request, public_id: Any) -> Response:
        """The exact split of the change; the shown parts sum to the difference."""
        account = self.any_account()
        first = asked_day(request, "from", None)
        last = asked_day(request, "to", None)
        if first > last:
            raise ParameterRefused("to", "Give a day that is not before `from`.")
        found = explain_change(account, first, last)
        answer = {**vars(found), "account": account.public_id}
        return Response(ExplanationShape(answer).data)

    def any_account(self) -> Account:
        """An account the caller may see, archived ones too."""
        accounts = Account.objects.visible_to(self.person).defer("search")
        return get_object_or_404(accounts, public_id=self.kwargs["public_id"])


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


class ScorecardResource(Resource):
    """How scores are computed."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    queryset = Scorecard.objects.none()
    shape = ScorecardShape

    def get_queryset(self) -> QuerySet[Scorecard]:
        versions = ScorecardVersion.objects.order_by("-number")
        return Scorecard.objects.prefetch_related(
            "segments", Prefetch("versions", versions)
        )

    @extend_schema(summary="List scorecards")
    def list(self, request: Request) -> Response:
        """All scorecards, those in use and those that can be picked."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One scorecard", responses=ScorecardDetailShape)
    def one(self, request: Request, slug: str) -> Response:
        """One scorecard with its published definition."""
        card = get_object_or_404(self.get_queryset(), slug=slug)
        return Response(ScorecardDetailShape(card, context={"view": self}).data)


class CalculatorResource(Resource):
    """A score from raw values; nothing is stored."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    reads_with_post = True
    shape = CalculateAnswer
    parser_classes = (AnyNumberParser,)

    @extend_schema(
        operation_id="health_calculate",
        summary="Calculate a score",
        request=CalculateRequest,
        responses=CalculateAnswer,
    )
    def calculate(self, request: Request) -> Response:
        """Raw values by source key in, score with its reasons out.

        An unknown key or a value that is no finite number is refused and named; an
        absent key is missing data.
        """
        slug, values = _calculator_input(request.data)
        try:
            return Response(calculate(slug, values))
        except UnknownScorecard as error:
            raise ValidationError({"scorecard": [str(error)]}) from error
        except InvalidValue as error:
            raise ValidationError({"values": {error.key: [str(error)]}}) from error


def _calculator_input(body: Any) -> tuple[str, dict[str, Any]]:
    """The scorecard's slug and the raw values, unchecked: the service names faults."""
    if not isinstance(body, dict):
        raise ValidationError({"": ["Send an object with scorecard and values."]})
    slug, values = body.get("scorecard"), body.get("values")
    if not isinstance(slug, str):
        raise ValidationError({"scorecard": ["Name a scorecard by its slug."]})
    if not isinstance(values, dict):
        raise ValidationError({"values": ["Send an object of numbers by source key."]})
    return slug, values
