"""Forms of the calendar pages: week, day that differs, file, promise to try."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from holidays.registry import COUNTRIES

from core.durations import NoDuration, minutes_of
from core.forms import DayInput, DrawnForm, MomentInput
from core.working_time_preview import WEEKDAYS
from organisation.forms import timezone_choices
from organisation.models import WorkingCalendar

WEEKDAY_WORDS = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
#: Pairs of hours drawn per weekday; one more than a calendar has already.
LEAST_PAIRS = 2
_PAUSE = re.compile(r"\s+(?:-|–|to|until)\s+")


@cache
def country_choices() -> tuple[tuple[str, str], ...]:
    """Countries whose public holidays are known."""
    known = holidays.list_supported_countries()
    names = {
        codes[1]: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", codes[0])
        for codes in COUNTRIES.values()
        if codes[1] in known
    }
    ordered = sorted(names.items(), key=lambda item: item[1])
    return ("", _("No public holidays")), *ordered


class ClockInput(forms.TimeInput):
    """The browser's own picker of a time of day."""

    input_type = "time"

    def __init__(self, label: str) -> None:
        super().__init__(attrs={"aria-label": label}, format="%H:%M")


class CalendarForm(DrawnForm):
    """Name, zone, holidays and the week of a calendar."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    timezone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=timezone_choices
    )
    holiday_country = forms.ChoiceField(
        label=gettext_lazy("Public holidays of"),
        choices=country_choices,
        required=False,
    )
    holiday_region = forms.CharField(
        label=gettext_lazy("Region"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("The short code of a state, such as BY or CA."),
    )
    is_always_open = forms.BooleanField(
        label=gettext_lazy("Open around the clock"),
        required=False,
        help_text=gettext_lazy("Public holidays and days that differ still count."),
    )

    def __init__(
        self, data: Any = None, *, calendar: WorkingCalendar | None = None
    ) -> None:
        initial = _initial(calendar)
        super().__init__(data, initial=initial)
        weekly = calendar.weekly if calendar is not None else {}
        self.pair_counts = {
            day: max(LEAST_PAIRS, len(weekly.get(day, [])) + 1) for day in WEEKDAYS
        }
        for day, word in zip(WEEKDAYS, WEEKDAY_WORDS, strict=True):
            for number in range(self.pair_counts[day]):
                for side, told in (("from", _("from")), ("to", _("to"))):
                    label = f"{word} {told} {number + 1}"
                    self.fields[f"{day}_{number}_{side}"] = forms.TimeField(
                        label=label, required=False, widget=ClockInput(label)
                    )

    def week(self) -> list[dict[str, Any]]:
        """The weekdays with their pairs of fields, for the template."""
        return [
            {
                "word": word,
                "pairs": [
                    (self[f"{day}_{number}_from"], self[f"{day}_{number}_to"])
                    for number in range(self.pair_counts[day])
                ],
            }
            for day, word in zip(WEEKDAYS, WEEKDAY_WORDS, strict=True)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        weekly: dict[str, list[list[str]]] = {}
        for day in WEEKDAYS:
            for number in range(self.pair_counts[day]):
                names = [f"{day}_{number}_from", f"{day}_{number}_to"]
                opens, closes = (cleaned.pop(name, None) for name in names)
                if (opens is None) != (closes is None) and not (
                    set(names) & set(self.errors)
                ):
                    self.add_error(names[closes is None], _("Give both times."))
                elif opens is not None and closes is not None:
                    pair = [f"{opens:%H:%M}", f"{closes:%H:%M}"]
                    weekly.setdefault(day, []).append(pair)
        return cleaned | {"weekly": weekly}


def _initial(calendar: WorkingCalendar | None) -> dict[str, Any]:
    """What the form shows of a calendar; a new one has ordinary office hours."""
    if calendar is None:
        weekly: Mapping[str, Sequence[Sequence[str]]] = {
            day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]
        }
        found: dict[str, Any] = {}
    else:
        weekly = calendar.weekly
        found = {
            name: getattr(calendar, name)
            for name in (
                "name", "timezone", "holiday_country", "holiday_region",
                "is_always_open",
            )
        }  # fmt: skip
    for day, pairs in weekly.items():
        for number, (opens, closes) in enumerate(pairs):
            found[f"{day}_{number}_from"] = opens
            found[f"{day}_{number}_to"] = "00:00" if closes == "24:00" else closes
    return found


class DayForm(DrawnForm):
    """One date that differs: closed, or open at other hours."""

    day = forms.DateField(label=gettext_lazy("Date"), widget=DayInput())
    label = forms.CharField(
        label=gettext_lazy("Reason"), max_length=120, required=False
    )
    opens = forms.TimeField(
        label=gettext_lazy("Open from"),
        required=False,
        widget=ClockInput(""),
        help_text=gettext_lazy("Leave both empty for a closed day."),
    )
    closes = forms.TimeField(
        label=gettext_lazy("to"), required=False, widget=ClockInput("")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opens, closes = cleaned.pop("opens", None), cleaned.pop("closes", None)
        if (opens is None) != (closes is None):
            self.add_error("closes", _("Give both times, or none."))
        cleaned["intervals"] = []
        if opens is not None and closes is not None:
            cleaned["intervals"] = [[f"{opens:%H:%M}", f"{closes:%H:%M}"]]
        return cleaned


class FileForm(DrawnForm):
    """An iCal file with days off."""

    file = forms.FileField(
        label=gettext_lazy("iCal file"),
        help_text=gettext_lazy(
            "An .ics file of at most 1 MB. All-day events close the day, others their "
            "hours. Dates that stand in the list already stay as they are."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".ics,text/calendar"}),
    )


class TryForm(DrawnForm):
    """A promise to try out; times are local to the calendar."""

    start = forms.DateTimeField(label=gettext_lazy("Start"), widget=MomentInput())
    target = forms.CharField(
        label=gettext_lazy("Target"),
        max_length=40,
        help_text=gettext_lazy("Such as 4 h, 30 min or 2 d (24 hours each)."),
    )
    pauses = forms.CharField(
        label=gettext_lazy("Pauses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "One per line: 2026-06-01 10:00 – 2026-06-01 12:30. Without an end it "
            "still runs."
        ),
    )
    done_at = forms.DateTimeField(
        label=gettext_lazy("Done"), required=False, widget=MomentInput()
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)

    def clean_target(self) -> int:
        """The target in minutes."""
        try:
            minutes = minutes_of(self.cleaned_data["target"])
        except NoDuration as error:
            words = _("Write a length of time such as 4 h or 30 min.")
            raise ValidationError(words) from error
        if minutes < 1:
            raise ValidationError(_("The target is at least one minute."))
        return minutes

    def clean_pauses(self) -> list[list[str | None]]:
        """Pairs of instants; an open end is None."""
        return [
            self._pause(line.strip())
            for line in self.cleaned_data["pauses"].splitlines()
            if line.strip()
        ]

    def _pause(self, line: str) -> list[str | None]:
        parts = _PAUSE.split(line.rstrip(" –-"))
        try:
            moments = [datetime.fromisoformat(part.strip()) for part in parts]
        except ValueError:
            moments = []
        if len(moments) not in (1, 2):
            words = _("“%(line)s” is not a pause.") % {"line": line[:60]}
            raise ValidationError(words)
        told: list[str | None] = [self._instant(moment) for moment in moments]
        return [*told, None][:2]

    def body(self, definition: Mapping[str, Any]) -> dict[str, Any]:
        """What the SLA preview is asked; for a form that is valid."""
        found = self.cleaned_data
        body = {
            "calendar": definition,
            "start": self._instant(found["start"]),
            "target_minutes": found["target"],
            "pauses": found["pauses"],
        }
        if found["done_at"] is not None:
            body["done_at"] = self._instant(found["done_at"])
        return body

    def _instant(self, moment: datetime) -> str:
        # What was typed is wall-clock time where the calendar is.
        return moment.replace(tzinfo=self.zone, fold=0).isoformat()


def default_start(now: datetime, zone: ZoneInfo) -> datetime:
    """The next full hour there, to begin trying with."""
    local = now.astimezone(zone).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    return local + timedelta(hours=1)
