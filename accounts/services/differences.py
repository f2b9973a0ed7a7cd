"""What changed between two states of a row, as an event keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models


def differences(
    before: models.Model, after: models.Model, names: Iterable[str]
) -> dict[str, list[Any]]:
    """``{"field": [before, after]}`` for the fields whose stored value differs.

    Related objects are named by their label; what is compared is their id.
    """
    found = {}
    for name in sorted(names):
        column = before._meta.get_field(name).attname  # type: ignore[union-attr]
        if getattr(before, column) != getattr(after, column):
            found[name] = [plain(getattr(before, name)), plain(getattr(after, name))]
    return found


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)
