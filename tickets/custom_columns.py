"""Columns of one's own fields, beside those that every queue has."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from html import escape as quoted

from django.utils.translation import gettext

from accounts.custom_fields import fields_for, read_value
from accounts.models import CustomField
from core.formatting import MISSING, said_date
from tickets.columns import ALL, Column, Drawing
from tickets.rows import TicketRow

PREFIX = "custom."


def every_column() -> list[Column]:
    """All columns there are, one's own fields last. One query."""
    return [*ALL, *(_column(field) for field in fields_for("ticket"))]


def columns_named(keys: Iterable[str]) -> list[Column]:
    """The named columns in their order, the subject first where it was not named.

    Unknown names are left out; no name at all means the usual columns. The fields are
    only asked for when one is named.
    """
    named = list(dict.fromkeys(keys))
    has_custom = any(key.startswith(PREFIX) for key in named)
    known = {column.key: column for column in (every_column() if has_custom else ALL)}
    found = [known[key] for key in named if key in known]
    if not found:
        return [column for column in ALL if column.is_default]
    missing = [column for column in ALL if column.is_fixed and column not in found]
    return [*missing, *found]


def _column(field: CustomField) -> Column:
    css = "num" if field.kind == CustomField.Kind.NUMBER else ""
    draw = _drawn(field)
    return Column(f"{PREFIX}{field.key}", field.label, draw, css=css, reads=("custom",))


def _drawn(field: CustomField) -> Callable[[Drawing, TicketRow], str]:
    def draw(drawing: Drawing, row: TicketRow) -> str:
        value = read_value(field, row.ticket.custom.get(field.key))
        if value is None:
            return MISSING
        if isinstance(value, bool):
            return quoted(gettext("yes") if value else gettext("no"))
        if isinstance(value, date):
            today = drawing.now.date()
            return quoted(said_date(value, today=today, gettext=gettext))
        return quoted(str(value))

    return draw
