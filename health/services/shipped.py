"""What every installation starts with: five scorecards and two alert rules."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils import timezone

from health.models import AlertRule, Scorecard, ScorecardVersion
from health.presets import DEFAULT_SLUG, PRESETS

ENTERED_WORSE_BAND = "entered-worse-band"
FELL_IN_30_DAYS = "fell-in-30-days"

RULES: tuple[dict[str, Any], ...] = (
    {
        "key": ENTERED_WORSE_BAND,
        "name": "Entered a worse band",
        "severity": "high",
        "enter_value": None,
        # Points above the old band's lower bound at which the alert closes.
        "leave_value": 5.0,
        "cool_down_days": 14,
    },
    {
        "key": FELL_IN_30_DAYS,
        "name": "Fell in 30 days",
        "severity": "medium",
        "enter_value": -10.0,
        "leave_value": -5.0,
        "cool_down_days": 14,
    },
)

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
def create_alert_rules(*, rules: Model = AlertRule) -> int:
    """Create the alert rules that do not exist yet; returns how many."""
    made = 0
    for rule in RULES:
        values = {name: value for name, value in rule.items() if name != "key"}
        _, is_new = rules._default_manager.get_or_create(
            key=rule["key"], defaults=values
        )
        made += is_new
    return made
