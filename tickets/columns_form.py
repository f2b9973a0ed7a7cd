"""Choosing and ordering columns: what was ticked, in the order it stands in.

Every line carries its key as ``order``; a button moves one line and shows the form
again, so that it works without JavaScript and saves nothing before it is asked to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from tickets.columns import Column
from tickets.custom_columns import every_column


@dataclass(frozen=True)
class ColumnChoice:
    """All columns in the order of the form, and which of them are chosen."""

    order: list[Column]
    keys: frozenset[str]
    moved: str = ""

    @property
    def chosen(self) -> list[str]:
        """The keys to keep, in order."""
        return [
            column.key
            for column in self.order
            if column.is_fixed or column.key in self.keys
        ]

    @property
    def lines(self) -> list[tuple[Column, bool]]:
        """Each column, and whether it is chosen."""
        kept = set(self.chosen)
        return [(column, column.key in kept) for column in self.order]


def choice_of(columns: Sequence[Column]) -> ColumnChoice:
    """The choice as it is now: the chosen columns first, then the others."""
    keys = frozenset(column.key for column in columns)
    rest = [column for column in every_column() if column.key not in keys]
    return ColumnChoice([*columns, *rest], keys)


def choice_sent(data: QueryDict) -> ColumnChoice:
    """The choice as it was sent, with the line moved whose button was pressed."""
    known = {column.key: column for column in every_column()}
    named = [known[key] for key in data.getlist("order") if key in known]
    order = list(dict.fromkeys([*named, *known.values()]))
    keys = frozenset(data.getlist("col")) & known.keys()
    direction, _, key = data.get("move", "").partition(":")
    if key not in known:
        return ColumnChoice(order, keys)
    here = order.index(known[key])
    there = here + (-1 if direction == "up" else 1)
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
    return ColumnChoice(order, keys, moved=f"{direction}:{key}")
