"""The drivers of many changes at once, for alerts and mails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson
from django.db import connection

from health.attribution import NoSplit, split_change
from health.definition import Definition, parse_definition
from health.models import ScorecardVersion
from health.queries.change_sentences import explained_parts
from health.queries.changes import stored_side
from health.queries.snapshots import OLDEST_DAYS

Pair = tuple[int, date, date]
# Details of so many pairs are in memory at a time.
PAIRS_AT_ONCE = 2000


class _Stored(NamedTuple):
    version_id: int
    score: float | None
    override: float | None
    detail: dict[str, Any]


_SNAPSHOTS = """
SELECT p.place, s.version_id, s.score::float8, s.override_score::float8,
       s.detail::text
FROM unnest(%(ids)s::bigint[], %(days)s::date[]) WITH ORDINALITY p(id, day, place)
CROSS JOIN LATERAL (
    SELECT s.version_id, s.score, s.override_score, s.detail FROM health_snapshot s
    WHERE s.account_id = p.id AND NOT s.is_restated
      AND s.day BETWEEN p.day - %(oldest)s AND p.day
    ORDER BY s.day DESC LIMIT 1) s
"""


def drivers_of(
    pairs: Sequence[Pair], limit: int = 3
) -> dict[int, list[dict[str, Any]]]:
    """What moved the score of each account most between its two days.

    A pair is (account id, day before, day after), one for each account; each day is
    answered by its snapshot or the newest of the 7 days before. A driver is
    ``{"sentence", "points", "kind"}``; accounts without a split have none. A fixed
    number of queries per some thousand pairs.
    """
    definitions: dict[int, Definition] = {}
    found: dict[int, list[dict[str, Any]]] = {}
    for start in range(0, len(pairs), PAIRS_AT_ONCE):
        some = pairs[start : start + PAIRS_AT_ONCE]
        before = _snapshots([(account, day) for account, day, _ in some])
        after = _snapshots([(account, day) for account, _, day in some])
        _parse(definitions, [*before.values(), *after.values()])
        for place, (account, _, _) in enumerate(some, start=1):
            if place in before and place in after:
                drivers = _drivers(before[place], after[place], definitions, limit)
                if drivers:
                    found[account] = drivers
    return found


def _snapshots(days: Sequence[tuple[int, date]]) -> dict[int, _Stored]:
    with connection.cursor() as cursor:
        cursor.execute(
            _SNAPSHOTS,
            {
                "ids": [account for account, _ in days],
                "days": [day for _, day in days],
                "oldest": OLDEST_DAYS,
            },
        )
        return {
            place: _Stored(version, score, override, orjson.loads(detail))
            for place, version, score, override, detail in cursor.fetchall()
        }


def _parse(definitions: dict[int, Definition], rows: Sequence[_Stored]) -> None:
    """Read each scorecard version once."""
    new = {row.version_id for row in rows} - definitions.keys()
    if new:
        versions = ScorecardVersion.objects.filter(pk__in=new)
        for pk, definition in versions.values_list("pk", "definition"):
            definitions[pk] = parse_definition(definition)


def _drivers(
    before: _Stored, after: _Stored, definitions: dict[int, Definition], limit: int
) -> list[dict[str, Any]]:
    first, last = definitions[before.version_id], definitions[after.version_id]
    split = split_change(
        stored_side(first, before.detail, before.score, before.override),
        stored_side(last, after.detail, after.score, after.override),
    )
    if isinstance(split, NoSplit):
        return []
    return [
        {"sentence": part.sentence, "points": part.shown, "kind": part.kind}
        for part in explained_parts(split.parts, first, last)[:limit]
        if part.shown
    ]
