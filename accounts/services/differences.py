"""What changed between two states of a row, as an event keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models


def differences(
    before: models.Model, after: models.Model, names: Iterable[str]
) -> dict[str, list[Any]]:
    """``{"field": [before, after]}`` for the fields whose stored value differs.

    Related objects are named by their label; what is compared is their id. Of custom
    values only those are told that differ.
    """
    found = {}
    for name in sorted(names):
        column = before._meta.get_field(name).attname  # type: ignore[union-attr]
        if getattr(before, column) != getattr(after, column):
            pair = [plain(getattr(before, name)), plain(getattr(after, name))]
            both = all(isinstance(value, dict) for value in pair)
            found[name] = _apart(*pair) if both else pair
    return found


def _apart(before: dict[str, Any], after: dict[str, Any]) -> list[Any]:
    same = {key for key, value in before.items() if after.get(key) == value}
    return [
        {key: value for key, value in values.items() if key not in same}
        for values in (before, after)
    ]


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)
