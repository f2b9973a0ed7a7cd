"""Addresses of this room's pages."""

from django.urls import path

from health import (
    delivery_urls,
    on_call_urls,
    override_urls,
    recommendation_urls,
    scorecard_urls,
)
from health.views import (
    account_health,
    alert_actions,
    alert_ledger,
    alert_rules,
    alerts,
    calculator,
    runs,
)

app_name = "health"

urlpatterns = [
    *scorecard_urls.patterns,
    *recommendation_urls.patterns,
    *delivery_urls.patterns,
    *override_urls.patterns,
    *on_call_urls.patterns,
    path("calculator/", calculator.calculator, name="calculator"),
    path(
        "calculator/accounts/",
        calculator.calculator_accounts,
        name="calculator_accounts",
    ),
    path("alerts/", alerts.alerts, name="alerts"),
    path(
        "alerts/acknowledge/",
        alert_actions.alerts_acknowledge,
        name="alerts_acknowledge",
    ),
    path("alerts/assign/", alert_actions.alerts_assign, name="alerts_assign"),
    path("alerts/snooze/", alert_actions.alerts_snooze, name="alerts_snooze"),
    path("alerts/wake/", alert_actions.alerts_wake, name="alerts_wake"),
    path("alerts/close/", alert_actions.alerts_close, name="alerts_close"),
    path("alerts/undo/<str:token>/", alert_actions.alerts_undo, name="alerts_undo"),
    path("alerts/ledger/", alert_ledger.alert_ledger, name="alert_ledger"),
    path("alerts/rules/", alert_rules.alert_rules, name="alert_rules"),
    path("alerts/rules/<slug:key>/", alert_rules.alert_rule, name="alert_rule"),
    path(
        "alerts/rules/<slug:key>/save/",
        alert_rules.alert_rule_save,
        name="alert_rule_save",
    ),
    path(
        "alerts/rules/<slug:key>/preview/",
        alert_rules.alert_rule_preview,
        name="alert_rule_preview",
    ),
    path(
        "alerts/rules/<slug:key>/switch/",
        alert_rules.alert_rule_switch,
        name="alert_rule_switch",
    ),
    path("alerts/<uuid:public_id>/", alerts.alert, name="alert"),
    path("runs/", runs.runs, name="runs"),
    path("runs/start/", runs.run_start, name="run_start"),
    path("runs/<uuid:public_id>/", runs.run, name="run"),
    path(
        "accounts/<uuid:public_id>/alerts/",
        alert_ledger.account_alert_rules,
        name="account_alert_rules",
    ),
    path(
        "accounts/<uuid:public_id>/health/",
        account_health.account_health,
        name="account_health",
    ),
    path(
        "accounts/<uuid:public_id>/health/history.csv",
        account_health.account_health_csv,
        name="account_health_csv",
    ),
]
