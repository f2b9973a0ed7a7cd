"""Forms of recommendations: when and by whom, or why not."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.account import PersonField
from core.forms import DayInput, DrawnForm


class AcceptForm(DrawnForm):
    """Until when, and by whom."""

    due_on = forms.DateField(label=_("Due"), widget=DayInput())
    owner = PersonField(label=_("Owner"), required=False, empty_label=_("Nobody"))
    action = forms.CharField(
        max_length=300, required=False, widget=forms.HiddenInput, strip=False
    )


class DismissForm(DrawnForm):
    """Why not."""

    reason = forms.CharField(
        label=_("Why does this not help here?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays away for 30 days. The reason helps others."),
    )
    action = forms.CharField(
        max_length=300, required=False, widget=forms.HiddenInput, strip=False
    )
