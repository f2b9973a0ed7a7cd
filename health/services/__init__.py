"""What this room can do: compute health, keep alerts, publish scorecards."""

from health.services.alerts import AlertAlreadyClosed, acknowledge_alert, close_alert
from health.services.band_counts import count_missing_days
from health.services.calculator import UnknownScorecard, calculate
from health.services.delivery_sending import send_due
from health.services.nightly import due_days, run_nightly_if_due
from health.services.overrides import (
    OverrideHasEnded,
    end_expired_overrides,
    lift_override,
    set_override,
)
from health.services.requests import (
    compute_at_once,
    recompute_requested,
    request_recompute,
)
from health.services.runs import (
    DayNotOver,
    NoScorecard,
    RunIsBusy,
    continue_run,
    organisation_clock,
    recompute,
    resume_stale_runs,
    start_run,
)
from health.services.shipped import create_alert_rules, publish_presets

__all__ = [
    "AlertAlreadyClosed",
    "DayNotOver",
    "NoScorecard",
    "OverrideHasEnded",
    "RunIsBusy",
    "UnknownScorecard",
    "acknowledge_alert",
    "calculate",
    "close_alert",
    "compute_at_once",
    "continue_run",
    "count_missing_days",
    "create_alert_rules",
    "due_days",
    "end_expired_overrides",
    "lift_override",
    "organisation_clock",
    "publish_presets",
    "recompute",
    "recompute_requested",
    "request_recompute",
    "resume_stale_runs",
    "run_nightly_if_due",
    "send_due",
    "set_override",
    "start_run",
]
