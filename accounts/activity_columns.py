"""The columns of Account that say when it was last touched and last active."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

_LAST_TOUCH = """
UPDATE accounts_account a SET last_touch_at = t.last, updated_at = now()
FROM (
    SELECT ids.id, max(p.happened_at) FILTER (WHERE p.happened_at <= now()) AS last
    FROM unnest(%(ids)s::bigint[]) AS ids(id)
    LEFT JOIN accounts_touchpoint p ON p.account_id = ids.id
    GROUP BY ids.id
) t
WHERE a.id = t.id AND a.last_touch_at IS DISTINCT FROM t.last
"""


def write_last_touches(account_ids: Sequence[int]) -> int:
    """Bring ``last_touch_at`` up to date from touchpoints; returns accounts changed.

    Touchpoints that lie ahead are plans, not touches.
    """
    if not account_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_LAST_TOUCH, {"ids": list(account_ids)})
        return cursor.rowcount


def write_last_active(table: str) -> int:
    """Copy ``last_active_on`` from a temporary table; returns accounts changed.

    ``table`` has ``account_id`` and ``last_active_on``, written by the usage room.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_account a SET last_active_on = s.last_active_on, "
            f"updated_at = now() FROM {table} s WHERE a.id = s.account_id "
            "AND a.last_active_on IS DISTINCT FROM s.last_active_on"
        )
        return cursor.rowcount
