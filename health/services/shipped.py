"""What every installation starts with: its scorecards and its alert rules."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from health.alert_rules import ENTERED_WORSE_BAND, FELL_IN_30_DAYS, RULES, Rule
from health.models import AlertRule, Scorecard, ScorecardVersion
from health.presets import DEFAULT_SLUG, PRESETS

#: The rules of the first release; migrations of that time create no others.
FIRST_RULES = (ENTERED_WORSE_BAND, FELL_IN_30_DAYS)

Model = type[models.Model]


@transaction.atomic
def publish_presets(
    *, scorecards: Model = Scorecard, versions: Model = ScorecardVersion
) -> int:
    """Publish the shipped scorecards that do not exist yet; returns how many.

    What people made of a shipped scorecard is left alone. Migrations hand in the
    models as they were then.
    """
    made = 0
    has_default = scorecards._default_manager.filter(is_default=True).exists()
    for position, preset in enumerate(PRESETS):
        is_default = preset.slug == DEFAULT_SLUG and not has_default
        card, is_new = scorecards._default_manager.get_or_create(
            slug=preset.slug,
            defaults={
                "name": preset.label,
                "description": preset.description,
                "priority": 100 + position,
                "is_default": is_default,
                "is_active": is_default,
            },
        )
        if is_new:
            versions._default_manager.create(
                scorecard=card,
                number=1,
                status="published",
                definition=preset.definition,
                note="Shipped with the platform.",
                published_at=timezone.now(),
            )
            made += 1
    return made


@transaction.atomic
def create_alert_rules(
    *, rules: Model = AlertRule, keys: Collection[str] | None = None
) -> int:
    """Create the alert rules that do not exist yet; returns how many.

    What people made of a rule is left alone. Migrations hand in the model as it was
    then, and which rules there were.
    """
    made = 0
    columns = {field.name for field in rules._meta.get_fields()}
    for rule in RULES:
        if keys is not None and rule.key not in keys:
            continue
        values = {k: v for k, v in _shipped(rule).items() if k in columns}
        _, is_new = rules._default_manager.get_or_create(key=rule.key, defaults=values)
        made += is_new
    return made


def _shipped(rule: Rule) -> dict[str, Any]:
    """What a rule is set to before anybody changes it."""
    return {
        "name": rule.name,
        "severity": rule.severity,
        "enter_value": rule.defaults.enter,
        "leave_value": rule.defaults.leave,
        "window_days": rule.defaults.window,
        "cool_down_days": rule.cool_down_days,
    }
