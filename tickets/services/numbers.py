"""Ticket numbers: T-1001, T-1002, … from a sequence of the database."""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection

_NEXT = """
SELECT nextval(pg_get_serial_sequence('tickets_ticket', 'id')),
       'T-' || nextval('tickets_number_seq'),
       (SELECT team_id FROM tickets_supportlevel WHERE level = %s)
"""


def next_numbers(count: int = 1) -> list[str]:
    """Numbers nobody else gets, also not after a rollback."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'T-' || nextval('tickets_number_seq') FROM generate_series(1, %s)",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


class Place(NamedTuple):
    """Where a ticket that is about to be written will stand."""

    id: int
    number: str
    team_id: int | None


def next_place(level: int) -> Place:
    """The id and number of the next ticket, and the team of its level, at once."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [level])
        return Place(*cursor.fetchone())
