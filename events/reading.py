"""Reading on in the log: what has been committed since one last looked.

Claiming event by event costs a row per event; whoever only needs to know *which
accounts* something happened to reads on instead. A reader keeps PostgreSQL's snapshot
of its last look and next time takes what that snapshot did not see. So each committed
event is read exactly once, also one that got its id early and was committed late, and a
look costs what is new, however long the log is.

Transaction numbers belong to one database cluster. After a restore into another one the
reader starts anew from the moment it notices.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

_BEGIN = """
INSERT INTO events_eventreading (reader, seen)
VALUES (%s, pg_current_snapshot()::text) ON CONFLICT DO NOTHING
"""
_LOCK = """
SELECT seen, pg_snapshot_xmin(seen::pg_snapshot)::text,
       pg_snapshot_xmax(seen::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
FROM events_eventreading WHERE reader = %s FOR UPDATE SKIP LOCKED
"""
_IS_NEW = """
{x}.transaction >= %(first)s::bigint
AND NOT pg_visible_in_snapshot({x}.transaction::text::xid8, %(seen)s::pg_snapshot)
"""
# One statement, so that what is read and what is noted as seen are the same.
_READ = f"""
CREATE TEMP TABLE {{into}} ON COMMIT DROP AS
SELECT account_id, NULL::text AS kind, NULL::bigint AS subject_id, NULL::text AS seen
FROM (
    SELECT e.account_id FROM events_event e
    WHERE {_IS_NEW.format(x="e")} AND e.account_id IS NOT NULL
      AND e.kind LIKE ANY (%(kinds)s)
    UNION
    SELECT c.account_id FROM events_accountchange c WHERE {_IS_NEW.format(x="c")}
) changed
UNION ALL
SELECT DISTINCT NULL::bigint, e.kind, e.subject_id, NULL FROM events_event e
WHERE {_IS_NEW.format(x="e")} AND e.account_id IS NULL AND e.kind LIKE ANY (%(kinds)s)
UNION ALL
SELECT NULL, NULL, NULL, pg_current_snapshot()::text
"""
_NOTE = """
UPDATE events_eventreading SET read_at = now(),
    seen = (SELECT seen FROM {into} WHERE seen IS NOT NULL)
WHERE reader = %s
"""
_CHANGED = """
INSERT INTO events_accountchange (account_id)
SELECT DISTINCT account_id FROM {table} WHERE account_id IS NOT NULL {where}
ORDER BY account_id
ON CONFLICT (account_id) DO UPDATE SET transaction = EXCLUDED.transaction
"""


def read_on(reader: str, *, kinds: Sequence[str], into: str) -> bool:
    """Put what is new for this reader into a temporary table; False: nothing to do.

    ``kinds`` are LIKE patterns. The table has each account once (``account_id``), and
    ``kind`` and ``subject_id`` of events about no account. It commits with the caller's
    transaction: if the effect fails, the same is read again. The first look of a
    reader only marks where to begin; so does one while another process reads.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [reader])
        if cursor.rowcount:
            return False
        cursor.execute(_LOCK, [reader])
        mark = cursor.fetchone()
        if mark is None:
            return False
        seen, first, is_same_cluster = mark
        if not is_same_cluster:
            cursor.execute(
                "DELETE FROM events_eventreading WHERE reader = %s", [reader]
            )
            cursor.execute(_BEGIN, [reader])
            return False
        cursor.execute(f"DROP TABLE IF EXISTS {into}")
        cursor.execute(
            _READ.replace("{into}", into),
            {"seen": seen, "first": first, "kinds": list(kinds)},
        )
        cursor.execute(_NOTE.replace("{into}", into), [reader])
        cursor.execute(f"SELECT count(*) > 1 FROM {into}")
        return bool(cursor.fetchone()[0])


def note_changed_accounts(table: str, *, where: str = "") -> None:
    """Facts of these accounts changed that are too many for the log.

    ``table`` has ``account_id``, with repeats or none; ``where`` narrows it.
    """
    condition = f"AND ({where})" if where else ""
    statement = _CHANGED.replace("{table}", table).replace("{where}", condition)
    with connection.cursor() as cursor:
        cursor.execute(statement)
