"""Who else is told what happens on a ticket, as its page asks for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organisation.models import User
from tickets import services
from tickets.ask_forms import MOST_OFFERED, AskForm
from tickets.models import Ticket
from tickets.queries.visibility import seen_by

_MOST_LOOKED_AT = 60


def person_label(person: User) -> str:
    """How a picker names a person: ``name (address)``."""
    return f"{person.name} ({person.email})" if person.name else person.email


def possible_watchers(ticket: Ticket, text: str) -> list[User]:
    """People whose name or address has these words, who may see the ticket and do not
    watch it yet."""
    words = text.strip()[:100]
    if not words:
        return []
    found = (
        User.objects.people()
        .filter(Q(name__icontains=words) | Q(email__istartswith=words))
        .exclude(watched_tickets__ticket=ticket)
        .order_by(Lower("name"), "pk")[:_MOST_LOOKED_AT]
    )
    people = list(found)
    sees = seen_by(people, [ticket]) if people else {}
    return [each for each in people if ticket.pk in sees[each.pk]][:MOST_OFFERED]


class WatcherForm(AskForm):
    """One more person who is told."""

    title, submit = _("Add a watcher"), _("Add")
    done = _("They are told from now on.")
    offers = ("person-options",)
    person = forms.CharField(
        label=_("Person"),
        max_length=460,
        help_text=_("Name or e-mail. Only people who may see the ticket are offered."),
        widget=forms.TextInput(
            {
                "list": "person-options",
                "autocomplete": "off",
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#person-options",
                "hx-sync": "this:replace",
                "data-autofocus": "",
            }
        ),
    )

    def prepare(self) -> None:
        offered = reverse("tickets:watcher_options", args=[self.ticket.public_id])
        self.fields["person"].widget.attrs["hx-get"] = offered

    def clean_person(self) -> User:
        """The one person of this name or address."""
        text = self.cleaned_data["person"].strip()
        _name, bracket, email = text.removesuffix(")").rpartition(" (")
        if bracket and "@" in email:
            meant = Q(email__iexact=email)
        else:
            meant = Q(name__iexact=text) | Q(email__iexact=text)
        found = list(User.objects.people().filter(meant)[:2])
        if not found:
            raise forms.ValidationError(_("There is nobody of this name or address."))
        if len(found) > 1:
            raise forms.ValidationError(
                _("Several people are called that. Choose one from the list.")
            )
        return found[0]

    def apply(self) -> Any:
        return services.watch(
            self.ticket, by=self.user, person=self.cleaned_data["person"]
        )
