"""Fields for custom values, made from what the settings declare."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.custom_fields import fields_for, typed
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
        self._unshown: set[str] = set()
        for declared in self.custom_fields:
            self.fields[f"{PREFIX}{declared.key}"] = form_field(declared)
            self._fill(declared, (custom or {}).get(declared.key))

    @property
    def drawn_custom_fields(self) -> list[forms.BoundField]:
        """The custom fields as the template draws them."""
        return [self[name] for name in self.names_beginning(PREFIX)]

    def custom_values(self) -> dict[str, Any]:
        """Key → value for every custom field, empty ones too.

        Nobody empties what the form could not show.
        """
        values = {
            declared.key: self.cleaned_data.get(f"{PREFIX}{declared.key}")
            for declared in self.custom_fields
        }
        return {
            key: value
            for key, value in values.items()
            if key not in self._unshown or value not in (None, "")
        }

    def _fill(self, declared: CustomField, stored: Any) -> None:
        field = self.fields[f"{PREFIX}{declared.key}"]
        if isinstance(stored, bool):
            stored = "yes" if stored else "no"
        if stored in (None, ""):
            return
        try:
            typed(declared, stored)
        except ValueError:
            self._unshown.add(declared.key)
            field.help_text = format_html(
                gettext("It holds “{value}”, which stays until you give another."),
                value=Truncator(stored).chars(60),
            )
        else:
            field.initial = stored


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
