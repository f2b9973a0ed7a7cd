"""The form of a contact."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.custom import CustomValuesForm
from accounts.models import Contact, ContactRole
from core.forms import DayInput


class ContactForm(CustomValuesForm):
    """A person at an account with the roles they hold now."""

    target = "contact"

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), max_length=254, required=False)
    title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=60, required=False)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=ContactRole.Role.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("From today on; earlier roles stay in the history."),
    )
    sentiment = forms.ChoiceField(
        label=_("Sentiment"),
        choices=[("", _("Not known")), *Contact.Sentiment.choices],
        required=False,
    )
    is_opted_out_email = forms.BooleanField(
        label=_("Wants no e-mail from us"), required=False
    )
    is_opted_out_surveys = forms.BooleanField(
        label=_("Wants no surveys"), required=False
    )
    left_on = forms.DateField(
        label=_("Left the company on"),
        widget=DayInput(),
        required=False,
        help_text=_("Ends every role on that day."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, contact: Contact | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, custom=contact.custom if contact else None, **kwargs)
        if contact is None:
            del self.fields["left_on"]
        else:
            self.initial = initial_values(contact)

    def values(self) -> dict[str, Any]:
        """What the services take."""
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if not name.startswith("custom_") and name != "version"
        }
        return values | {"custom": self.custom_values()}


def initial_values(contact: Contact) -> dict[str, Any]:
    """The contact as the form shows it."""
    names = (
        "name", "email", "title", "phone", "sentiment", "is_opted_out_email",
        "is_opted_out_surveys", "left_on", "version",
    )  # fmt: skip
    roles = contact.roles.filter(valid_to__isnull=True)
    values: dict[str, Any] = {name: getattr(contact, name) for name in names}
    return values | {"roles": list(roles.values_list("role", flat=True))}
