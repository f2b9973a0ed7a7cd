"""Filters of scores and alerts in the API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from accounts.models import Account, Segment
from health.models import Alert, AlertLedgerEntry, AlertSeverity, LedgerReason


class ScoreFilter(django_filters.FilterSet):
    """Which accounts' scores a list shows."""

    band = django_filters.MultipleChoiceFilter(
        field_name="health_band", choices=Account.Band.choices, distinct=False
    )
    segment = extend_schema_field(OpenApiTypes.STR)(
        django_filters.ModelMultipleChoiceFilter(
            field_name="segment__slug",
            queryset=Segment.objects.all(),
            to_field_name="slug",
            distinct=False,
            label="Slugs of segments.",
        )
    )
    owner = django_filters.UUIDFilter(field_name="owner__public_id")
    score_min = django_filters.NumberFilter(
        field_name="health_score", lookup_expr="gte", min_value=0, max_value=100
    )
    score_max = django_filters.NumberFilter(
        field_name="health_score", lookup_expr="lte", min_value=0, max_value=100
    )
    day_since = django_filters.DateFilter(
        field_name="health_day", lookup_expr="gte", label="Scored on or after this day."
    )

    class Meta:
        model = Account
        fields: tuple[str, ...] = ()


class AlertFilter(django_filters.FilterSet):
    """Which alerts a list shows; open ones if nothing is said."""

    state = django_filters.ChoiceFilter(
        method="in_state",
        choices=[
            ("open", "Open"),
            ("awake", "Open and not snoozed"),
            ("snoozed", "Snoozed"),
            ("closed", "Closed"),
            ("all", "All"),
        ],
        label="`open` if not given; that includes snoozed ones.",
    )
    rule = django_filters.CharFilter(field_name="rule__key", max_length=60)
    severity = django_filters.ChoiceFilter(
        field_name="rule__severity", choices=AlertSeverity.choices
    )
    account = django_filters.UUIDFilter(field_name="account__public_id")
    owner = django_filters.UUIDFilter(field_name="account__owner__public_id")
    assignee = django_filters.UUIDFilter(field_name="assignee__public_id")
    segment = extend_schema_field(OpenApiTypes.STR)(
        django_filters.ModelMultipleChoiceFilter(
            field_name="account__segment__slug",
            queryset=Segment.objects.all(),
            to_field_name="slug",
            distinct=False,
            label="Slugs of segments.",
        )
    )
    updated_since = django_filters.IsoDateTimeFilter(
        field_name="updated_at", lookup_expr="gte"
    )

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        found = super().filter_queryset(queryset)
        if not self.form.cleaned_data.get("state"):
            return found.filter(closed_at__isnull=True)
        return found

    def in_state(self, alerts: QuerySet[Alert], name: str, state: str) -> Any:
        if state == "all":
            return alerts
        if state in ("awake", "snoozed"):
            is_awake = state == "awake"
            return alerts.open().filter(snoozed_at__isnull=is_awake)  # type: ignore[attr-defined]
        return alerts.filter(closed_at__isnull=state == "open")


class LedgerFilter(django_filters.FilterSet):
    """Which evaluations that opened nothing a list shows."""

    rule = django_filters.CharFilter(field_name="rule__key", max_length=60)
    reason = django_filters.ChoiceFilter(choices=LedgerReason.choices)
    account = django_filters.UUIDFilter(field_name="account__public_id")
    since = django_filters.DateFilter(field_name="day", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="day", lookup_expr="lte")

    class Meta:
        model = AlertLedgerEntry
        fields: tuple[str, ...] = ()
