"""Forms of the queues and of one ticket. They check shapes, nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import RadioButtons
from tickets.categories import Category
from tickets.custom_filters import choices_of, having, named
from tickets.models import Ticket, TicketQuerySet
from tickets.queries.offered import Named, Offered

ANYTHING: list[tuple[str, Any]] = [("", _("Any"))]


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
    team = forms.ChoiceField(label=_("Team"), required=False, widget=RadioButtons)
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

    def __init__(self, *args: Any, offered: Offered, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("assignee", offered.people)
        self._offer("team", offered.teams)
        #: Fields made here by which one may narrow, by their names.
        self.custom = named(offered.fields)
        for name, field in self.custom.items():
            self.fields[name] = forms.ChoiceField(
                label=field.label,
                choices=[*ANYTHING, *choices_of(field)],
                required=False,
                widget=RadioButtons,
            )

    def _offer(self, name: str, rows: Iterable[Named]) -> None:
        field: Any = self.fields[name]
        field.choices = [*ANYTHING, *rows]

    def chosen(self) -> dict[str, Any]:
        """The valid choices."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def narrowed(self, tickets: TicketQuerySet) -> TicketQuerySet:
        """Those tickets that pass every choice."""
        choice = self.chosen()
        for name in ("priority", "status", "category"):
            if name in choice:
                tickets = tickets.filter(**{name: choice[name]})
        for name in ("team", "assignee"):
            if name in choice:
                tickets = tickets.filter(**{f"{name}__public_id": choice[name]})
        if "tag" in choice:
            tickets = tickets.filter(tags__contains=[choice["tag"].lower()])
        if "account" in choice:
            tickets = tickets.filter(account__public_id=choice["account"])
        for name, field in self.custom.items():
            if name in choice:
                tickets = having(tickets, field, choice[name])
        return tickets

    def words(self, name: str) -> str:
        """A choice as a person reads it; empty when nothing is chosen."""
        value = self.chosen().get(name, "")
        return str(self.offered(name).get(value, value)) if value else ""

    def offered(self, name: str) -> dict[str, Any]:
        """What can be chosen, with its words; nothing where it is written."""
        field: Any = self.fields[name]
        return dict(getattr(field, "choices", ()))

    def key(self, name: str) -> str:
        """What it is called and all that can be chosen, for the key of its drawing."""
        offered = self.offered(name).items()
        words = (f"{value}={label}" for value, label in offered)
        return "|".join([name, str(self.fields[name].label), *words])
