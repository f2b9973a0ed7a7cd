"""Which values win when two accounts become one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.services.merge import CHOOSABLE
from core.forms import DrawnForm


class MergeForm(DrawnForm):
    """Per field whose value stays; by default the survivor's."""

    take = forms.MultipleChoiceField(
        label=_("Values taken from the other account"),
        choices=[(name, name) for name in CHOOSABLE],
        required=False,
    )

    def taken(self) -> list[str]:
        """Names of the fields whose value comes from the duplicate."""
        values: Any = self.cleaned_data["take"]
        return list(values)
