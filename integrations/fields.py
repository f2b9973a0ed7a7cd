"""How an import kind describes itself: its fields, parents, key and upsert.

One file per kind under ``integrations/kinds/`` fills these in; everything else about an
import is the same for all kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.staging import Stage

#: Field types and the column of the stage they are read into.
SQL_TYPES = {
    "text": "text",
    "id": "text",
    "email": "text",
    "zone": "text",
    "integer": "bigint",
    "number": "double precision",
    "money": "numeric",
    "currency": "text",
    "date": "date",
    "instant": "timestamptz",
    "flag": "boolean",
    "choice": "text",
    "option": "text",
    "list": "text[]",
    "sentiment": "double precision",
}
DATE_TYPES = ("date", "instant")
NUMBER_TYPES = ("integer", "number", "money")


@dataclass(frozen=True)
class Field:
    """One fact a row may carry. ``aliases`` are header names it is guessed from."""

    name: str
    type: str
    label: Any
    is_required: bool = False
    max_length: int = 200
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    aliases: tuple[str, ...] = ()
    #: Another field whose cell this one is read from as well, never mapped itself.
    beside: str = ""


@dataclass(frozen=True)
class Parent:
    """An object a row belongs to, found by the staged column ``named_by``.

    ``what`` is account, subscription, contact, user or team; the id it gets lands in
    the staged column ``into``. ``name`` is the column a created parent is called by.
    """

    what: str
    named_by: str
    into: str
    name: str = ""
    is_required: bool = False


@dataclass(frozen=True)
class Check:
    """A contradiction to warn about: SQL over the staged row ``s`` and its parents."""

    column: str
    reason: str
    where: str
    value: str = "NULL"
    joins: str = ""
    needs: tuple[str, ...] = ()


@dataclass
class Job:
    """One file (or one group of waiting rows) being applied."""

    kind: Kind
    stage: Stage
    source: str
    today: date
    organisation_zone: str
    currency: str
    by: Any = None
    create_missing: frozenset[str] = frozenset()
    order_columns: tuple[str, ...] = ()
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of file. ``upsert`` receives the Job and settles every open row."""

    key: str
    label: Any
    hint: Any
    fields: tuple[Field, ...]
    upsert: Callable[[Job], None]
    prepare: Callable[[Job], None] | None = None
    parents: tuple[Parent, ...] = ()
    #: Of each group at least one field must be filled in every row.
    requires_one_of: tuple[tuple[str, ...], ...] = ()
    #: Used as key when no id column is mapped; else the content itself is the key.
    natural_key: tuple[str, ...] = ()
    id_required: bool = False
    folds: bool = False
    checks: tuple[Check, ...] = ()
    #: SQL over ``s``: the day a row speaks of, for parents that it creates.
    day: str = "NULL::date"
    custom_target: str = ""
    #: Columns the stage needs beyond the fields and their parents' ids.
    extra_columns: Mapping[str, str] = field(default_factory=dict)

    def field_named(self, name: str) -> Field | None:
        """The field, hidden ones included."""
        return next((item for item in self.fields if item.name == name), None)

    @property
    def visible_fields(self) -> tuple[Field, ...]:
        """The fields a mapping may name."""
        return tuple(item for item in self.fields if not item.beside)

    @property
    def stage_columns(self) -> dict[str, str]:
        """Typed columns of the stage: the fields, and an id for each parent."""
        columns = {item.name: SQL_TYPES[item.type] for item in self.fields}
        columns.update({parent.into: "bigint" for parent in self.parents})
        columns.update(self.extra_columns)
        return columns
