"""Taking in product usage in bulk: the door that every way of sending it uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from django.db import transaction

from core.staging import Stage, copy_lines
from organisation.facts import organisation_timezone
from usage.bulk import upsert_usage_events

_COLUMNS = {
    "account_id": "bigint",
    "account_external_id": "text",
    "occurred_at": "timestamptz",
    "name": "text",
    "product_user": "text",
    "feature": "text",
    "is_session_start": "boolean",
    "quantity": "bigint",
}
_ACCOUNTS = """
UPDATE {s} s SET account_id = COALESCE(a.merged_into_id, a.id)
FROM accounts_accountexternalid e JOIN accounts_account a ON a.id = e.account_id
WHERE s.account_id IS NULL AND e.source = %(source)s
  AND e.external_id = s.account_external_id
"""
# Of messages with one key the first counts, as it does when they come apart.
_REPEATS = """
UPDATE {s} s SET outcome = 'unchanged'
FROM (
    SELECT row_no, min(row_no) OVER (PARTITION BY row_key) AS first_row FROM {s}
) d
WHERE d.row_no = s.row_no AND s.row_no > d.first_row
"""


@dataclass(frozen=True)
class Ingested:
    """What became of a batch; ``unknown`` are positions whose account is not here."""

    created: int
    updated: int
    unchanged: int
    unknown: list[int]


@transaction.atomic
def ingest_events(*, source: str, events: Sequence[Mapping[str, Any]]) -> Ingested:
    """Write a batch of usage events, each once, and rebuild the touched roll-ups.

    An event has ``key`` (its id at the source), ``occurred_at`` (aware), and
    ``account_external_id`` (in ``source``) or ``account_id``; it may have ``name``,
    ``product_user``, ``feature``, ``is_session_start`` and ``quantity``. The values
    must be of the right types and lengths. A key sent again with the same content
    changes nothing; with other content it replaces what it said before.
    """
    stage = Stage(_COLUMNS, mapped=_COLUMNS, source=source)
    stage.copy(
        ["row_no", "row_key", "content", *_COLUMNS],
        copy_lines(_row(number, event) for number, event in enumerate(events)),
    )
    stage.analyze()
    stage.run(_ACCOUNTS)
    stage.run("UPDATE {s} SET outcome = 'quarantined' WHERE account_id IS NULL")
    stage.run(_REPEATS)
    zone = organisation_timezone()
    upsert_usage_events(stage, zone=zone)
    counts = dict(stage.rows("SELECT outcome, count(*) FROM {s} GROUP BY outcome"))
    unknown = stage.rows(
        "SELECT row_no FROM {s} WHERE account_id IS NULL ORDER BY row_no"
    )
    stage.drop()
    return Ingested(
        created=counts.get("created", 0),
        updated=counts.get("updated", 0),
        unchanged=counts.get("unchanged", 0),
        unknown=[number for (number,) in unknown],
    )


def _row(number: int, event: Mapping[str, Any]) -> list[Any]:
    facts = [event.get(name) for name in _COLUMNS]
    said = "\x1f".join("" if fact is None else str(fact) for fact in facts)
    digest = md5(said.encode(), usedforsecurity=False).hexdigest()
    return [number, event["key"], digest, *facts]
