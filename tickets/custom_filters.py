"""Narrowing lists of tickets by one's own fields: a choice, or yes or no."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from accounts.models import CustomField
from tickets.custom_columns import PREFIX
from tickets.models import TicketQuerySet
from tickets.queries.offered import narrowing_fields

_YES_NO = {"yes": True, "no": False, "true": True, "false": False}


def filter_fields() -> dict[str, CustomField]:
    """The fields a list can be narrowed by, as the address names them. One query."""
    return named(narrowing_fields())


def named(fields: Iterable[CustomField]) -> dict[str, CustomField]:
    """Fields under the names that addresses give them."""
    return {f"{PREFIX}{field.key}": field for field in fields}


def is_named_in(names: Iterable[str]) -> bool:
    """Whether one of these parameters speaks of somebody's own field."""
    return any(name.startswith(PREFIX) for name in names)


def choices_of(field: CustomField) -> list[tuple[str, str]]:
    """What can be chosen of a field, with its words."""
    if field.kind == CustomField.Kind.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    return [(choice, choice) for choice in field.choices]


def having(tickets: TicketQuerySet, field: CustomField, chosen: str) -> TicketQuerySet:
    """Those of the tickets whose field has the chosen value."""
    is_yes_no = field.kind == CustomField.Kind.YES_NO
    value = _YES_NO[chosen] if is_yes_no else chosen
    return tickets.filter(custom__contains={field.key: value})
