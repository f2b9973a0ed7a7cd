"""Forms of this room: what people type in the calculator and on health pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from core.forms import DayInput, DrawnForm
from health.scorecard_sheet import DimensionSheet, IndicatorSheet, ScorecardSheet

# The engine refuses numbers beyond this; nobody means them.
LARGEST = 1e300
# What changed is asked about the last month, unless somebody says otherwise.
COMPARED_DAYS = 30
# Before this day no customer was ever scored; windows reach back from every day.
EARLIEST = date(1990, 1, 1)


class CalculatorForm(forms.Form):
    """One number for each source of a scorecard; what is left empty is missing data.

    A source that stands in two dimensions is asked once, in the first.
    """

    def __init__(self, *args: Any, sheet: ScorecardSheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        for dimension in sheet.dimensions:
            for indicator in dimension.indicators:
                if indicator.key not in self.fields:
                    self.fields[indicator.key] = _value_field(indicator)

    def values(self) -> dict[str, float]:
        """The numbers that were given and are numbers, by source key."""
        found = getattr(self, "cleaned_data", {})
        return {key: value for key, value in found.items() if value is not None}

    def groups(self) -> Iterator[tuple[DimensionSheet, list[Any]]]:
        """Dimensions with their fields; one without a field of its own is left out."""
        seen: set[str] = set()
        for dimension in self.sheet.dimensions:
            fields = []
            for indicator in dimension.indicators:
                if indicator.key not in seen:
                    seen.add(indicator.key)
                    fields.append((self[indicator.key], indicator))
            if fields:
                yield dimension, fields


def _value_field(indicator: IndicatorSheet) -> forms.FloatField:
    # A text input with a number pad: the browser's own number input swallows what is
    # not a number, so nobody could be told about it.
    return forms.FloatField(
        label=indicator.label,
        required=False,
        min_value=-LARGEST,
        max_value=LARGEST,
        widget=forms.TextInput(
            attrs={
                "inputmode": "text" if _may_be_negative(indicator) else "decimal",
                "class": "form-control",
                "autocomplete": "off",
                "aria-describedby": f"about-{indicator.key} wrong-{indicator.key}",
            }
        ),
        error_messages={
            "invalid": _("Type a number such as 7.5."),
            "min_value": _("This number is too small."),
            "max_value": _("This number is too large."),
        },
    )


def _may_be_negative(indicator: IndicatorSheet) -> bool:
    """Number pads of phones have no minus sign."""
    return any(point.value.startswith("−") for point in indicator.chart.points)


class PastDayField(forms.DateField):
    """A day that facts may reach: not from before anybody kept them."""

    def __init__(self, **kwargs: Any) -> None:
        words = _("Choose a day after 1990.")
        super().__init__(
            widget=DayInput(), validators=[MinValueValidator(EARLIEST, words)], **kwargs
        )


class RecomputeForm(DrawnForm):
    """Which day to compute, and what to do with a day that is closed already."""

    day = PastDayField(label=_("Day"))
    restate = forms.BooleanField(
        label=_("Compute a closed day again"),
        required=False,
        help_text=_(
            "Written beside what was known then, which stays as it was. Without it "
            "a closed day only gets the accounts that have no score yet."
        ),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"day": today}, **kwargs)
        self.today = today
        self.fields["day"].widget.attrs["max"] = today.isoformat()

    def clean_day(self) -> date:
        """Today is provisional, tomorrow has no facts yet."""
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(_("This day has not begun yet."))
        return day

    def clean(self) -> dict[str, Any]:
        """What was known of a day is settled only when the day is over."""
        data = super().clean() or {}
        if data.get("restate") and data.get("day") == self.today:
            self.add_error("day", _("Only a day that is over can be computed again."))
        return data


class HistoryForm(forms.Form):
    """The days an account's history shows: one in full, two compared.

    ``last_day`` is the newest with a score, shown unless somebody asks for another.
    """

    day = PastDayField(label=_("Day"), required=False)
    day_from = PastDayField(label=_("From"), required=False)
    day_to = PastDayField(label=_("To"), required=False)

    def __init__(self, *args: Any, last_day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_day = last_day

    def clean(self) -> dict[str, Any]:
        """The first of two days comes first."""
        days = super().clean() or {}
        first, last = days.get("day_from"), days.get("day_to")
        if first and last and first >= last:
            self.add_error("day_from", _("Choose a day before the second one."))
        return days

    def days(self) -> tuple[date, date, date]:
        """The day shown, and the two compared: by default with 30 days before."""
        self.is_valid()
        day = self.cleaned_data.get("day") or self.last_day
        day_to = self.cleaned_data.get("day_to") or day
        month_before = day_to - timedelta(days=COMPARED_DAYS)
        return day, self.cleaned_data.get("day_from") or month_before, day_to
