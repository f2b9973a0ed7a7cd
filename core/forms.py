"""What every form shares: how it is drawn, and inputs the browser knows well."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict


class DrawnForm(forms.Form):
    """A form drawn by crispy inside a ``<form>`` that the template writes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def take_errors(self, error: ValidationError) -> None:
        """Show what a service refused beside the fields, the rest above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            self.add_error(name if name in self.fields else None, errors)

    def resent(self, version: int) -> QueryDict:
        """What was typed, to be sent again for another version of the row."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = str(version)
        return data

    def data_value(self, name: str) -> Any:
        """What was typed into a field, unchecked."""
        bound = self[name]
        return bound.data if self.is_bound else bound.value()

    def names_beginning(self, prefix: str) -> list[str]:
        """Names of the fields that begin with a prefix, in order."""
        return [name for name in self.fields if name.startswith(prefix)]


class DayInput(forms.DateInput):
    """The browser's own date picker; the value is year-month-day in every language."""

    input_type = "date"

    def __init__(self, **attrs: str) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """The browser's own picker of day and time, in the reader's zone."""

    input_type = "datetime-local"

    def __init__(self, **attrs: str) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class SuggestingInput(forms.TextInput):
    """A text input for which the browser offers what is most likely meant."""

    template_name = "components/suggesting_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        #: Values and the words beside them.
        self.suggestions: list[tuple[str, str]] = []

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["suggestions"] = self.suggestions
        if self.suggestions:
            context["list_id"] = f"{context['widget']['attrs'].get('id', name)}-offers"
            context["widget"]["attrs"]["list"] = context["list_id"]
        return context
