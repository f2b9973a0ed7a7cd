"""Filters of pages to on call in the API."""

from __future__ import annotations

import django_filters

from health.models import OnCallPage, PageEnd


class OnCallPageFilter(django_filters.FilterSet):
    """Which pages a list shows."""

    ticket = django_filters.UUIDFilter(field_name="ticket__public_id")
    account = django_filters.UUIDFilter(field_name="ticket__account__public_id")
    is_open = django_filters.BooleanFilter(field_name="ended_at", lookup_expr="isnull")
    end_reason = django_filters.ChoiceFilter(choices=PageEnd.choices)

    class Meta:
        model = OnCallPage
        fields: tuple[str, ...] = ()
