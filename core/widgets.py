"""Choices of a filter as plain HTML: Django's own widgets render a template for each
option, which on a page with a dozen filters costs more than the list below them."""

from __future__ import annotations

from html import escape as quoted
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe


class CheckBoxes(forms.CheckboxSelectMultiple):
    """Any number of choices, one check box each."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        return _options(self, name, value, "checkbox")


class RadioButtons(forms.RadioSelect):
    """One of some choices."""

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        return _options(self, name, value, "radio")


def _options(
    widget: forms.widgets.ChoiceWidget, name: str, value: Any, kind: str
) -> SafeString:
    chosen = set(widget.format_value(value))
    opening = f'<label><input type="{kind}" name="{quoted(name)}" value="'
    lines = [
        f'{opening}{quoted(str(key))}"{" checked" * (str(key) in chosen)}>'
        f" {quoted(str(label))}</label>"
        for key, label in widget.choices
    ]
    return mark_safe(f"<div>{''.join(lines)}</div>")  # noqa: S308 - quoted above
