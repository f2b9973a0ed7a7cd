"""Rows on their way in: a temporary table, filled by COPY, applied by set-based SQL.

A room's ``bulk.py`` takes a :class:`Stage` whose columns are named after the facts,
decides for every open row what becomes of it, and leaves ``outcome`` and ``target_id``
behind. Nothing here knows any room.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

from django.db import connection

#: What became of a row. ``follows`` means: the same as the row in ``follows_row``.
CREATED = "created"
UPDATED = "updated"
UNCHANGED = "unchanged"
REJECTED = "rejected"
QUARANTINED = "quarantined"
FOLLOWS = "follows"

BOOKKEEPING = {
    "row_no": "int",
    "row_key": "text",
    "content": "uuid",
    "outcome": "text",
    "reason": "text",
    "problem_column": "text",
    "problem_value": "text",
    "waits_for": "text",
    "follows_row": "int",
    "target_id": "bigint",
    "changes": "jsonb",
}

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_numbers = count(1)


def escaped(text: str) -> str:
    """Text as COPY wants it."""
    return text.translate(_ESCAPES)


def copy_lines(rows: Iterable[Sequence[Any]]) -> str:
    """Python values as lines for :meth:`Stage.copy`; None is NULL."""
    lines = ("\t".join(map(_copy_value, row)) for row in rows)
    return "".join(f"{line}\n" for line in lines)


def _copy_value(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return escaped(str(value))


class Stage:
    """One temporary table; ``{s}`` in SQL given to its methods stands for its name.

    A row is open while its ``outcome`` is NULL. Columns that no file filled are NULL;
    ``mapped`` names those that were, so that an upsert leaves the others alone.
    """

    def __init__(
        self,
        columns: Mapping[str, str],
        *,
        mapped: Iterable[str] = (),
        source: str = "",
    ) -> None:
        self.name = f"stage_{next(_numbers)}"
        self.columns = {**BOOKKEEPING, **columns}
        self.mapped = set(mapped)
        self.source = source
        defined = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE {self.name} ({defined}) ON COMMIT DROP")

    def copy(self, columns: Iterable[str], lines: str) -> None:
        """COPY lines of tab-separated, already escaped text into the table."""
        named = ", ".join(columns)
        statement = f"COPY {self.name} ({named}) FROM STDIN"
        with connection.wrap_database_errors, connection.cursor() as cursor:
            cursor.cursor.copy_expert(statement, io.StringIO(lines))

    def run(self, sql: str, params: Mapping[str, Any] | None = None) -> int:
        """Execute one statement; returns how many rows it touched."""
        values = {"source": self.source, **(params or {})}
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("{s}", self.name), values)
            return cursor.rowcount

    def rows(self, sql: str, params: Mapping[str, Any] | None = None) -> list[tuple]:
        """All rows of one query; for answers that are known to be short."""
        values = {"source": self.source, **(params or {})}
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("{s}", self.name), values)
            return cursor.fetchall()

    def has(self, *columns: str) -> bool:
        """Whether the file filled any of these columns."""
        return any(column in self.mapped for column in columns)

    def analyze(self) -> None:
        """Let the planner know what is in the table; temporary ones get no help."""
        self.run("ANALYZE {s}")

    def drop(self) -> None:
        self.run("DROP TABLE {s}")

    def reject(self, where: str, *, column: str, reason: str, value: str = "") -> int:
        """Reject the open rows for which ``where`` holds. ``value`` is SQL."""
        return self.run(
            "UPDATE {s} s SET outcome = 'rejected', problem_column = %(column)s, "
            f"reason = %(reason)s, problem_value = {value or 'NULL'} "
            f"WHERE outcome IS NULL AND ({where})",
            {"column": column, "reason": reason},
        )


@dataclass(frozen=True)
class Target:
    """The table an upsert writes. Columns map to SQL over the staged row ``s``.

    ``columns`` are written when a row is created or differs; ``kept`` as well, but an
    empty staged value leaves what stands there; ``on_insert`` only when created.
    """

    table: str
    columns: Mapping[str, str]
    kept: Mapping[str, str] = field(default_factory=dict)
    on_insert: Mapping[str, str] = field(default_factory=dict)
    on_update: Mapping[str, str] = field(default_factory=dict)


def upsert(stage: Stage, target: Target) -> None:
    """Create or update one target row per open staged row.

    ``target_id`` names the row to update where it is already known; open rows without
    one become new rows. What changed stands as ``{"column": [before, after]}`` in
    ``changes``. Open rows that say nothing new become ``unchanged``.
    """
    written = {
        **target.columns,
        **{name: f"COALESCE({sql}, t.{name})" for name, sql in target.kept.items()},
    }
    if written:
        _mark_updated(stage, target.table, written)
    stage.run(
        "UPDATE {s} SET outcome = 'unchanged' "
        "WHERE outcome IS NULL AND target_id IS NOT NULL"
    )
    if written:
        sets = {**written, **target.on_update}
        pairs = ", ".join(f"{name} = {sql}" for name, sql in sets.items())
        stage.run(
            f"UPDATE {target.table} t SET {pairs} FROM {{s}} s "
            "WHERE s.outcome = 'updated' AND t.id = s.target_id"
        )
    _insert_new(stage, target)


def _mark_updated(stage: Stage, table: str, written: Mapping[str, str]) -> None:
    pairs = ", ".join(
        f"'{name}', CASE WHEN t.{name} IS DISTINCT FROM ({sql}) "
        f"THEN jsonb_build_array(t.{name}, {sql}) END"
        for name, sql in written.items()
    )
    ours = ", ".join(f"t.{name}" for name in written)
    theirs = ", ".join(written.values())
    stage.run(
        "UPDATE {s} s SET outcome = 'updated', "
        f"changes = jsonb_strip_nulls(jsonb_build_object({pairs})) "
        f"FROM {table} t WHERE s.outcome IS NULL AND t.id = s.target_id "
        f"AND ROW({ours}) IS DISTINCT FROM ROW({theirs})"
    )


def _insert_new(stage: Stage, target: Target) -> None:
    created = stage.run(
        "UPDATE {s} SET outcome = 'created', "
        f"target_id = nextval(pg_get_serial_sequence('{target.table}', 'id')) "
        "WHERE outcome IS NULL"
    )
    if not created:
        return
    values = {**target.columns, **target.kept, **target.on_insert}
    stage.run(
        f"INSERT INTO {target.table} (id, {', '.join(values)}) "
        f"SELECT s.target_id, {', '.join(values.values())} "
        "FROM {s} s WHERE s.outcome = 'created'"
    )
