"""Alerts: opened, updated and closed by rules; handled by people; told to people."""

from health.services.alerts.escalating import (
    close_alerts_of_gone_accounts,
    escalate_overdue,
    wake_due_alerts,
)
from health.services.alerts.evaluating import evaluate_alerts
from health.services.alerts.handling import (
    AlertAlreadyClosed,
    CannotHandleAlert,
    acknowledge_alert,
    acknowledge_alerts,
    assign_alert,
    assign_alerts,
    close_alert,
    close_alerts,
    may_be_assigned,
    snooze_alert,
    snooze_alerts,
    wake_alert,
    wake_alerts,
)
from health.services.alerts.ledger import prune_ledger
from health.services.alerts.rules import StaleRule, update_rule

__all__ = [
    "AlertAlreadyClosed",
    "CannotHandleAlert",
    "StaleRule",
    "acknowledge_alert",
    "acknowledge_alerts",
    "assign_alert",
    "assign_alerts",
    "close_alert",
    "close_alerts",
    "close_alerts_of_gone_accounts",
    "escalate_overdue",
    "evaluate_alerts",
    "may_be_assigned",
    "prune_ledger",
    "snooze_alert",
    "snooze_alerts",
    "update_rule",
    "wake_alert",
    "wake_alerts",
    "wake_due_alerts",
]
