"""Writing the health columns of accounts, set-based."""

from __future__ import annotations

from datetime import date

from django.db import connection

#: Columns of the temporary table that `write_health` reads. Score and band are those
#: people read; `computed` is the scorecard's score beside one set by hand.
HEALTH_ROW = """
    account_id bigint PRIMARY KEY, score numeric(4,1), band varchar(8),
    coverage numeric(4,1), change_30d numeric(4,1), band_30d varchar(8),
    is_by_hand boolean, computed numeric(4,1), reason varchar(200)
"""

# The first score of a week is appended, a later one replaces it; weeks between are
# gaps.
_WRITE = """
UPDATE accounts_account a SET
    health_score = n.score,
    health_band = n.band,
    health_coverage = n.coverage,
    health_change_30d = n.change_30d,
    health_band_30d = n.band_30d,
    health_reason = n.reason,
    is_health_by_hand = n.is_by_hand,
    health_computed_score = n.computed,
    health_day = %(day)s,
    health_weeks = n.weeks[greatest(cardinality(n.weeks) - 11, 1):]
FROM (
    SELECT n.*, CASE
        WHEN b.health_day IS NULL THEN ARRAY[n.score]
        WHEN b.health_day >= %(monday)s
            THEN trim_array(b.health_weeks, least(cardinality(b.health_weeks), 1))
                 || n.score
        ELSE b.health_weeks || array_fill(NULL::numeric(4,1), ARRAY[least(12,
                (%(monday)s - date_trunc('week', b.health_day)::date) / 7 - 1)])
             || n.score
        END AS weeks
    FROM {table} n JOIN accounts_account b ON b.id = n.account_id
    WHERE b.health_day IS NULL OR b.health_day <= %(day)s) n
WHERE a.id = n.account_id
"""


def write_health(*, table: str, day: date) -> int:
    """Copy the rows of a temporary table (`HEALTH_ROW`) to their accounts.

    Accounts that already show a later day are left alone. The series keeps one score
    per week, oldest first, the last twelve. Returns the number of accounts written.
    """
    monday = date.fromordinal(day.toordinal() - day.weekday())
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(table=table), {"day": day, "monday": monday})
        return cursor.rowcount
