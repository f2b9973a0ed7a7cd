"""Two versions of one form side by side: what I wrote and what somebody else saved."""

from __future__ import annotations

from typing import Any

from django import forms


def conflict_rows(mine: forms.Form, theirs: forms.Form) -> list[tuple[Any, str, str]]:
    """(label, mine, theirs) for the fields in which the versions differ."""
    rows = []
    for name, field in mine.fields.items():
        if field.widget.is_hidden or name not in theirs.fields:
            continue
        ours = shown(mine[name], mine.data_value(name))  # type: ignore[attr-defined]
        saved = shown(theirs[name], theirs[name].value())
        if ours != saved:
            rows.append((field.label, ours, saved))
    return rows


def shown(bound: forms.BoundField, value: Any) -> str:
    """A value of a field as a person reads it."""
    if value in (None, "", []):
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(sorted(_word(bound.field, each) for each in value))
    return _word(bound.field, value)


def _word(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.BooleanField):
        return "✓" if value else ""
    choices = getattr(field, "choices", None)
    if choices is None:
        return str(field.prepare_value(value))
    for key, label in _flat(choices):
        if str(key) == str(field.prepare_value(value)):
            return str(label)
    return str(value)


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    flat: list[tuple[Any, Any]] = []
    for key, label in choices:
        flat += label if isinstance(label, list | tuple) else [(key, label)]
    return flat
