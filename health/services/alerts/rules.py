"""Changing what an alert rule is set to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import Segment
from events.services import Actor, changes, record_event
from health.alert_rules import Settings, find_rule
from health.models import AlertChannel, AlertRule

FIELDS = (
    "name", "is_on", "severity", "enter_value", "leave_value", "window_days",
    "cool_down_days", "sends_email", "escalate_after_days",
)  # fmt: skip
LONGEST_COOL_DOWN, LONGEST_ESCALATION = 365, 90


class StaleRule(ValueError):
    """The rule was changed meanwhile; ``current`` is what it is now."""

    def __init__(self, current: AlertRule) -> None:
        super().__init__("Somebody else changed this rule.")
        self.current = current


@transaction.atomic
def update_rule(
    rule: AlertRule,
    *,
    by: Actor,
    expected_version: int | None = None,
    segments: Iterable[Segment] | None = None,
    channels: Iterable[AlertChannel] | None = None,
    **values: Any,
) -> AlertRule:
    """Change what is named; the next evaluation follows it.

    Raises StaleRule when ``expected_version`` is no longer the version, and
    ValidationError by field for values that make no sense: the leave value lies on
    the good side of the enter value.
    """
    current = AlertRule.objects.select_for_update().get(pk=rule.pk)
    if expected_version is not None and current.version != expected_version:
        raise StaleRule(current)
    before = AlertRule.objects.get(pk=rule.pk)
    for name, value in values.items():
        if name not in FIELDS:
            raise TypeError(f"A rule has no {name}.")
        setattr(current, name, value)
    _check(current)
    data = changes(before, current, FIELDS)
    data |= _linked(current, "segments", segments)
    data |= _linked(current, "channels", channels)
    if data:
        current.version += 1
        current.save()
        record_event("alert_rule_updated", by=by, subject=current, data=data)
    return current


def _check(rule: AlertRule) -> None:
    """Refuse values that the rule cannot be set to, field by field."""
    rule.full_clean(exclude=["key"])
    declared = find_rule(rule.key)
    problems: dict[str, str] = {}
    if declared is not None:
        set_to = Settings(rule.enter_value, rule.leave_value, rule.window_days)
        problems |= declared.problems(set_to)
    if rule.cool_down_days > LONGEST_COOL_DOWN:
        problems["cool_down_days"] = f"Give at most {LONGEST_COOL_DOWN} days."
    days = rule.escalate_after_days
    if days is not None and not 1 <= days <= LONGEST_ESCALATION:
        problems["escalate_after_days"] = f"Give 1 to {LONGEST_ESCALATION} days."
    if problems:
        raise ValidationError(problems)


def _linked(rule: AlertRule, name: str, wanted: Iterable[Any] | None) -> dict[str, Any]:
    """Set linked rows; what changed, by their names."""
    if wanted is None:
        return {}
    links = getattr(rule, name)
    chosen = list(wanted)
    before = sorted(str(each) for each in links.all())
    after = sorted(str(each) for each in chosen)
    if before == after:
        return {}
    links.set(chosen)
    return {name: [before, after]}
