"""Counts of the whole portfolio per day and band, and which accounts they count."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction
from django.db.models import Min

from accounts.models import Account
from health.models import BandCount, BandMembers, HealthRun
from health.queries.standings import standings_sql

#: A day of a hundred thousand accounts takes a second or two.
MISSING_AT_ONCE = 60
_LOCK = 0x4353_0005
# Both from one reading of the day, so that they never say different things.
_WRITE = """
, members AS (
    INSERT INTO health_bandmembers (day, band, currency, account_ids, arr)
    SELECT day, band, currency, array_agg(account_id ORDER BY account_id),
           array_agg(arr ORDER BY account_id)
    FROM standings GROUP BY day, band, currency
)
INSERT INTO health_bandcount (day, segment_id, plan_id, owner_id, team_id, currency,
    band, accounts, arr, score_sum, scored)
SELECT day, segment_id, plan_id, owner_id, team_id, currency, band,
       count(*), sum(arr), COALESCE(sum(score), 0), count(score)
FROM standings
GROUP BY day, segment_id, plan_id, owner_id, team_id, currency, band
"""


@transaction.atomic
def write_band_counts(day: date) -> int:
    """Write a day's counts anew; returns how many rows there are.

    Two writers of the same moment take turns, so a day never counts twice.
    """
    head, values = standings_sql([day])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute("SET LOCAL jit = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute("DELETE FROM health_bandcount WHERE day = %s", [day])
        cursor.execute("DELETE FROM health_bandmembers WHERE day = %s", [day])
        cursor.execute(head + _WRITE, values)
        return cursor.rowcount


def recount() -> int:
    """Count every counted day anew, after accounts went for good; returns the days."""
    days = BandCount.objects.order_by("day").values_list("day", flat=True).distinct()
    for day in (known := list(days)):
        write_band_counts(day)
    return len(known)


def count_missing_days(most: int = MISSING_AT_ONCE) -> int:
    """Count days with a whole run of which nobody noted who stood in which band.

    After an upgrade that may be years: the newest come first, some at a time. Returns
    how many were counted.
    """
    oldest = Account.objects.aggregate(day=Min("first_seen_on"))["day"]
    if oldest is None:
        return 0
    known = set(BandMembers.objects.values_list("day", flat=True).distinct())
    missing = [day for day in counted_days(oldest) if day not in known]
    for day in (newest := missing[-most:][::-1]):
        write_band_counts(day)
    return len(newest)


def counted_days(first: date | None = None, last: date | None = None) -> list[date]:
    """Days on which the whole portfolio was computed, oldest first."""
    runs = HealthRun.objects.filter(
        status=HealthRun.Status.FINISHED,
        is_restatement=False,
        account_ids__isnull=True,
    )
    if first is not None:
        runs = runs.filter(day__gte=first)
    if last is not None:
        runs = runs.filter(day__lte=last)
    return list(runs.order_by("day").values_list("day", flat=True).distinct())
