"""Alert rules as their pages show them."""

from __future__ import annotations

from django.db.models import Count, QuerySet

from health.models import Alert, AlertRule
from health.queries.alert_lists import ALL, in_tab
from organisation.models import User


def alert_rules() -> QuerySet[AlertRule]:
    """Every rule by name, those in use first, with segments and channels."""
    return AlertRule.objects.prefetch_related("segments", "channels").order_by(
        "-is_on", "name"
    )


def open_by_rule(user: User) -> dict[int, int]:
    """How many alerts that this person sees are open, by rule."""
    found = Alert.objects.visible_to(user).filter(in_tab(ALL, user)).order_by()
    return dict(found.values_list("rule_id").annotate(n=Count("pk")))
