"""What a failed run was to compute is asked for again, later each time.

A run after a change takes the requests it answers. When it fails they come back, so
that scores do not wait for the night; the more often runs have failed of late, the
longer they wait.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from health.models import HealthRun

FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=4)
_LATELY = timedelta(days=1)

# A request that came meanwhile stands as it is.
_ASK_AGAIN = """
INSERT INTO health_recomputerequest (account_id, first_at, due_at)
SELECT DISTINCT a.id, %(now)s::timestamptz, %(due)s::timestamptz
FROM accounts_account b
JOIN accounts_account a ON a.id = coalesce(b.merged_into_id, b.id)
WHERE a.archived_at IS NULL AND a.merged_into_id IS NULL
  AND (%(ids)s::bigint[] IS NULL OR b.id = ANY(%(ids)s::bigint[]))
ORDER BY a.id
ON CONFLICT (account_id) DO NOTHING
"""


def ask_again(run: HealthRun, *, now: datetime) -> None:
    """Request the accounts of a run after a change that has failed.

    Belongs into the transaction that writes the failure down. Runs by hand, by
    command and of the night are not repeated here.
    """
    if run.trigger != HealthRun.Trigger.EVENT:
        return
    due = now + _wait(now)
    with connection.cursor() as cursor:
        cursor.execute(_ASK_AGAIN, {"now": now, "due": due, "ids": run.account_ids})


def _wait(now: datetime) -> timedelta:
    """Twice as long with each failure of the last day."""
    failures = HealthRun.objects.filter(
        trigger=HealthRun.Trigger.EVENT,
        status=HealthRun.Status.FAILED,
        finished_at__gt=now - _LATELY,
    ).count()
    return min(FIRST_WAIT * 2 ** min(max(failures - 1, 0), 10), LONGEST_WAIT)
