"""API of subscriptions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Account
from core.paging import Order
from organisation.api_views import Resource
from organisation.clock import today
from organisation.permissions import Permission
from revenue.filters import SubscriptionFilter
from revenue.models import Subscription
from revenue.serializers import (
    SubscriptionChange,
    SubscriptionCreate,
    SubscriptionShape,
)
from revenue.services import change_subscription, create_subscription


class SubscriptionResource(Resource):
    """Contract lines of the accounts the caller may see."""

    scope_area = "revenue"
    read_permission = Permission.VIEW_REVENUE
    write_permission = Permission.EDIT_REVENUE
    queryset = Subscription.objects.none()
    shape = SubscriptionShape
    filterset_class = SubscriptionFilter
    expandable = ("plan",)
    orders = {
        "start": Order("start", "start_on", is_nullable=False),
        "updated": Order("updated", "updated_at", is_nullable=False),
    }

    def get_queryset(self) -> QuerySet[Subscription]:
        accounts = Account.objects.live().visible_to(self.person)
        rows = Subscription.objects.filter(account__in=accounts)
        return rows.select_related("account", "plan").defer("account__search")

    @extend_schema(summary="List subscriptions")
    def list(self, request: Request) -> Response:
        """Running and ended ones; `active_on` asks for one day."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One subscription")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One subscription."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create a subscription",
        request=SubscriptionCreate,
        responses={201: SubscriptionShape},
    )
    def create(self, request: Request) -> Response:
        """A new contract line; the account's ARR follows at once."""
        values = self.checked(SubscriptionCreate)
        row = create_subscription(by=self.person, **values)
        response = self.answered(self.get_queryset().get(pk=row.pk), status=201)
        response["Location"] = reverse("api_subscription", args=[row.public_id])
        return response

    @extend_schema(
        summary="Change a subscription",
        request=SubscriptionChange,
        responses=SubscriptionShape,
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change what is named; amount and seats hold from the day `on`."""
        row = self.get_object()
        values = self.checked(SubscriptionChange, partial=True)
        day = values.pop("on", None) or today()
        change_subscription(row, by=self.person, on=day, **values)
        return self.answered(self.get_object())
