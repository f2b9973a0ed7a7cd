"""Keyset pages for lists: the hundredth page costs what the first one does.

A page is found by the sort value and id of the row it begins after, never by counting
rows before it. Rows without a value come last in both directions. The address carries
the place as an opaque cursor, which holds nothing a reader may not see and is taken
apart with suspicion.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=models.Model)

PAGE_SIZE = 50
COUNT_CAP = 1000
CURSOR_LENGTH = 1500
_VALUE = "keyset_value"


class CursorRefused(Exception):
    """The cursor is damaged, or belongs to a list in another order."""


@dataclass(frozen=True)
class Order:
    """One way to order a list: a name for the address and what it orders by.

    ``by`` is a field path or an expression; ``is_nullable=False`` saves the look-up of
    rows without a value.
    """

    key: str
    by: str | Expression | models.F
    is_descending: bool = False
    is_nullable: bool = True

    @property
    def param(self) -> str:
        """How the address names it: "score" or "-score"."""
        return f"-{self.key}" if self.is_descending else self.key


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page, and the cursors of its neighbours ("" where there is none).

    ``next`` goes into the address as ``cursor``, ``previous`` as ``before``.
    """

    rows: Sequence[Row]
    next: str = ""
    previous: str = ""


@dataclass(frozen=True)
class Count:
    """How many rows a list has, counted up to a limit only."""

    value: int
    is_capped: bool = False


@dataclass(frozen=True)
class _Place:
    """Where a page begins: the sort value (None: among rows without one) and the id."""

    value: Any
    pk: int


def capped_count(queryset: models.QuerySet[Any], cap: int = COUNT_CAP) -> Count:
    """Count to ``cap`` and stop; beyond it the list says "1,000+"."""
    found = queryset.order_by()[: cap + 1].count()
    return Count(min(found, cap), found > cap)


def keyset_page(
    queryset: models.QuerySet[Row],
    *,
    order: Order,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    drawn: models.QuerySet[Row] | None = None,
) -> Page[Row]:
    """The page that begins after one cursor or ends before another; else the first.

    Takes at most three queries: the places of the rows, found on an index over (``by``,
    id) where there is one, and then the rows. ``drawn`` reads those with all that is
    joined to them; without it they are read as ``queryset`` says. Raises CursorRefused.
    """
    keyed = queryset.annotate(
        **{_VALUE: models.F(order.by) if isinstance(order.by, str) else order.by}
    )
    field = keyed.query.annotations[_VALUE].output_field
    rows = queryset if drawn is None else drawn
    if before:
        place = _decode(before, order, field)
        found = _places(keyed, order, place, size + 1, is_backward=True)
        has_more, found = len(found) > size, found[:size][::-1]
        if found:
            first = _encode(found[0], order) if has_more else ""
            shown = _rows_at(found, rows)
            return Page(shown, next=_encode(found[-1], order), previous=first)
    start = _decode(after, order, field) if after else None
    found = _places(keyed, order, start, size + 1)
    has_more, found = len(found) > size, found[:size]
    return Page(
        _rows_at(found, rows),
        next=_encode(found[-1], order) if has_more else "",
        previous=_encode(found[0], order) if found and start else "",
    )


def _places(
    keyed: models.QuerySet[Any],
    order: Order,
    place: _Place | None,
    limit: int,
    *,
    is_backward: bool = False,
) -> list[_Place]:
    """Up to ``limit`` places beyond this one, in reading direction.

    Rows with and without a value are read apart: ``NULLS LAST`` in a descending order
    would keep PostgreSQL from reading a plain index backwards. No sort ever carries
    whole rows, and PostgreSQL plans neither this nor the reading of the rows for long.
    """
    is_falling = order.is_descending != is_backward
    sign = "-" if is_falling else ""
    ordered = keyed.order_by(f"{sign}{_VALUE}", f"{sign}pk")
    found: list[_Place] = []
    for is_empty in _parts(order, place, is_backward=is_backward):
        part = ordered
        if order.is_nullable:
            part = part.filter(**{f"{_VALUE}__isnull": is_empty})
        if place and (place.value is None) == is_empty:
            part = part.filter(_Beyond(place, is_falling=is_falling))
        pairs = part.values_list(_VALUE, "pk")[: limit - len(found)]
        found += [_Place(value, pk) for value, pk in pairs]
        if len(found) >= limit:
            break
    return found


def _rows_at(places: Sequence[_Place], rows: models.QuerySet[Row]) -> list[Row]:
    """The rows at these places; one that has just gone away is left out."""
    if not places:
        return []
    found = rows.order_by().in_bulk([place.pk for place in places])
    return [found[place.pk] for place in places if place.pk in found]


def _parts(order: Order, place: _Place | None, *, is_backward: bool) -> list[bool]:
    """Which parts to read, False: rows with a value, True: rows without one."""
    if not order.is_nullable:
        return [False]
    parts = [True, False] if is_backward else [False, True]
    if place is None:
        return parts
    return parts[parts.index(place.value is None) :]


class _Beyond(Expression):
    """``(value, id) > (place)`` as one row comparison, which an index answers whole."""

    conditional = True

    def __init__(self, place: _Place, *, is_falling: bool) -> None:
        super().__init__(output_field=models.BooleanField())
        self.place = place
        self.is_falling = is_falling
        self.sides: list[Any] = [models.F(_VALUE), models.F("pk")]

    def get_source_expressions(self) -> list[Any]:
        return self.sides

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        self.sides = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        compare = "<" if self.is_falling else ">"
        value, pk = self.sides
        pk_sql, pk_params = compiler.compile(pk)
        if self.place.value is None:
            return f"{pk_sql} {compare} %s", [*pk_params, self.place.pk]
        sql, params = compiler.compile(value)
        bound, bound_params = compiler.compile(
            models.Value(self.place.value, output_field=value.output_field)
        )
        return (
            f"({sql}, {pk_sql}) {compare} ({bound}, %s)",
            [*params, *pk_params, *bound_params, self.place.pk],
        )


def _encode(place: _Place, order: Order) -> str:
    text = None if place.value is None else str(place.value)
    packed = json.dumps(
        [order.param, text, place.pk], separators=(",", ":"), ensure_ascii=False
    )
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _decode(cursor: str, order: Order, field: models.Field[Any, Any]) -> _Place:
    """The place a cursor names, with its value in the type of the sort field."""
    try:
        if len(cursor) > CURSOR_LENGTH:
            raise CursorRefused
        padded = cursor + "=" * (-len(cursor) % 4)
        param, text, pk = json.loads(base64.b64decode(padded, altchars=b"-_"))
        if param != order.param or type(pk) is not int or not 0 <= pk < 2**63:
            raise CursorRefused
        if text is not None and (type(text) is not str or "\0" in text):
            raise CursorRefused
        if text is None and not order.is_nullable:
            raise CursorRefused
        return _Place(None if text is None else _value(text, field), pk)
    except (binascii.Error, ValueError, TypeError, ValidationError) as wrong:
        raise CursorRefused from wrong


def _value(text: str, field: models.Field[Any, Any]) -> Any:
    """The text as the field's own type; what the column could not hold is refused."""
    value = field.to_python(text)
    field.run_validators(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise CursorRefused
    return value
