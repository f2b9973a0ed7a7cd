"""API addresses of alerts, their rules and the ledger."""

from django.urls import path

from health.api.alert_rules import (
    AccountRuleResource,
    AlertRuleResource,
    LedgerResource,
)
from health.api.alerts import AlertResource

_ACTIONS = [
    path(
        f"alerts/<uuid:public_id>/{action}/",
        AlertResource.as_view({"post": action}),
        name=f"api_alert_{action}",
    )
    for action in ("acknowledge", "assign", "snooze", "wake", "close")
]
patterns = [
    path("alerts/", AlertResource.as_view({"get": "list"}), name="api_alerts"),
    path(
        "alerts/bulk/", AlertResource.as_view({"post": "bulk"}), name="api_alerts_bulk"
    ),
    path(
        "alerts/<uuid:public_id>/",
        AlertResource.as_view({"get": "retrieve"}),
        name="api_alert",
    ),
    *_ACTIONS,
    path(
        "alert-rules/",
        AlertRuleResource.as_view({"get": "list"}),
        name="api_alert_rules",
    ),
    path(
        "alert-rules/<slug:key>/",
        AlertRuleResource.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="api_alert_rule",
    ),
    path(
        "alert-ledger/",
        LedgerResource.as_view({"get": "list"}),
        name="api_alert_ledger",
    ),
    path(
        "accounts/<uuid:public_id>/alert-rules/",
        AccountRuleResource.as_view({"get": "current"}),
        name="api_account_alert_rules",
    ),
]
