"""The commercial columns of Account, written for the revenue room."""

from __future__ import annotations

from django.db import connection

COLUMNS = (
    "mrr_amount",
    "arr_amount",
    "arr_currency",
    "licensed_seats",
    "renewal_on",
    "has_subscription",
    "is_churned",
)


def write_commercials(table: str) -> int:
    """Copy the commercial columns from a temporary table; returns accounts changed.

    ``table`` has ``account_id``, COLUMNS and ``first_start_on``, the day of the first
    subscription: a customer has begun by then, whatever was said before. Rows that are
    already right stay untouched, so a repeat writes nothing.
    """
    pairs = ", ".join(f"{column} = s.{column}" for column in COLUMNS)
    ours = ", ".join(f"a.{column}" for column in COLUMNS)
    theirs = ", ".join(f"s.{column}" for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_account a SET {pairs}, updated_at = now(), "
            "first_seen_on = LEAST(a.first_seen_on, s.first_start_on) "
            f"FROM {table} s WHERE a.id = s.account_id "
            f"AND (({ours}) IS DISTINCT FROM ({theirs}) "
            "OR a.first_seen_on > s.first_start_on)"
        )
        return cursor.rowcount
