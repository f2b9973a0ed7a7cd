"""Counting several lists in one query that is put together once.

Django needs several times as long to write such a query as PostgreSQL to answer it, and
the side bar and the views of a queue are counted with every page. The query of a person
stays the same until what decides it changes; only the time moves on.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from core.paging import COUNT_CAP, Count

Lists = Mapping[str, models.QuerySet[Any]]
#: Queries are written for this moment and asked for another one.
_THEN = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_KEPT = 2000
_kept: dict[Hashable, _Plan] = {}


@dataclass(frozen=True)
class _Plan:
    """A query for all lists; a time among its values is a distance from "now"."""

    sql: str
    values: tuple[Any, ...]
    names: tuple[str, ...]

    def ask(self, now: datetime) -> dict[str, int]:
        found = dict.fromkeys(self.names, 0)
        if not self.sql:
            return found
        values = [now + v if isinstance(v, timedelta) else v for v in self.values]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            return found | {self.names[place]: n for place, n in cursor.fetchall()}


def capped_counts(
    lists: Callable[[datetime], Lists],
    *,
    key: Hashable,
    now: datetime,
    cap: int = COUNT_CAP,
) -> dict[str, Count]:
    """Count the lists of a moment to ``cap`` each, in one query.

    ``key`` names these lists and holds everything else they depend on: who asks, and
    what that person may see. Any time in them is ``now`` or a fixed distance from it.
    """
    plan = _kept.get((key, cap))
    if plan is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        plan = _kept[key, cap] = _written(lists(_THEN), cap)
    found = plan.ask(now)
    return {name: Count(min(n, cap), n > cap) for name, n in found.items()}


def _written(lists: Lists, cap: int) -> _Plan:
    parts: list[str] = []
    values: list[Any] = []
    for place, rows in enumerate(lists.values()):
        limited = rows.order_by().values_list(models.Value(1))[: cap + 1]
        try:
            sql, own = limited.query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {place}, count(*) FROM ({sql}) counted")
        values += [v - _THEN if isinstance(v, datetime) else v for v in own]
    return _Plan(" UNION ALL ".join(parts), tuple(values), tuple(lists))
