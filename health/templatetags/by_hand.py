"""What stands beside a score that people set by hand."""

from __future__ import annotations

from typing import Any

from django import template

from accounts.models import Account
from health.queries.override_lists import override_in_force

register = template.Library()


@register.inclusion_tag("health/by_hand_note.html")
def by_hand_note(account: Account) -> dict[str, Any]:
    """{% by_hand_note account %}: until when, and what the scorecard says."""
    override = override_in_force(account) if account.is_health_by_hand else None
    return {"account": account, "override": override}
