"""Choices of a filter as plain HTML: Django's own widgets render a template for each
option, which on a page with a dozen filters costs more than the list below them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


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
    lines = format_html_join(
        "",
        '<label><input type="{}" name="{}" value="{}"{}> {}</label>',
        (
            (kind, name, key, SafeString(" checked" * (str(key) in chosen)), label)
            for key, label in widget.choices
        ),
    )
    return format_html("<div>{}</div>", lines)
