"""Which recomputations of open tickets a list shows."""

from __future__ import annotations

import django_filters

from tickets.models import ClockRebuild, RebuildStatus


class RebuildFilter(django_filters.FilterSet):
    """By what was edited, and by how far they are."""

    tier = django_filters.UUIDFilter(field_name="tier__public_id")
    calendar = django_filters.UUIDFilter(field_name="calendar__public_id")
    status = django_filters.ChoiceFilter(choices=RebuildStatus.choices)

    class Meta:
        model = ClockRebuild
        fields: tuple[str, ...] = ()
