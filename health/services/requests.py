"""Computing accounts again soon after a fact about them changed.

Every few seconds: read on in the event log, note the accounts that something happened
to, and compute those that are due in one run. Many facts about one account make one
request; it waits a moment for more to come, but never long. Taking the due requests and
writing down their run is one transaction, so a crash in between loses nothing: the
sweep continues the run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from events.reading import read_on
from health.models import HealthRun, RecomputeRequest
from health.queries.scorecards import active_cards
from health.services.runs import (
    RunIsBusy,
    continue_run,
    organisation_clock,
    start_run,
)

READER = "health"
#: Facts that feed scores, as LIKE patterns over kinds of events. Usage and metric
#: values come by the million and are noted without events.
FEEDING = (
    "account_created", "account_updated", "account_merged", "account_restored",
    "segment_changed", "survey%", "touchpoint%", "contact%",
    "subscription%", "payment%", "overdue%", "renewal%", "churn%", "metric%",
    "ticket_created", "ticket_updated", "ticket_status_changed", "ticket_resolved",
    "ticket_closed", "ticket_reopened", "ticket_replied", "ticket_escalated",
    "ticket_rated", "ticket_merged", "ticket_absorbed", "ticket_marked_spam",
    "ticket_unmarked_spam", "ticket_change_undone", "sla_breached",
)  # fmt: skip
#: What changes the scores of everybody, and those of all accounts on a plan. A
#: published version does so only when its scorecard is in use.
FOR_EVERYONE = (
    "scorecard_use_changed", "scorecard_order_changed", "scorecard_default_changed",
    "scorecard_archived",
)  # fmt: skip
PUBLISHED = "scorecard_published"
FOR_A_PLAN = ("plan_updated",)

WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(seconds=30)
KEPT = timedelta(days=7)
_LOCK = 0x4353_0004
_FRESH = "health_fresh"

_REQUEST = """
INSERT INTO health_recomputerequest AS r (account_id, first_at, due_at)
SELECT DISTINCT a.id, %(now)s::timestamptz, %(due)s::timestamptz
FROM ({ids}) f(id)
JOIN accounts_account b ON b.id = f.id
JOIN accounts_account a ON a.id = coalesce(b.merged_into_id, b.id)
WHERE a.archived_at IS NULL AND a.merged_into_id IS NULL
ORDER BY a.id
ON CONFLICT (account_id) DO UPDATE
    SET due_at = least(r.first_at + %(longest)s::interval, EXCLUDED.due_at)
"""
_FRESH_IDS = f"""
SELECT account_id FROM {_FRESH} WHERE account_id IS NOT NULL
UNION
SELECT p.id FROM {_FRESH} k JOIN accounts_account p ON p.plan_id = k.subject_id
WHERE k.kind = ANY(%(plans)s)
"""
_IS_FOR_EVERYONE = f"""
SELECT EXISTS (
    SELECT 1 FROM {_FRESH} f LEFT JOIN health_scorecard s ON s.id = f.subject_id
    WHERE f.kind = ANY(%s) OR (f.kind = %s AND s.is_active))
"""


def request_recompute(
    account_ids: Iterable[int], *, now: datetime | None = None
) -> int:
    """These accounts are to be computed again in a moment; returns how many."""
    return _request(
        "SELECT unnest(%(ids)s::bigint[])", now=now, params={"ids": list(account_ids)}
    )


def recompute_requested(*, now: datetime | None = None) -> list[HealthRun]:
    """Note what has changed and compute what is due; the runs that were made.

    Safe to ask at any time: a second process asking meanwhile does nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return []
    try:
        started = [collect_requests(now=now), _take_due(now=now)]
        return [_continued(run) for run in started if run is not None]
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _continued(run: HealthRun) -> HealthRun:
    """The sweep may have been quicker; then it is doing the work."""
    with contextlib.suppress(RunIsBusy):
        return continue_run(run)
    return run


@transaction.atomic
def collect_requests(*, now: datetime | None = None) -> HealthRun | None:
    """Turn new events into requests, or into a run when they are about everybody."""
    kinds = [*FEEDING, *FOR_EVERYONE, PUBLISHED, *FOR_A_PLAN]
    if not read_on(READER, kinds=kinds, into=_FRESH):
        return None
    with connection.cursor() as cursor:
        cursor.execute(_IS_FOR_EVERYONE, [list(FOR_EVERYONE), PUBLISHED])
        is_for_everyone = cursor.fetchone()[0]
    if is_for_everyone:
        # The run reads its facts later than this, so it answers all requests.
        RecomputeRequest.objects.all().delete()
        return start_run(day=_today(), trigger=HealthRun.Trigger.EVENT)
    _request(_FRESH_IDS, now=now, params={"plans": list(FOR_A_PLAN)})
    return None


def compute_at_once(account_ids: Iterable[int]) -> None:
    """Compute these accounts now, because somebody waits for their page.

    What cannot be computed now stays requested.
    """
    if not any(not card.segment_ids for card in active_cards()):
        return
    with transaction.atomic():
        ids = list(account_ids)
        RecomputeRequest.objects.filter(account__in=ids).delete()
        day = _today()
        run = start_run(day=day, trigger=HealthRun.Trigger.EVENT, account_ids=ids)
    _continued(run)


def forget_old_event_runs(*, now: datetime) -> int:
    """Runs after a change are many; those without a fault are kept for a week."""
    runs = HealthRun.objects.filter(
        trigger=HealthRun.Trigger.EVENT,
        status=HealthRun.Status.FINISHED,
        errors=0,
        account_ids__isnull=False,
        started_at__lt=now - KEPT,
    )
    return runs.delete()[0]


@transaction.atomic
def _take_due(*, now: datetime | None) -> HealthRun | None:
    """Take what is due and write down its run, in one transaction.

    While a run of everybody is at work requests wait: it may have read an account's
    facts before they changed and would write over the newer score.
    """
    today = _today()
    is_busy = HealthRun.objects.filter(
        status=HealthRun.Status.RUNNING, account_ids__isnull=True, day=today
    ).exists()
    if is_busy:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM health_recomputerequest WHERE due_at <= %s "
            "RETURNING account_id",
            [now or timezone.now()],
        )
        ids = [account for (account,) in cursor.fetchall()]
    if not ids:
        return None
    return start_run(day=today, trigger=HealthRun.Trigger.EVENT, account_ids=ids)


def _request(ids: str, *, now: datetime | None, params: dict[str, list[Any]]) -> int:
    moment = now or timezone.now()
    waits: dict[str, Any] = {
        "now": moment,
        "due": moment + WAIT,
        "longest": str(LONGEST_WAIT),
    }
    with connection.cursor() as cursor:
        cursor.execute(_REQUEST.replace("{ids}", ids), {**params, **waits})
        return cursor.rowcount


def _today() -> date:
    return organisation_clock()[1].date()
