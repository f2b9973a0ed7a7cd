"""The form with which people set health by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DayInput, DrawnForm
from health.definition import Band

USUAL_DAYS = 30


class OverrideForm(DrawnForm):
    """A score or a band, why, and until when. What is wrong the service says."""

    score = forms.DecimalField(
        label=_("Score"),
        required=False,
        decimal_places=1,
        max_digits=4,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("From 0 to 100. The band follows from it."),
    )
    band = forms.ChoiceField(
        label=_("Or only the band"),
        required=False,
        help_text=_("The computed score stays, in another colour."),
    )
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What do you know that the scorecard cannot see?"),
    )
    ends_on = forms.DateField(
        label=_("Ends on"),
        widget=DayInput(),
        help_text=_("From this day on the computed score is shown again."),
    )

    def __init__(
        self, *args: Any, today: date, bands: tuple[Band, ...], **kwargs: Any
    ) -> None:
        usual = {"ends_on": today + timedelta(days=USUAL_DAYS)}
        super().__init__(*args, initial=usual, **kwargs)
        self.fields["band"].choices = [  # type: ignore[attr-defined]
            ("", _("As the score says")),
            *((band.key, band.label) for band in bands),
        ]
        tomorrow = today + timedelta(days=1)
        self.fields["ends_on"].widget.attrs["min"] = tomorrow.isoformat()
