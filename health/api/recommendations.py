"""Recommendations over the API, and what is decided about them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from core.api import Conflict
from health.models import RecommendationDecision
from health.queries.recommendations import recommendations_for
from health.serializers.recommendations import (
    AcceptRecommendation,
    DecisionShape,
    DismissRecommendation,
    RecommendationList,
)
from health.services.recommendations import (
    NotRecommended,
    accept_recommendation,
    dismiss_recommendation,
    undo_decision,
)
from organisation.api_views import Resource
from organisation.permissions import Permission

_KEY = OpenApiParameter(
    "key", str, OpenApiParameter.PATH, description="Key of the dimension."
)


class RecommendationResource(Resource):
    """What the scorecard recommends for accounts the caller may see."""

    scope_area = "health"
    read_permission = Permission.VIEW_HEALTH
    write_permission = Permission.EDIT_TASKS
    queryset = RecommendationDecision.objects.none()
    shape = DecisionShape

    def get_queryset(self) -> QuerySet[RecommendationDecision]:
        accounts = Account.objects.live().visible_to(self.person)
        found = RecommendationDecision.objects.filter(account__in=accounts)
        return found.select_related("account", "task", "decided_by")

    def account(self) -> Account:
        """The live account of the address, if the caller may see it."""
        accounts = Account.objects.live().visible_to(self.person)
        return get_object_or_404(accounts, public_id=self.kwargs["public_id"])

    @extend_schema(
        operation_id="accounts_recommendations_list",
        summary="What is recommended for an account",
        responses=RecommendationList,
        filters=False,
    )
    def current(self, request: Request, public_id: Any) -> Response:
        """Most urgent first; without what was decided about lately."""
        found = recommendations_for(self.account())
        return Response(RecommendationList({"results": found}).data)

    @extend_schema(
        operation_id="accounts_recommendations_accept",
        summary="Make a task of a recommendation",
        parameters=[_KEY],
        request=AcceptRecommendation,
        responses={201: DecisionShape},
    )
    def accept(self, request: Request, public_id: Any, key: str) -> Response:
        """The task carries the action, and why."""
        account, values = self.account(), self.checked(AcceptRecommendation)
        try:
            task = accept_recommendation(
                account, dimension=key, by=self.person, **values
            )
        except NotRecommended as error:
            raise Conflict(str(error)) from error
        return self.answered(self.get_queryset().get(task=task), status=201)

    @extend_schema(
        operation_id="accounts_recommendations_dismiss",
        summary="Dismiss a recommendation",
        parameters=[_KEY],
        request=DismissRecommendation,
        responses={201: DecisionShape},
    )
    def dismiss(self, request: Request, public_id: Any, key: str) -> Response:
        """It stays away for 30 days; the reason is kept."""
        account, values = self.account(), self.checked(DismissRecommendation)
        try:
            decision = dismiss_recommendation(
                account, dimension=key, by=self.person, **values
            )
        except NotRecommended as error:
            raise Conflict(str(error)) from error
        return self.answered(self.get_queryset().get(pk=decision.pk), status=201)

    @extend_schema(
        operation_id="recommendations_undo",
        summary="Take a decision back",
        request=None,
        responses=DecisionShape,
    )
    def undo(self, request: Request, public_id: Any) -> Response:
        """Its task is removed, unless it is done already."""
        undo_decision(self.get_object(), by=self.person)
        return self.answered(self.get_object())
