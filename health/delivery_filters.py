"""Filters of deliveries in the API."""

from __future__ import annotations

import django_filters

from health.models import AlertDelivery, DeliveryOccasion, DeliveryStatus


class DeliveryFilter(django_filters.FilterSet):
    """Which deliveries a list shows."""

    alert = django_filters.UUIDFilter(field_name="alert__public_id")
    account = django_filters.UUIDFilter(field_name="alert__account__public_id")
    channel = django_filters.UUIDFilter(field_name="channel__public_id")
    person = django_filters.UUIDFilter(field_name="person__public_id")
    occasion = django_filters.ChoiceFilter(choices=DeliveryOccasion.choices)
    status = django_filters.ChoiceFilter(choices=DeliveryStatus.choices)

    class Meta:
        model = AlertDelivery
        fields: tuple[str, ...] = ()
