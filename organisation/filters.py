"""Filters of people and teams; their names are those of the pages."""

from __future__ import annotations

import django_filters

from organisation.models import Notification, Team, User
from organisation.permissions import Role


class UserFilter(django_filters.FilterSet):
    """By role, team and whether they may sign in."""

    role = django_filters.ChoiceFilter(choices=Role.choices)
    team = django_filters.ModelChoiceFilter(
        queryset=Team.objects.all(), to_field_name="public_id"
    )
    is_active = django_filters.BooleanFilter()
    email = django_filters.CharFilter(lookup_expr="iexact", max_length=254)

    class Meta:
        model = User
        fields: tuple[str, ...] = ()


class NotificationFilter(django_filters.FilterSet):
    """Read or not, and of which kind."""

    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")
    kind = django_filters.CharFilter(max_length=40)

    class Meta:
        model = Notification
        fields: tuple[str, ...] = ()
