"""Several short lists read by one statement that is put together once.

What a page offers (people, teams, saved views) is a handful of short lists. Asked one
by one, writing each query and sending it takes several times as long as answering it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

Lists = Mapping[str, models.QuerySet[Any, Any]]
_MOST_KEPT = 2000
_kept: dict[Hashable, _Plan] = {}


@dataclass(frozen=True)
class _Plan:
    sql: str
    values: tuple[Any, ...]
    names: tuple[str, ...]


def small_lists(
    lists: Callable[[], Lists], *, key: Hashable
) -> dict[str, list[dict[str, Any]]]:
    """The rows of each list (querysets of ``values()``) in its order, by their names.

    Values come as JSON has them: ids and instants are text. ``key`` names these lists
    and holds everything they depend on: who asks.
    """
    plan = _kept.get(key)
    if plan is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        plan = _kept[key] = _written(lists())
    with connection.cursor() as cursor:
        cursor.execute(plan.sql, plan.values)
        return dict(zip(plan.names, cursor.fetchone(), strict=True))


def _written(lists: Lists) -> _Plan:
    parts: list[str] = []
    values: list[Any] = []
    for rows in lists.values():
        try:
            sql, own = rows.query.sql_with_params()
        except EmptyResultSet:
            parts.append("'[]'::json")
            continue
        parts.append(f"(SELECT coalesce(json_agg(line), '[]') FROM ({sql}) line)")
        values += own
    return _Plan(f"SELECT {', '.join(parts)}", tuple(values), tuple(lists))
