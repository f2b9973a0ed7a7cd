"""Fields for custom values, made from what the settings declare."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.custom_fields import fields_for
from accounts.models import CustomField
from core.forms import DayInput, DrawnForm

PREFIX = "custom_"
YES_NO = (("", "–"), ("yes", _("Yes")), ("no", _("No")))


class CustomValuesForm(DrawnForm):
    """A form that ends with the custom fields of accounts, contacts or tickets."""

    target = ""

    def __init__(self, *args: Any, custom: dict[str, Any] | None = None, **kw: Any):
        super().__init__(*args, **kw)
        self.custom_fields = fields_for(self.target)
        for declared in self.custom_fields:
            field = form_field(declared)
            value = (custom or {}).get(declared.key)
            if isinstance(value, bool):
                value = "yes" if value else "no"
            field.initial = value
            self.fields[f"{PREFIX}{declared.key}"] = field

    @property
    def drawn_custom_fields(self) -> list[forms.BoundField]:
        """The custom fields as the template draws them."""
        return [self[name] for name in self.names_beginning(PREFIX)]

    def custom_values(self) -> dict[str, Any]:
        """Key → value for every custom field, empty ones too."""
        return {
            declared.key: self.cleaned_data.get(f"{PREFIX}{declared.key}")
            for declared in self.custom_fields
        }


def form_field(declared: CustomField) -> forms.Field:
    """The form field that suits a custom field's kind."""
    common: dict[str, Any] = {"label": declared.label, "required": False}
    if declared.kind == CustomField.Kind.NUMBER:
        return forms.FloatField(**common)
    if declared.kind == CustomField.Kind.DATE:
        return forms.DateField(widget=DayInput(), **common)
    if declared.kind == CustomField.Kind.YES_NO:
        return forms.ChoiceField(choices=YES_NO, **common)
    if declared.kind == CustomField.Kind.CHOICE:
        choices = [("", "–"), *((each, each) for each in declared.choices)]
        return forms.ChoiceField(choices=choices, **common)
    return forms.CharField(max_length=2000, **common)
