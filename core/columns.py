"""Rows of several models out of one statement that is written by hand.

Django puts a query together anew each time it is asked. Where that takes longer than
answering it, the statement names its columns through this, and its answer becomes model
instances as if Django had asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


class Columns(Generic[M]):
    """Columns of one model, under the name its table has in a statement.

    All of them, or those named and the id. The others are read when somebody asks for
    them, as with ``only``.
    """

    def __init__(self, model: type[M], alias: str, *names: str) -> None:
        self._model = model
        fields = [
            field
            for field in model._meta.concrete_fields
            if not names or field.primary_key or field.attname in names
        ]
        self.sql = ", ".join(f'{alias}."{field.column}"' for field in fields)
        self._names = [field.attname for field in fields]
        self._id = next(place for place, f in enumerate(fields) if f.primary_key)
        # JSON, for one, arrives as text.
        self._readers = [
            (place, read)
            for place, field in enumerate(fields)
            for read in field.get_db_converters(connection)
        ]

    def __str__(self) -> str:
        return self.sql

    def read(self, answer: Iterator[Any]) -> M:
        """The row that stands next in an answer."""
        return self._row(list(islice(answer, len(self._names))))

    def read_if_any(self, answer: Iterator[Any]) -> M | None:
        """The same, or None where an outer join found nothing."""
        values = list(islice(answer, len(self._names)))
        return None if values[self._id] is None else self._row(values)

    def _row(self, values: list[Any]) -> M:
        for place, read in self._readers:
            values[place] = read(values[place], None, connection)
        return self._model.from_db(connection.alias, self._names, values)
