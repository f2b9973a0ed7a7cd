"""Month partitions of the raw usage events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import connection


def ensure_months(days: Iterable[date]) -> None:
    """Make the partition of every month these (UTC) days fall into.

    Call it with the first and last occurrence before writing events; safe to repeat.
    """
    months = sorted({day.replace(day=1) for day in days})
    with connection.cursor() as cursor:
        for start in months:
            end = (start.replace(day=28) + _ONE_WEEK).replace(day=1)
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", ["partitions"])
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS usage_usageevent_{start:%Y%m} "
                "PARTITION OF usage_usageevent FOR VALUES FROM (%s) TO (%s)",
                [f"{start} 00:00+00", f"{end} 00:00+00"],
            )


_ONE_WEEK = date(2024, 1, 8) - date(2024, 1, 1)
