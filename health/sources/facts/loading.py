"""Columns of facts by name, loaded table by table when first asked for."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from health.sources.facts import (
    contacts,
    contracts,
    metrics,
    signals,
    tickets,
    usage,
    voices,
)
from health.sources.facts.tables import FactTable
from health.sources.reading import Floats, read_columns
from health.sources.scope import Scope

Flags = NDArray[np.bool_]

TABLES: tuple[FactTable, ...] = (
    *usage.TABLES,
    *contracts.TABLES,
    *tickets.TABLES,
    *contacts.TABLES,
    *voices.TABLES,
    *signals.TABLES,
)
TABLE_OF = {column: table for table in TABLES for column in table.columns}


def table_of(column: str) -> FactTable:
    """The table that brings a column."""
    found = metrics.table_of(column) or signals.table_of(column)
    return found or TABLE_OF[column]


class Facts:
    """Facts of the accounts of a scope, aligned to its ids; NaN where there is none.

    ``wanted`` names every column that will be asked for, so that each table is
    scanned once.
    """

    def __init__(self, scope: Scope, wanted: Iterable[str]) -> None:
        self.scope = scope
        self._wanted = frozenset(wanted)
        self._columns: dict[str, Floats] = {}

    def __getitem__(self, name: str) -> Floats:
        if name not in self._columns:
            table = table_of(name)
            names = sorted({c for c in self._wanted if c in table.columns} | {name})
            self._columns.update(_load(table, self.scope, names))
        return self._columns[name]

    def where(self, mask: Flags, name: str) -> Floats:
        """A column for the masked accounts only; for the others it is not read."""
        values = np.full(len(self.scope.ids), np.nan)
        if mask.any():
            narrowed = self.scope.narrowed(self.scope.ids[mask])
            values[mask] = _load(table_of(name), narrowed, [name])[name]
        return values


class FactsWanted:
    """Stands in for the facts of no account and notes which columns were asked."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Floats:
        self.names.add(name)
        return np.empty(0)

    def where(self, mask: Flags, name: str) -> Floats:
        return np.empty(0)


def _load(table: FactTable, scope: Scope, names: list[str]) -> dict[str, Floats]:
    count = len(scope.ids)
    if not count:
        return {name: np.empty(0) for name in names}
    sql = table.query(scope.complete() if table.is_usage else scope, names)
    if table.is_shared:
        _, columns = read_columns(f"SELECT 0 AS account_id, o.* FROM ({sql}) o", names)
        return {name: np.full(count, columns[name][0]) for name in names}
    ids, columns = read_columns(sql, names)
    places = np.searchsorted(scope.ids, ids)
    places[places == count] = 0
    is_ours = scope.ids[places] == ids
    aligned = {}
    for name in names:
        values = np.full(count, np.nan)
        values[places[is_ours]] = columns[name][is_ours]
        aligned[name] = values
    return aligned
