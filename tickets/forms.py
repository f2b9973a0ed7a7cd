"""Forms of the queues and of one ticket. They check shapes, nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import CustomField
from core.widgets import RadioButtons
from organisation.models import Team, User
from tickets.categories import Category
from tickets.custom_filters import choices_of, filter_fields, having, is_named_in
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

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        #: Read once: the filter and the bar of bulk actions name the same people.
        self.people = list(agents().only("public_id", "name", "email"))
        self._offer("assignee", ((one.public_id, one.label) for one in self.people))
        self._offer("team", Team.objects.values_list("public_id", "name"))
        self.custom: dict[str, CustomField] = {}
        if is_named_in(self.data):
            self.offer_custom()

    def _offer(self, name: str, named: Iterable[tuple[UUID, str]]) -> None:
        field: Any = self.fields[name]
        field.choices = [*ANYTHING, *((str(key), label) for key, label in named)]

    def offer_custom(self) -> dict[str, CustomField]:
        """Offer the fields made here by which one may narrow; they by their names.

        They are read where the bar of filters is drawn, or one of them is chosen.
        """
        if not self.custom:
            self.custom = filter_fields()
        for name, field in self.custom.items():
            self.fields[name] = forms.ChoiceField(
                label=field.label,
                choices=[*ANYTHING, *choices_of(field)],
                required=False,
                widget=RadioButtons,
            )
        return self.custom

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
