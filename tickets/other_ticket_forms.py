"""What is asked where a second ticket is meant: to merge into, to link to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import SuggestingInput
from tickets import services
from tickets.ask_forms import MOST_OFFERED, AskForm
from tickets.models import LinkKind, Ticket, TicketQuerySet

#: Sources may use the same numbers; more than this have not been seen.
MOST_OF_ONE_NUMBER = 20


class OtherTicketForm(AskForm):
    """Names another ticket by its number, and says which where several have it."""

    number = forms.CharField(
        label=_("Number of the other ticket"),
        max_length=40,
        widget=SuggestingInput({"placeholder": "T-1042", "autocomplete": "off"}),
    )
    which = forms.ModelChoiceField(
        Ticket.objects.none(),
        label=_("Which of them"),
        required=False,
        to_field_name="public_id",
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def prepare(self) -> None:
        number: Any = self.fields["number"]
        which: Any = self.fields["which"]
        seen = Ticket.objects.visible_to(self.user).exclude(pk=self.ticket.pk)
        self.others = others_of(self.ticket, seen)
        number.widget.suggestions = [(row.number, row.subject) for row in self.others]
        self.found: list[Ticket] = []
        if self.is_bound:
            named = str(self.data.get("number", "")).strip()
            found = seen.filter(number__iexact=named).select_related("account")
            self.found = list(found.order_by("-id")[:MOST_OF_ONE_NUMBER])
        if len(self.found) < 2:
            del self.fields["which"]
            return
        which.queryset = seen.filter(pk__in=[row.pk for row in self.found])
        which.queryset = which.queryset.select_related("account").order_by("-id")
        which.label_from_instance = told_apart

    def clean(self) -> dict[str, Any]:
        """The other ticket under ``other``."""
        data = super().clean() or {}
        if len(self.found) == 1:
            data["other"] = self.found[0]
        elif self.found:
            data["other"] = data.get("which")
            if data["other"] is None and "which" not in self.errors:
                self.add_error("which", _("Several tickets have this number."))
        elif "number" not in self.errors:
            words = _("There is no other ticket with this number.")
            self.add_error("number", words)
        return data


def others_of(ticket: Ticket, seen: TicketQuerySet) -> list[Ticket]:
    """What is most likely meant: the customer's other tickets, newest first."""
    if ticket.account_id is not None:
        same = Q(account=ticket.account_id)
    elif ticket.requester_email:
        same = Q(requester_email__iexact=ticket.requester_email)
    else:
        return []
    rows = seen.genuine().filter(same).only("number", "subject")
    return list(rows.order_by("-opened_at", "-id")[:MOST_OFFERED])


def told_apart(ticket: Ticket) -> str:
    """One of several tickets of the same number."""
    account = ticket.account.name if ticket.account else ""
    source = ticket.source or gettext("opened here")
    opened = date_format(timezone.localtime(ticket.opened_at), "j M Y")
    return " · ".join(
        part for part in (ticket.subject, account, source, opened) if part
    )


class MergeForm(OtherTicketForm):
    """Into which ticket this one goes."""

    title, submit = _("Merge into another ticket"), _("Merge")
    done = _("Merged. This is the ticket that stays.")

    def apply(self) -> Any:
        self.change = services.bulk_merge(
            [self.ticket], into=self.cleaned_data["other"], by=self.user
        )
        return self.change


class LinkForm(OtherTicketForm):
    """How this ticket stands to another one."""

    title, submit, done = _("Link to another ticket"), _("Link"), _("Linked.")
    kind = forms.ChoiceField(label=_("This ticket is"), choices=LinkKind.choices)
    field_order = ("kind", "number", "which")

    def apply(self) -> Any:
        return services.link_tickets(
            self.ticket,
            other=self.cleaned_data["other"],
            kind=self.cleaned_data["kind"],
            by=self.user,
        )
