"""Addresses of this room's pages."""

from django.urls import path

from health import scorecard_urls
from health.views import (
    account_health,
    alert_actions,
    alerts,
    calculator,
    runs,
)

app_name = "health"

urlpatterns = [
    *scorecard_urls.patterns,
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
    path("alerts/close/", alert_actions.alerts_close, name="alerts_close"),
    path("alerts/<uuid:public_id>/", alerts.alert, name="alert"),
    path("runs/", runs.runs, name="runs"),
    path("runs/start/", runs.run_start, name="run_start"),
    path("runs/<uuid:public_id>/", runs.run, name="run"),
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
