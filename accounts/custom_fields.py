"""Typed extra values: what a person or a file gave, as the value that is stored.

Stored as JSON: text, number, ``true``/``false``, and dates as ``YYYY-MM-DD``. A field
may be removed and made anew with another kind, and a choice may go: what is stored may
then suit its field no more. It is read all the same, and stays until another is given.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import CustomField

Value = date | bool | int | float | str | None

MAX_TEXT = 2000
_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0"}


def fields_for(target: str) -> list[CustomField]:
    """The custom fields of accounts, contacts or tickets, in the order of labels."""
    return list(CustomField.objects.filter(target=target))


def clean_custom(
    values: Mapping[str, Any],
    fields: Iterable[CustomField],
    *,
    stored: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """``stored`` with ``values`` put over it, each in its field's type.

    An empty value removes the key, and one that is stored already is taken as it is.
    Raises ValidationError with one message per ``custom_<key>``, also for keys that no
    field declares.
    """
    known = {field.key: field for field in fields}
    result = dict(stored or {})
    errors: dict[str, str] = {}
    for key, value in values.items():
        if value in (None, ""):
            result.pop(key, None)
            continue
        if key not in known:
            if result.get(key) != value:
                errors[f"custom_{key}"] = _("There is no custom field of this name.")
            continue
        try:
            result[key] = typed(known[key], value)
        except ValueError as wrong:
            if result.get(key) != value:
                errors[f"custom_{key}"] = str(wrong)
    if errors:
        raise ValidationError(errors)
    return result


def read_value(field: CustomField, stored: Any) -> Value:
    """A stored value as pages and files show it; None where there is none.

    What does not suit the field is told as text, and yes and no stay what they are:
    ask the value what it is, and not its field.
    """
    if stored is None or stored == "" or isinstance(stored, bool):
        return None if stored == "" else stored
    try:
        value = typed(field, stored)
    except ValueError:
        return str(stored)
    if field.kind == CustomField.Kind.DATE:
        return date.fromisoformat(value)
    return value


def typed(field: CustomField, value: Any) -> Any:
    """One value in the field's type. Raises ValueError with what to do about it."""
    if field.kind == CustomField.Kind.NUMBER:
        return _number(value)
    if field.kind == CustomField.Kind.DATE:
        return _day(value)
    if field.kind == CustomField.Kind.YES_NO:
        return _yes_no(value)
    text = str(value)[: MAX_TEXT + 1]
    if len(text) > MAX_TEXT:
        raise ValueError(_("This is longer than 2,000 characters."))
    if "\0" in text:
        raise ValueError(_("This holds a character that cannot be stored."))
    if field.kind == CustomField.Kind.CHOICE and text not in field.choices:
        choices = ", ".join(field.choices)
        raise ValueError(_("Choose one of: %(choices)s.") % {"choices": choices})
    return text


def _number(value: Any) -> int | float:
    if isinstance(value, bool):
        raise ValueError(_("Enter a number."))
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise ValueError(_("Enter a number.")) from wrong
    if not math.isfinite(number):
        raise ValueError(_("Enter a number."))
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _day(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()[:10]
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as wrong:
        raise ValueError(_("Enter a date as year-month-day.")) from wrong


def _yes_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _YES | _NO:
        raise ValueError(_("Answer yes or no."))
    return word in _YES
