"""What a mapping says: which column is which field, and how its cells are written."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from integrations.dates import ORDERS
from integrations.fields import DATE_TYPES, Field, Kind
from integrations.reading import FileRefused

DEFAULT_SOURCE = "import"
CREATABLE = ("account", "contact", "user", "team")
_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class ColumnMapping:
    """A mapping file, checked. ``columns`` is our field → their column."""

    kind: str
    source: str = DEFAULT_SOURCE
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    timezone: str = ""
    date_format: str | dict[str, str] = ""
    null: list[str] = field(default_factory=lambda: [""])
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    create_missing: list[str] = field(default_factory=list)
    order_by: list[str] = field(default_factory=list)

    @property
    def fields(self) -> set[str]:
        """The fields that get a value, from a column or as a constant."""
        return set(self.columns) | set(self.constants)

    def date_order(self, name: str) -> str:
        """The declared format of a date field, or an empty text."""
        if isinstance(self.date_format, str):
            return self.date_format
        return self.date_format.get(name, "")

    def as_json(self) -> dict[str, Any]:
        """The mapping as a mapping file has it."""
        return asdict(self)


def read_mapping(data: Any, kind: Kind) -> ColumnMapping:
    """A checked mapping for this kind of file.

    Raises :class:`FileRefused` naming whatever is unknown or of the wrong shape.
    """
    if not isinstance(data, dict):
        raise FileRefused("The mapping is not a JSON object.")
    known = set(ColumnMapping.__dataclass_fields__)
    for name in data:
        if name not in known:
            raise FileRefused(_unknown("mapping entry", name, known))
    if data.get("kind", kind.key) != kind.key:
        raise FileRefused(
            f"The mapping is for {data['kind']}, but the file is imported as "
            f"{kind.key}."
        )
    _check_shapes(data)
    mapping = ColumnMapping(**{**data, "kind": kind.key, **_texts(data)})
    _check_names(mapping, kind)
    _check_formats(mapping)
    return mapping


def _texts(data: MappingType[str, Any]) -> dict[str, Any]:
    """Values and constants as text, however JSON spelt them."""
    return {
        "values": {
            name: {str(theirs): _plain(ours) for theirs, ours in table.items()}
            for name, table in data.get("values", {}).items()
        },
        "constants": {
            name: _plain(value) for name, value in data.get("constants", {}).items()
        },
    }


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _check_shapes(data: MappingType[str, Any]) -> None:
    texts = ("kind", "source", "encoding", "delimiter", "decimal", "timezone")
    for name in texts:
        if not isinstance(data.get(name, ""), str):
            raise FileRefused(f"“{name}” in the mapping must be a text.")
    for name in ("null", "create_missing", "order_by"):
        value = data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise FileRefused(f"“{name}” in the mapping must be a list of texts.")
    for name in ("columns", "values", "constants"):
        if not isinstance(data.get(name, {}), dict):
            raise FileRefused(f"“{name}” in the mapping must be an object.")
    if not all(isinstance(v, str) for v in data.get("columns", {}).values()):
        raise FileRefused("Each of “columns” in the mapping must name one column.")
    if not all(isinstance(v, dict) for v in data.get("values", {}).values()):
        raise FileRefused("Each of “values” in the mapping must be an object.")
    form = data.get("date_format", "")
    forms = form.values() if isinstance(form, dict) else [form]
    if not all(isinstance(value, str) for value in forms):
        raise FileRefused("“date_format” in the mapping must be a text or an object.")


def _check_names(mapping: ColumnMapping, kind: Kind) -> None:
    ours = {item.name for item in kind.visible_fields}
    named = [*mapping.columns, *mapping.constants, *mapping.values]
    if isinstance(mapping.date_format, dict):
        named += mapping.date_format
    for name in named:
        if name in ours or (kind.custom_target and name.startswith("custom.")):
            continue
        raise FileRefused(_unknown(f"field of {kind.key}", name, ours))
    for name in mapping.create_missing:
        if name not in CREATABLE:
            raise FileRefused(_unknown("entry of create_missing", name, CREATABLE))
    if not mapping.source.strip() or len(mapping.source) > 60:
        raise FileRefused("“source” in the mapping must have 1 to 60 characters.")


def _check_formats(mapping: ColumnMapping) -> None:
    form = mapping.date_format
    for value in form.values() if isinstance(form, dict) else [form]:
        if value and value not in ORDERS and "%" not in value:
            raise FileRefused(
                f"“{value}” is not a date format. Use DMY, MDY, YMD or a strptime "
                "format such as %d.%m.%Y."
            )
    if mapping.decimal not in ("", ".", ","):
        raise FileRefused("“decimal” in the mapping must be a point or a comma.")
    if mapping.timezone and mapping.timezone not in available_timezones():
        raise FileRefused(f"“{mapping.timezone}” is not a time zone.")


def _unknown(what: str, name: str, known: Any) -> str:
    near = get_close_matches(str(name), sorted(known), n=1)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    return f"“{name}” is not a known {what}.{hint}"


def guess_columns(fields: Sequence[Field], columns: Sequence[str]) -> dict[str, str]:
    """Our field → their column, from the names in the head.

    A column serves one field; exact names win over other spellings.
    """
    spelt = {_spelling(name): name for name in reversed(columns) if name}
    guessed: dict[str, str] = {}
    for spellings in (_spellings, _loose_spellings):
        for item in fields:
            if item.name in guessed:
                continue
            for name in spellings(item):
                column = spelt.get(name)
                if column is not None and column not in guessed.values():
                    guessed[item.name] = column
                    break
    return guessed


def _spellings(item: Field) -> list[str]:
    return [_spelling(name) for name in (item.name, str(item.label), *item.aliases)]


def _loose_spellings(item: Field) -> list[str]:
    """“start” for start_on, where no other field is called that."""
    if item.type not in DATE_TYPES:
        return []
    return [item.name.removesuffix(end) for end in ("_at", "_on")]


def _spelling(name: str) -> str:
    return _WORD.sub("_", name.strip().lower()).strip("_")


def check_columns(mapping: ColumnMapping, kind: Kind, columns: Sequence[str]) -> None:
    """Refuse a mapping that does not fit the file, naming what is missing."""
    for name, column in mapping.columns.items():
        found = columns.count(column)
        if not found:
            raise FileRefused(
                f"The mapping expects a column “{column}” for {name}; the file has "
                f"{_listed(columns)}."
            )
        if found > 1:
            raise FileRefused(
                f"The column “{column}” stands {found} times in the file."
            )
    missing = [
        item.name
        for item in kind.visible_fields
        if item.is_required and item.name not in mapping.fields
    ]
    missing += [
        " or ".join(group)
        for group in kind.requires_one_of
        if not set(group) & mapping.fields
    ]
    if kind.id_required and not _has_key(mapping, kind):
        missing.append("external_id")
    if missing:
        raise FileRefused(
            f"No column of the file is mapped to {', '.join(missing)}, which every row "
            f"of {kind.key} needs. The file has {_listed(columns)}."
        )


def _has_key(mapping: ColumnMapping, kind: Kind) -> bool:
    natural = bool(kind.natural_key) and set(kind.natural_key) <= mapping.fields
    return "external_id" in mapping.fields or natural


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in columns[:20])
    return shown + (" and more" if len(columns) > 20 else "")
