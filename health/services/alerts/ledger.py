"""The ledger: evaluations in which a rule held and yet no alert was opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from health.models import AlertLedgerEntry

KEPT_DAYS = 90
PRUNED_AT_ONCE = 50_000


@dataclass(frozen=True)
class Entry:
    """A rule that held for an account and stayed quiet."""

    account_id: int
    rule_id: int
    reason: str
    value: float | None
    detail: str = ""


_UPSERT = """
INSERT INTO health_alertledgerentry AS kept
    (account_id, rule_id, day, reason, value, detail, times, first_at, last_at)
SELECT n.account_id, n.rule_id, %(day)s, n.reason, n.value, n.detail, 1, %(now)s,
    %(now)s
FROM unnest(%(accounts)s::bigint[], %(rules)s::bigint[], %(reasons)s::text[],
    %(values)s::float8[], %(details)s::text[])
    n(account_id, rule_id, reason, value, detail)
ORDER BY n.account_id, n.rule_id, n.reason
ON CONFLICT (account_id, rule_id, day, reason) DO UPDATE SET
    times = kept.times + 1, last_at = excluded.last_at, value = excluded.value,
    detail = excluded.detail
"""


def write_ledger(entries: Sequence[Entry], *, day: date, now: datetime) -> None:
    """Keep why these rules were quiet; the same reason on one day is one row."""
    if not entries:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            {
                "day": day,
                "now": now,
                "accounts": [each.account_id for each in entries],
                "rules": [each.rule_id for each in entries],
                "reasons": [each.reason for each in entries],
                "values": [each.value for each in entries],
                "details": [each.detail[:200] for each in entries],
            },
        )


def prune_ledger(*, now: datetime) -> int:
    """Forget entries older than 90 days, some at a time; returns how many."""
    oldest = (now - timedelta(days=KEPT_DAYS)).date()
    removed = 0
    while True:
        old = AlertLedgerEntry.objects.filter(day__lt=oldest).order_by("day", "id")
        found = list(old.values_list("pk", flat=True)[:PRUNED_AT_ONCE])
        if not found:
            return removed
        removed += AlertLedgerEntry.objects.filter(pk__in=found).delete()[0]
