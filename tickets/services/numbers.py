"""Ticket numbers: T-1001, T-1002, … from a sequence of the database."""

from __future__ import annotations

from django.db import connection


def next_numbers(count: int = 1) -> list[str]:
    """Numbers nobody else gets, also not after a rollback."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'T-' || nextval('tickets_number_seq') FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]
