"""Whose ticket it is, as the page asks for it, and who it most likely is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.forms.account import AccountField, account_label
from accounts.models import Account, Contact
from organisation.models import User
from tickets import services
from tickets.ask_forms import AskForm
from tickets.models import Ticket
from tickets.services.public_side import account_of, contact_of


@dataclass(frozen=True)
class Suggestion:
    """The account that a stranger's address points to, and the person if known."""

    account: Account
    contact: Contact | None


def suggested_customer(ticket: Ticket, user: User) -> Suggestion | None:
    """Who a ticket without an account is probably from; None where nobody can tell."""
    email = ticket.requester_email
    if ticket.account_id is not None or not email:
        return None
    contact = contact_of(email)
    account = contact.account if contact is not None else account_of(email)
    if account is None:
        return None
    seen = Account.objects.live().visible_to(user).filter(pk=account.pk)
    return Suggestion(account, contact) if seen.exists() else None


def contacts_named(user: User, text: str, account: Account | None = None) -> Any:
    """People at visible accounts by name, by address or by ``name <address>``."""
    name, bracket, email = text.strip().removesuffix(">").rpartition("<")
    if bracket:
        meant = Q(name__iexact=name.strip(), email__iexact=email.strip())
    else:
        meant = Q(name__iexact=email.strip()) | Q(email__iexact=email.strip())
    seen = Account.objects.live().visible_to(user)
    rows = Contact.objects.filter(meant, archived_at__isnull=True, account__in=seen)
    if account is not None:
        rows = rows.filter(account=account)
    return rows.select_related("account").order_by("pk")


def contact_label(contact: Contact) -> str:
    """How a picker names a person: ``name <address>``."""
    return f"{contact.name} <{contact.email}>" if contact.email else contact.name


class CustomerForm(AskForm):
    """The account, the contact there, and who wrote if they are not one."""

    title = _("Change the customer")
    done = _("Customer changed; tier and clocks follow.")
    offers = ("account-options", "contact-options")
    version = forms.IntegerField(widget=forms.HiddenInput)
    account = AccountField(
        label=_("Account"),
        required=False,
        help_text=_("Name or domain. Left empty, it is the account of the contact."),
    )
    contact = forms.CharField(
        label=_("Contact"),
        required=False,
        max_length=460,
        help_text=_("Name or e-mail of somebody known there."),
        widget=forms.TextInput(
            {
                "list": "contact-options",
                "autocomplete": "off",
                "hx-get": reverse_lazy("tickets:contact_options"),
                "hx-trigger": "input changed delay:200ms",
                "hx-target": "#contact-options",
                "hx-include": "#modal-body [name=account]",
                "hx-sync": "this:replace",
            }
        ),
    )
    requester_name = forms.CharField(
        label=_("Name of who asked"), max_length=120, required=False
    )
    requester_email = forms.EmailField(
        label=_("E-mail of who asked"),
        max_length=254,
        required=False,
        help_text=_("Left empty, name and e-mail are those of the contact."),
    )

    def prepare(self) -> None:
        ticket = self.ticket
        account, contact = ticket.account, ticket.contact
        suggestion = suggested_customer(ticket, self.user)
        if suggestion is not None:
            account, contact = suggestion.account, suggestion.contact
        picker: Any = self.fields["account"]
        picker.user, picker.kept = self.user, ticket.account
        self.initial = {
            "version": ticket.version,
            "account": account_label(account) if account else "",
            "contact": contact_label(contact) if contact else "",
            "requester_name": ticket.requester_name,
            "requester_email": ticket.requester_email,
        }

    def clean(self) -> dict[str, Any]:
        """The contact meant; who asked is taken from a contact that was chosen anew."""
        data = super().clean() or {}
        if self.errors:
            return data
        data["contact"] = self._contact(data)
        if data["contact"] is not None and data["contact"] != self.ticket.contact:
            for name in ("requester_name", "requester_email"):
                if name not in self.changed_data:
                    data[name] = ""
        return data

    def _contact(self, data: dict[str, Any]) -> Contact | None:
        account, text = data["account"], data["contact"]
        if "contact" not in self.changed_data:
            now = self.ticket.contact
            if now is not None and account in (None, now.account):
                return now
            # Whoever asked may be known at the account that was chosen.
            text = text if account is None else data["requester_email"]
            return contacts_named(self.user, text, account).first() if text else None
        if not text:
            return None
        found = list(contacts_named(self.user, text, account)[:2])
        if len(found) == 1:
            return found[0]
        self.add_error(
            "contact",
            _now("Several people are called that. Choose one from the list.")
            if found
            else _now("There is nobody of this name or address."),
        )
        return None

    def apply(self) -> Any:
        data = self.cleaned_data
        return services.change_customer(
            self.ticket,
            by=self.user,
            account=data["account"],
            contact=data["contact"],
            requester_name=data["requester_name"],
            requester_email=data["requester_email"],
            expected_version=data["version"],
        )
