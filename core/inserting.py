"""Writing new rows with a statement that is put together once per process.

Django writes an INSERT anew for each row and asks back every column that has a default
in the database: for a wide row that takes several times as long as storing it. Here
the text is kept, and only what the database itself filled in comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

_Field: TypeAlias = "models.Field[Any, Any]"


@dataclass(frozen=True)
class _Plan:
    """An INSERT for rows of a model that leave the same columns to the database."""

    head: str
    row: str
    tail: str
    given: tuple[tuple[int, _Field], ...]
    filled: tuple[_Field, ...]


def insert(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model; afterwards they stand as if they had been saved.

    Their values are plain, not expressions, and what they point at has its id. All of
    them leave the same columns to the database.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    table = [[field.pre_save(row, add=True) for field in fields] for row in rows]
    plan = _planned(model, _left_out(fields, table[0]))
    values = [
        field.get_db_prep_save(row[place], connection)
        for row in table
        for place, field in plan.given
    ]
    statement = plan.head + ", ".join([plan.row] * len(rows)) + plan.tail
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchall() if plan.filled else [()] * len(rows)
    for row, answer in zip(rows, found, strict=True):
        for field, value in zip(plan.filled, answer, strict=True):
            setattr(row, field.attname, _read(field, value))
        row._state.adding, row._state.db = False, connection.alias


def _left_out(fields: Sequence[_Field], values: Sequence[Any]) -> frozenset[int]:
    """Places of the columns that the database fills in: defaults, and new ids."""
    return frozenset(
        place
        for place, (field, value) in enumerate(zip(fields, values, strict=True))
        if isinstance(value, DatabaseDefault) or (field.primary_key and value is None)
    )


@cache
def _planned(model: type[models.Model], left: frozenset[int]) -> _Plan:
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    given = [each for each in enumerate(fields) if each[0] not in left]
    filled = [fields[place] for place in sorted(left)]
    names = ", ".join(quote(str(field.column)) for _place, field in given)
    back = ", ".join(quote(str(field.column)) for field in filled)
    return _Plan(
        head=f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ",
        row=f"({', '.join(_placeholder(field) for _place, field in given)})",
        tail=f" RETURNING {back}" if back else "",
        given=tuple(given),
        filled=tuple(filled),
    )


def _placeholder(field: _Field) -> str:
    """Arrays name their type: an empty one has none by itself."""
    special = getattr(field, "get_placeholder", None)
    return special(None, None, connection) if special else "%s"


def _read(field: _Field, value: Any) -> Any:
    """A value as Django reads it from this column."""
    expression = field.get_col(field.model._meta.db_table)
    for convert in (
        *connection.ops.get_db_converters(expression),
        *field.get_db_converters(connection),
    ):
        value = convert(value, expression, connection)
    return value
