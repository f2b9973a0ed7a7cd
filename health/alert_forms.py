"""Forms around alerts: which ones a list shows, and what is said to act on them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Segment
from core.formatting import said_date
from core.forms import DayInput, DrawnForm
from health.models import AlertRule, AlertSeverity, LedgerReason
from health.queries.alert_lists import ACKNOWLEDGED, ESCALATED, UNSEEN, handlers
from organisation.models import User

REASON_LENGTH = 200
MOST_SNOOZED_DAYS = 366

_SELECT = {"class": "form-select"}
_FIND = forms.TextInput(
    {
        "class": "form-control find",
        "autocomplete": "off",
        "type": "search",
        "placeholder": _("Find an account"),
        "aria-label": _("Find by the account's name or domain"),
    }
)


class InboxForm(forms.Form):
    """Which alerts the inbox shows; every field has an answer for "no choice"."""

    STATES = (
        ("", _("Any state")),
        (UNSEEN, _("Not acknowledged")),
        (ACKNOWLEDGED, _("Acknowledged")),
        (ESCALATED, _("Escalated")),
    )

    q = forms.CharField(
        label=_("Account"), max_length=100, required=False, widget=_FIND
    )
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=(("", _("Every severity")), *AlertSeverity.choices),
        required=False,
        widget=forms.RadioSelect,
    )
    rule = forms.ModelChoiceField(
        AlertRule.objects.all(),
        label=_("Rule"),
        to_field_name="key",
        required=False,
        empty_label=_("Every rule"),
        widget=forms.Select(_SELECT),
    )
    segment = forms.ModelChoiceField(
        Segment.objects.all(),
        label=_("Segment"),
        to_field_name="slug",
        required=False,
        empty_label=_("Every segment"),
        widget=forms.Select(_SELECT),
    )
    who = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Who"),
        to_field_name="public_id",
        required=False,
        empty_label=_("Everybody"),
        widget=forms.Select(_SELECT),
    )
    state = forms.ChoiceField(
        label=_("State"), choices=STATES, required=False, widget=forms.RadioSelect
    )
    account = forms.UUIDField(
        label=_("Account"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].queryset = handlers()  # type: ignore[attr-defined]

    def chosen(self) -> dict[str, Any]:
        """The valid choices; what is not valid is left out, as if not chosen."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class AssignAlertsForm(DrawnForm):
    """Who deals with the chosen alerts from now on."""

    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Person"),
        to_field_name="public_id",
        required=False,
        empty_label=_("Nobody: the owner of the account again"),
        help_text=_("They are told as they prefer to hear of alerts."),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = handlers()
        self.fields["to"].queryset = people  # type: ignore[attr-defined]
        if people.filter(pk=by.pk).exists():
            self.initial.setdefault("to", by.public_id)


class SnoozeAlertsForm(DrawnForm):
    """How long the chosen alerts stay out of sight."""

    WORSE, DAY = "worse", "day"
    SPANS = (
        ("1", _("Until tomorrow"), 1),
        ("7", _("For a week"), 7),
        ("30", _("For 30 days"), 30),
    )

    until = forms.ChoiceField(label=_("Until when"), widget=forms.RadioSelect)
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=DayInput(),
        help_text=_("Only for “until a day”."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial.setdefault("until", self.SPANS[1][0])
        self.fields["until"].choices = [  # type: ignore[attr-defined]
            *((key, self._said(words, days)) for key, words, days in self.SPANS),
            (self.WORSE, _("Until it gets worse")),
            (self.DAY, _("Until a day")),
        ]
        last = today + timedelta(days=MOST_SNOOZED_DAYS)
        self.fields["day"].widget.attrs |= {
            "min": (today + timedelta(days=1)).isoformat(),
            "max": last.isoformat(),
        }

    def _said(self, words: Any, days: int) -> str:
        if days == 1:
            return str(words)
        day = self.today + timedelta(days=days)
        return f"{words} ({said_date(day, today=self.today, gettext=gettext)})"

    def clean(self) -> dict[str, Any]:
        """A day must be given when one is asked for, and lie ahead."""
        data = super().clean() or {}
        if data.get("until") != self.DAY or "day" in self.errors:
            return data
        day = data.get("day")
        if day is None:
            self.add_error("day", _("Choose the day."))
        elif not 0 < (day - self.today).days <= MOST_SNOOZED_DAYS:
            self.add_error("day", _("Choose a day between tomorrow and a year ahead."))
        return data

    def until_day(self) -> date | None:
        """The day on which they come back; None: when they get worse."""
        until = self.cleaned_data["until"]
        if until == self.WORSE:
            return None
        if until == self.DAY:
            day: date = self.cleaned_data["day"]
            return day
        return self.today + timedelta(days=int(until))


class CloseAlertForm(DrawnForm):
    """Why an alert is closed by hand."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        help_text=_("Whoever opens the account later reads this."),
        error_messages={"required": _("Say why the alert is closed.")},
    )


class LedgerForm(forms.Form):
    """Which evaluations the ledger shows."""

    q = forms.CharField(
        label=_("Account"), max_length=100, required=False, widget=_FIND
    )
    rule = forms.ModelChoiceField(
        AlertRule.objects.all(),
        label=_("Rule"),
        to_field_name="key",
        required=False,
        empty_label=_("Every rule"),
        widget=forms.Select(_SELECT),
    )
    reason = forms.ChoiceField(
        label=_("Why not"),
        choices=(("", _("Every reason")), *LedgerReason.choices),
        required=False,
        widget=forms.RadioSelect,
    )
    day = forms.DateField(
        label=_("Day"), required=False, widget=DayInput(**{"class": "form-control"})
    )
    account = forms.UUIDField(
        label=_("Account"), required=False, widget=forms.HiddenInput
    )

    def chosen(self) -> dict[str, Any]:
        """The valid choices; what is not valid is left out, as if not chosen."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
