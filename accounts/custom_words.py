"""What events say of custom fields, by the labels of today and as people read values.

A field that was renamed since goes by its new label; one that was removed by its key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.custom_fields import read_value
from accounts.models import CustomField
from core.formatting import full_date
from events.models import Event
from events.sentences import FieldName

_TARGETS = {
    "accounts.account": CustomField.Target.ACCOUNT,
    "accounts.contact": CustomField.Target.CONTACT,
    "tickets.ticket": CustomField.Target.TICKET,
}
Fields = Mapping[tuple[str, str], CustomField]


def told_data(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The data of each event, with one pair per custom field that changed.

    One query, and none where no custom field changed.
    """
    if not any(_is_change(event.data.get("custom")) for event in events):
        return [event.data for event in events]
    fields = {(field.target, field.key): field for field in CustomField.objects.all()}
    return [_told(event, fields) for event in events]


def _told(event: Event, fields: Fields) -> dict[str, Any]:
    pair = event.data.get("custom")
    if not _is_change(pair):
        return event.data
    before, after = ({} if side is None else side for side in pair)
    said = {name: value for name, value in event.data.items() if name != "custom"}
    target = _TARGETS.get(event.subject_type, "")
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            field = fields.get((target, key))
            name = FieldName(f"custom.{key}", field.label if field else key)
            said[name] = [_read(field, side.get(key)) for side in (before, after)]
    return said


def _is_change(pair: Any) -> bool:
    """Whether these are the custom values before and after."""
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(side is None or isinstance(side, dict) for side in pair)
    )


def _read(field: CustomField | None, stored: Any) -> Any:
    value = stored if field is None else read_value(field, stored)
    return full_date(value, gettext=_) if isinstance(value, date) else value
