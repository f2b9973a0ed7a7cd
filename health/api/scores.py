"""Scores: now, over time, and what changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from core.api import ParameterRefused
from core.paging import Order
from health.api.days import asked_day, day_parameter
from health.api_answers import health_answer
from health.filters import ScoreFilter
from health.queries.changes import explain_change
from health.queries.snapshots import history, latest_snapshot, snapshot_on
from health.serializers import (
    ExplanationShape,
    HealthShape,
    HistoryShape,
    ScoreShape,
)
from organisation.api_views import Resource
from organisation.clock import today
from organisation.permissions import Permission

HISTORY_DAYS = 90


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
