"""Forms of channels and of a person's own choice how to hear of alerts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DrawnForm
from health.models import AlertChannel, AlertPreference, ChannelKind, DeliveryPace
from health.services.channels import LONGEST_URL


class ChannelForm(DrawnForm):
    """A channel; the address is typed, never shown again."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("As people call the chat, such as “CS alerts”."),
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=ChannelKind.choices)
    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}
        ),
    )
    is_on = forms.BooleanField(
        label=_("Post alerts to this channel"), required=False, initial=True
    )

    def __init__(
        self, *args: Any, channel: AlertChannel | None = None, **kwargs: Any
    ) -> None:
        if channel is not None:
            kwargs["initial"] = {
                "name": channel.name,
                "kind": channel.kind,
                "is_on": channel.is_on,
            }
        super().__init__(*args, **kwargs)
        address = self.fields["url"]
        address.help_text = _(
            "The incoming webhook that your chat made for you. It is a secret: "
            "whoever knows it can write there."
        )
        if channel is not None:
            address.required = False
            address.help_text = _(
                "%(address)s is stored. Leave this empty to keep it."
            ) % {"address": channel.masked_url}

    def channel_values(self) -> dict[str, Any]:
        """What the service takes; an address left empty stays as it is."""
        values = dict(self.cleaned_data)
        if not values["url"]:
            del values["url"]
        return values


def _hours() -> list[tuple[int, str]]:
    return [(hour, f"{hour:02d}:00") for hour in range(24)]


class _ClockInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"


class PreferenceForm(DrawnForm):
    """Pace, hour of the digest, quiet hours."""

    pace = forms.ChoiceField(
        label=_("E-mail about alerts"),
        choices=DeliveryPace.choices,
        widget=forms.RadioSelect,
    )
    digest_hour = forms.TypedChoiceField(
        label=_("Hour of the daily mail"), choices=_hours, coerce=int
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=_ClockInput(format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"),
        required=False,
        widget=_ClockInput(format="%H:%M"),
        help_text=_(
            "Mails that would come at once wait until then. May go over midnight; "
            "leave both empty for none."
        ),
    )

    def __init__(self, *args: Any, preference: AlertPreference, **kwargs: Any) -> None:
        names = ("pace", "digest_hour", "quiet_from", "quiet_until")
        initial = {name: getattr(preference, name) for name in names}
        super().__init__(*args, initial=initial, **kwargs)
