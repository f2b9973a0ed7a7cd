"""Forms of the queues and of one ticket. They check shapes, nothing more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.widgets import RadioButtons
from organisation.models import Team, User
from tickets.categories import Category
from tickets.models import Ticket, TicketQuerySet

ANYTHING: list[tuple[str, Any]] = [("", _("Any"))]


def agents() -> Any:
    """People who may work on tickets, by name."""
    roles = ("agent", "lead", "operations", "admin")
    return User.objects.people().filter(role__in=roles).order_by(Lower("name"), "pk")


class QueueFilterForm(forms.Form):
    """Narrowing a queue; what cannot be read is left out, as if not chosen."""

    priority = forms.ChoiceField(
        label=_("Priority"),
        choices=[*ANYTHING, *Ticket.Priority.choices],
        required=False,
        widget=RadioButtons,
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[*ANYTHING, *Ticket.Status.choices],
        required=False,
        widget=RadioButtons,
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        label=_("Team"),
        to_field_name="public_id",
        required=False,
        empty_label=_("Any"),
        widget=RadioButtons,
    )
    assignee = forms.ChoiceField(
        label=_("Assignee"), required=False, widget=RadioButtons
    )
    category = forms.ChoiceField(
        label=_("Category"),
        choices=[*ANYTHING, *Category.choices],
        required=False,
        widget=RadioButtons,
    )
    tag = forms.CharField(label=_("Tag"), max_length=40, required=False)
    account = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        #: Read once: the filter and the bar of bulk actions name the same people.
        self.people = list(agents())
        assignee: Any = self.fields["assignee"]
        named = [(str(person.public_id), person.label) for person in self.people]
        assignee.choices = [*ANYTHING, *named]

    def chosen(self) -> dict[str, Any]:
        """The valid choices."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrowed(self, tickets: TicketQuerySet) -> TicketQuerySet:
        """Those tickets that pass every choice."""
        choice = self.chosen()
        for name in ("priority", "status", "team", "category"):
            if name in choice:
                tickets = tickets.filter(**{name: choice[name]})
        if "assignee" in choice:
            tickets = tickets.filter(assignee__public_id=choice["assignee"])
        if "tag" in choice:
            tickets = tickets.filter(tags__contains=[choice["tag"].lower()])
        if "account" in choice:
            tickets = tickets.filter(account__public_id=choice["account"])
        return tickets

    def words(self, name: str) -> str:
        """A choice as a person reads it; empty when nothing is chosen."""
        value = self.chosen().get(name)
        if not value:
            return ""
        choices: Any = getattr(self.fields[name], "choices", ())
        return (
            str(dict(choices).get(value, value))
            if isinstance(value, str)
            else str(value)
        )
