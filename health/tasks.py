"""Background work of this room: thin doors to its services."""

from __future__ import annotations

import contextlib
from datetime import date

from celery import shared_task
from django.utils import timezone

from health import services
from health.models import HealthRun
from health.services.alerts import escalate_overdue, prune_ledger, wake_due_alerts
from health.services.on_call import follow_tickets, send_pages


@shared_task
def recompute_health(
    day: str, trigger: str = "person", account_ids: list[int] | None = None
) -> int:
    """Compute health as of a day; returns the id of the run."""
    run = services.recompute(
        day=date.fromisoformat(day), trigger=trigger, account_ids=account_ids
    )
    return run.pk


@shared_task
def recompute_requested() -> None:
    """Compute accounts again whose facts have changed; safe to ask at any time.

    An override whose last day is over is such a fact.
    """
    services.end_expired_overrides()
    services.recompute_requested()


@shared_task
def run_nightly_if_due() -> None:
    """Close the days that are over; safe to ask at any time."""
    services.run_nightly_if_due()


@shared_task
def count_missing_days() -> None:
    """Count past days that were never counted whole; safe to ask at any time."""
    services.count_missing_days()


@shared_task
def continue_run(run_id: int) -> None:
    """Do the work of a run that a page wrote down; somebody else may be at it."""
    run = HealthRun.objects.filter(pk=run_id).first()
    if run is not None:
        with contextlib.suppress(services.RunIsBusy):
            services.continue_run(run)


@shared_task
def resume_stale_runs() -> None:
    """Continue runs whose process died."""
    services.resume_stale_runs()


@shared_task
def send_alert_deliveries() -> None:
    """Send the mails and posts about alerts that are due."""
    services.send_due()


@shared_task
def page_on_call() -> None:
    """Page whoever is on call about tickets; safe to run twice and side by side."""
    now = timezone.now()
    follow_tickets(now)
    send_pages(now)


@shared_task
def follow_alerts_in_time() -> None:
    """Escalate what nobody took, wake what slept long enough; safe to ask again."""
    now = timezone.now()
    wake_due_alerts(now)
    escalate_overdue(now)


@shared_task
def prune_alert_ledger() -> None:
    """Forget why alerts were not opened after 90 days."""
    prune_ledger(now=timezone.now())
