"""Ticket numbers: T-1001, T-1002, … from a sequence of the database."""

from __future__ import annotations

from django.db import connection

_NEXT = """
SELECT nextval(pg_get_serial_sequence('tickets_ticket', 'id')),
       'T-' || nextval('tickets_number_seq')
"""


def next_numbers(count: int = 1) -> list[str]:
    """Numbers nobody else gets, also not after a rollback."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'T-' || nextval('tickets_number_seq') FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def next_id_and_number() -> tuple[int, str]:
    """Of a ticket that is about to be written, with what depends on it."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT)
        found: tuple[int, str] = cursor.fetchone()
        return found
