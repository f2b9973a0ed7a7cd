"""The form of an alert rule: only the values that the rule has, in its own unit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Segment
from core.forms import DrawnForm
from health.alert_rule_words import said_value
from health.alert_rules import Rule, Settings
from health.models import AlertChannel, AlertRule, AlertSeverity

LONGEST_PAUSE_DAYS = 365
LONGEST_WAIT_DAYS = 90
_VALUES = ("enter_value", "leave_value", "window_days")


class AlertRuleForm(DrawnForm):
    """When a rule opens and closes, for whom it looks, and who hears of it."""

    is_on = forms.BooleanField(
        label=gettext_lazy("The rule is on"),
        required=False,
        help_text=gettext_lazy(
            "Switched off, it opens nothing and closes what is open."
        ),
    )
    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"), choices=AlertSeverity.choices
    )
    enter_value = forms.FloatField(required=False)
    leave_value = forms.FloatField(required=False)
    window_days = forms.IntegerField(required=False)
    segments = forms.ModelMultipleChoiceField(
        Segment.objects.all(),
        label=gettext_lazy("Segments"),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only accounts of these. Choose none for all accounts."),
    )
    sends_email = forms.BooleanField(
        label=gettext_lazy("By e-mail"),
        required=False,
        help_text=gettext_lazy(
            "To whoever the alert waits for, at once or in the daily digest, as each "
            "person prefers."
        ),
    )
    channels = forms.ModelMultipleChoiceField(
        AlertChannel.objects.all(),
        label=gettext_lazy("Channels"),
        to_field_name="public_id",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Chats to which every alert of this rule is posted."),
    )
    cool_down_days = forms.IntegerField(
        label=gettext_lazy("Days of quiet after closing"),
        min_value=0,
        max_value=LONGEST_PAUSE_DAYS,
        help_text=gettext_lazy(
            "For so long the rule does not open again for the same account, unless "
            "its band gets worse."
        ),
    )
    escalate_after_days = forms.IntegerField(
        label=gettext_lazy("Days until the team lead is told"),
        required=False,
        min_value=1,
        max_value=LONGEST_WAIT_DAYS,
        help_text=gettext_lazy(
            "If nobody acknowledges the alert by then. Leave empty for never."
        ),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: AlertRule, rule: Rule, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _initial(row))
        super().__init__(*args, **kwargs)
        self.rule = rule
        values = {
            "enter_value": (rule.defaults.enter, rule.enter_label),
            "leave_value": (rule.defaults.leave, rule.leave_label),
            "window_days": (rule.defaults.window, rule.window_label),
        }
        for name, (default, label) in values.items():
            if default is None:
                del self.fields[name]
            else:
                self.fields[name].label = label
                self._with_default(name, default)

    def _with_default(self, name: str, default: float) -> None:
        """A text box with a number pad, and what is usual, with its unit, below it."""
        is_window = name == "window_days"
        said = (
            _("%(n)s days") % {"n": default}
            if is_window
            else said_value(self.rule, default)
        )
        field = self.fields[name]
        field.help_text = _("Usual is %(value)s.") % {"value": said}
        # Number pads of phones have no minus sign.
        mode = "text" if self.rule.lowest < 0 and not is_window else "decimal"
        field.widget = forms.TextInput({"inputmode": mode, "autocomplete": "off"})
        field.error_messages["invalid"] = _("Type a number such as 7.5.")

    def lock(self) -> None:
        """Only to be read."""
        for field in self.fields.values():
            field.disabled = True

    def clean(self) -> dict[str, Any]:
        """What the rule itself says of its values, beside each of them."""
        data = super().clean() or {}
        if any(name in self.errors for name in _VALUES):
            return data
        for name, problem in self.rule.problems(self.settings()).items():
            self.add_error(name if name in self.fields else None, problem)
        return data

    def settings(self) -> Settings:
        """The values as the rule reads them."""
        return Settings(*(self.cleaned_data.get(name) for name in _VALUES))

    def changes(self) -> dict[str, Any]:
        """What the service is asked to write."""
        return {n: v for n, v in self.cleaned_data.items() if n != "version"}


def _initial(row: AlertRule) -> dict[str, Any]:
    plain = (
        "is_on", "severity", "enter_value", "leave_value", "window_days",
        "sends_email", "cool_down_days", "escalate_after_days", "version",
    )  # fmt: skip
    values = ("enter_value", "leave_value")
    whole = {n: f"{v:g}" for n in values if (v := getattr(row, n)) is not None}
    return (
        {name: getattr(row, name) for name in plain}
        | whole
        | {
            "segments": [segment.slug for segment in row.segments.all()],
            "channels": [channel.public_id for channel in row.channels.all()],
        }
    )
