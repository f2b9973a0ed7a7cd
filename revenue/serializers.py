"""Shapes of subscriptions in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.models import Account, Plan
from accounts.serializers import MAX_COUNT, PlanShape, RowChoice, VisibleAccount
from core.api import ChosenFields, Reference
from revenue.models import Subscription


class SubscriptionShape(ChosenFields):
    """A contract line; amount and seats are those that hold now."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    account = serializers.UUIDField(source="account.public_id", read_only=True)
    plan = Reference(PlanShape, allow_null=True)
    mrr_amount = serializers.FloatField(read_only=True)

    class Meta:
        model = Subscription
        fields = (
            "id", "account", "plan", "currency", "mrr_amount", "seats", "start_on",
            "end_on", "renews_on", "term_months", "is_auto_renew", "is_trial",
            "source", "external_id", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class TermsWrite(serializers.Serializer):
    """What may be set on a subscription at any time."""

    plan = RowChoice(queryset=Plan.objects.all())
    mrr_amount = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    seats = serializers.IntegerField(
        min_value=0, max_value=MAX_COUNT, allow_null=True, required=False
    )
    end_on = serializers.DateField(allow_null=True, required=False)
    renews_on = serializers.DateField(allow_null=True, required=False)
    term_months = serializers.IntegerField(
        min_value=1, max_value=1200, allow_null=True, required=False
    )
    is_auto_renew = serializers.BooleanField(required=False)


class SubscriptionCreate(TermsWrite):
    """A new subscription."""

    account = VisibleAccount(
        queryset=Account.objects.none(), required=True, allow_null=False
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    start_on = serializers.DateField()
    is_trial = serializers.BooleanField(required=False)
    source = serializers.CharField(max_length=60, allow_blank=True, required=False)
    external_id = serializers.CharField(
        max_length=200, allow_blank=True, required=False
    )


class SubscriptionChange(TermsWrite):
    """A change, and the day from which amount and seats hold (today if not given)."""

    on = serializers.DateField(required=False)

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        fields["mrr_amount"].required = False
        return fields
