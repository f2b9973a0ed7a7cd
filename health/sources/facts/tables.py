"""What a fact table is: named columns that one query brings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from health.sources.scope import Scope

Query = Callable[[Scope, Sequence[str]], str]


@dataclass(frozen=True)
class FactTable:
    """Columns that share one scan. The query returns ``account_id`` and those asked.

    The query of a table with ``is_shared`` returns one row without account: it holds
    for the whole organisation. One with ``is_usage`` speaks of days that are over.
    """

    name: str
    columns: frozenset[str]
    query: Query
    is_shared: bool = False
    is_usage: bool = False


@dataclass(frozen=True)
class Column:
    """An aggregate over the last ``days`` (None: over all time) where ``where`` holds.

    ``until`` ends the window that many days before the day itself.
    """

    sql: str
    days: int | None = None
    where: str = ""
    until: int = 0


def windowed(
    name: str,
    *,
    relation: str,
    account: str,
    moment: str,
    columns: Mapping[str, Column],
    where: str = "true",
    is_date: bool = False,
) -> FactTable:
    """A table of aggregates over windows that end with the day.

    ``account`` is the alias whose ``account_id`` groups, ``moment`` the column with
    the time of a fact. Only the longest window asked for is scanned.
    """
    start, end = ("first", "<= {day}") if is_date else ("since", "< {end}")

    def query(scope: Scope, wanted: Sequence[str]) -> str:
        asked = {name: columns[name] for name in wanted}
        spans = [column.days for column in asked.values()]
        longest = None if None in spans else max(days for days in spans if days)
        selected = ", ".join(
            f"{_aggregate(column, longest)} AS {name}" for name, column in asked.items()
        )
        bound = f"AND {moment} >= {{{start}_{longest}}}" if longest else ""
        return (
            f"SELECT {account}.account_id, {selected} FROM {relation} "
            f"WHERE {moment} {end} {bound} AND {where} AND {{only_{account}}} "
            f"GROUP BY {account}.account_id"
        ).format_map(scope.sql)

    def _aggregate(column: Column, longest: int | None) -> str:
        conditions = [column.where] if column.where else []
        if column.days and column.days != longest:
            conditions.append(f"{moment} >= {{{start}_{column.days}}}")
        if column.until:
            conditions.append(f"{moment} < {{{start}_{column.until}}}")
        if not conditions:
            return column.sql
        return f"{column.sql} FILTER (WHERE {' AND '.join(conditions)})"

    return FactTable(name, frozenset(columns), query)


def templated(name: str, columns: Mapping[str, str], template: str) -> FactTable:
    """A table whose template has ``{columns}`` where the asked ones are selected."""

    def query(scope: Scope, wanted: Sequence[str]) -> str:
        selected = ", ".join(f"{columns[name]} AS {name}" for name in wanted)
        # Column expressions hold names of the scope themselves.
        return template.replace("{columns}", selected).format_map(scope.sql)

    return FactTable(name, frozenset(columns), query)
