"""The nightly run: closes the days that are over, then shows the new day.

Asked every few minutes; it does what is due and nothing twice.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.segments import reassign_segments
from health.models import HealthRun
from health.services.overrides import end_expired_overrides
from health.services.requests import forget_old_event_runs
from health.services.runs import organisation_clock, recompute
from organisation.models import Organisation
from revenue.services import refresh_commercials

# Days that were missed (the machine was off) are closed later, at most so many.
CATCH_UP_DAYS = 7
# A day that failed so often waits for a person or for the next day.
MOST_FAILURES = 3
_NIGHTLY_LOCK = 0x4353_0003


def run_nightly_if_due() -> list[HealthRun]:
    """Close every day that is due and compute today; empty when nothing is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_NIGHTLY_LOCK])
        if not cursor.fetchone()[0]:
            return []
    try:
        days = due_days()
        if days:
            _turn_the_day()
            forget_old_event_runs(now=organisation_clock()[1])
        # Accounts and alerts follow the newest day only: once a night, not per day.
        return [
            recompute(
                day=day, trigger=HealthRun.Trigger.NIGHTLY, is_shown=day == days[-1]
            )
            for day in days
        ]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_NIGHTLY_LOCK])


def _turn_the_day() -> None:
    """What follows from the date alone: contracts end, overrides end, segments move."""
    end_expired_overrides()
    refresh_commercials(on=organisation_clock()[1].date())
    reassign_segments()


def due_days() -> list[date]:
    """Days to compute now, oldest first; today stands last and is provisional."""
    zone, now = organisation_clock()
    hour = Organisation.objects.values_list("run_hour", flat=True).first() or 0
    if now.hour < hour:
        return []
    today = now.date()
    days = [today - timedelta(days=back) for back in range(CATCH_UP_DAYS, -1, -1)]
    return [day for day in days if not _is_done(day, today, zone)]


def _is_done(day: date, today: date, zone: str) -> bool:
    """Whether a full run has finished, is at work, or has failed too often.

    A past day is closed by a run that began after the day's end.
    """
    runs = HealthRun.objects.filter(
        day=day,
        account_ids__isnull=True,
        is_restatement=False,
        started_at__gte=_begin(day if day == today else day + timedelta(days=1), zone),
    )
    if day == today:
        runs = runs.filter(trigger=HealthRun.Trigger.NIGHTLY)
    statuses = list(runs.values_list("status", flat=True))
    if {HealthRun.Status.FINISHED, HealthRun.Status.RUNNING} & set(statuses):
        return True
    return len(statuses) >= MOST_FAILURES


def _begin(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
