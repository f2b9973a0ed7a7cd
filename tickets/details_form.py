"""What a ticket says of itself, as the page asks for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.custom import CustomValuesForm
from tickets import services
from tickets.ask_forms import AskForm
from tickets.categories import Category
from tickets.models import Ticket


class DetailsForm(AskForm, CustomValuesForm):
    """What the ticket says of itself, custom fields too."""

    title = _("Edit details")
    target = "ticket"
    FIELDS = (
        "subject",
        "category",
        "tags",
        "root_cause",
        "workaround",
        "resolution_note",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    subject = forms.CharField(label=_("Subject"), max_length=300)
    category = forms.ChoiceField(label=_("Category"), required=False)
    tags = forms.CharField(
        label=_("Tags"), required=False, help_text=_("Separated by commas.")
    )
    root_cause = forms.CharField(
        label=_("Root cause"), required=False, widget=forms.Textarea({"rows": 2})
    )
    workaround = forms.CharField(
        label=_("Workaround"), required=False, widget=forms.Textarea({"rows": 2})
    )
    resolution_note = forms.CharField(
        label=_("Resolution"), required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, ticket: Ticket, **kw: Any) -> None:
        super().__init__(*args, ticket=ticket, custom=ticket.custom, **kw)

    def prepare(self) -> None:
        ticket = self.ticket
        choices: list[tuple[str, Any]] = [("", "–"), *Category.choices]
        if ticket.category and ticket.category not in Category.values:
            choices.append((ticket.category, ticket.category))
        field: Any = self.fields["category"]
        field.choices = choices
        for name in self.FIELDS:
            self.initial[name] = getattr(ticket, name)
        self.initial["tags"] = ", ".join(ticket.tags)
        self.initial["version"] = ticket.version

    def clean_tags(self) -> list[str]:
        """The words between the commas."""
        parts = self.cleaned_data["tags"].split(",")
        return [part.strip() for part in parts if part.strip()]

    def apply(self) -> Any:
        data = self.cleaned_data
        return services.update_ticket(
            self.ticket,
            by=self.user,
            expected_version=data["version"],
            custom=self.custom_values(),
            **{name: data[name] for name in self.FIELDS},
        )
