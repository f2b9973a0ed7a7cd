"""Custom fields as fields of a file: declared in the settings, read like any other."""

from __future__ import annotations

from accounts.custom_fields import MAX_TEXT, fields_for
from accounts.models import CustomField
from integrations.fields import Field, Kind

PREFIX = "custom."
_TYPES = {
    CustomField.Kind.TEXT: "text",
    CustomField.Kind.NUMBER: "number",
    CustomField.Kind.DATE: "date",
    CustomField.Kind.YES_NO: "flag",
    CustomField.Kind.CHOICE: "option",
}


def custom_fields(kind: Kind) -> list[Field]:
    """The custom fields a file of this kind may fill, in the order of their labels."""
    if not kind.custom_target:
        return []
    return [
        Field(
            f"{PREFIX}{item.key}",
            _TYPES[CustomField.Kind(item.kind)],
            item.label,
            max_length=MAX_TEXT,
            choices=tuple(item.choices),
            aliases=(item.key,),
        )
        for item in fields_for(kind.custom_target)
    ]


def unknown_field(name: str) -> Field:
    """Stands for a custom field that a mapping names and that is not there."""
    return Field(name, "text", name.removeprefix(PREFIX))
