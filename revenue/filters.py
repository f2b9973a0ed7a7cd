"""Filters of subscriptions in the API."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters

from revenue.models import Subscription, SubscriptionQuerySet


class SubscriptionFilter(django_filters.FilterSet):
    """By account, by day, by name in another system, by change."""

    account = django_filters.UUIDFilter(field_name="account__public_id")
    active_on = django_filters.DateFilter(
        method="running", label="Started on or before the day and not ended by it."
    )
    is_trial = django_filters.BooleanFilter()
    source = django_filters.CharFilter(max_length=60)
    external_id = django_filters.CharFilter(max_length=200)
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at", lookup_expr="gte"
    )

    class Meta:
        model = Subscription
        fields: tuple[str, ...] = ()

    def running(self, rows: SubscriptionQuerySet, name: str, day: date) -> Any:
        return rows.active_on(day)
