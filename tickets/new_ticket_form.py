"""A ticket opened by hand, and a canned reply, as the pages send them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Contact
from core.forms import DrawnForm
from organisation.models import Team, User
from organisation.permissions import Permission
from tickets.categories import Category
from tickets.forms import agents
from tickets.models import CannedReply, Ticket


class NewTicketForm(DrawnForm):
    """Who asks, for what, and who looks after it."""

    requester_email = forms.EmailField(
        label=_("Customer's e-mail"),
        help_text=_("A known contact brings their account along."),
    )
    account = forms.CharField(
        label=_("Account"),
        required=False,
        help_text=_("Its name or domain, when the contact is not known yet."),
    )
    subject = forms.CharField(label=_("Subject"), max_length=300)
    text = forms.CharField(
        label=_("Message"), widget=forms.Textarea({"rows": 6}), max_length=100_000
    )
    is_from_customer = forms.TypedChoiceField(
        label=_("Who wrote this"),
        choices=[("yes", _("The customer, I only write it down")), ("no", _("I do"))],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(
        label=_("Channel"), choices=Ticket.Channel.choices, initial="phone"
    )
    priority = forms.ChoiceField(
        label=_("Priority"), choices=Ticket.Priority.choices, initial="medium"
    )
    category = forms.ChoiceField(
        label=_("Category"), choices=[("", "–"), *Category.choices], required=False
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        label=_("Team"),
        required=False,
        to_field_name="public_id",
        empty_label=_("The team of its level"),
    )
    assignee = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Assignee"),
        required=False,
        to_field_name="public_id",
        empty_label=_("Nobody yet"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        people: Any = self.fields["assignee"]
        people.queryset = agents()

    def clean_account(self) -> Account | None:
        """The one account this person may see under this name or domain."""
        words = self.cleaned_data["account"].strip()
        if not words:
            return None
        visible = Account.objects.live().visible_to(self.user)
        exact = list(visible.filter(name__iexact=words)[:2]) or list(
            visible.filter(domain__iexact=words)[:2]
        )
        if len(exact) == 1:
            return exact[0]
        if exact:
            raise forms.ValidationError(_("Several accounts have this name."))
        raise forms.ValidationError(_("There is no account with this name or domain."))

    def opening(self) -> dict[str, Any]:
        """What the service is told; a known contact is found by the address."""
        data = dict(self.cleaned_data)
        visible = Account.objects.live().visible_to(self.user)
        known = Contact.objects.filter(
            email__iexact=data["requester_email"], account__in=visible
        )
        if data["account"] is not None:
            known = known.filter(account=data["account"])
        data["contact"] = known.order_by("pk").first()
        return data


class CannedReplyForm(DrawnForm):
    """A name to find it by, and the text."""

    name = forms.CharField(label=_("Name"), max_length=120)
    body = forms.CharField(
        label=_("Text"), widget=forms.Textarea({"rows": 8}), max_length=20_000
    )
    is_shared = forms.BooleanField(
        label=_("Shared with everybody"),
        required=False,
        help_text=_("Otherwise only you find it."),
    )

    def __init__(
        self, *args: Any, reply: CannedReply | None, user: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if reply is not None:
            self.initial = {
                "name": reply.name,
                "body": reply.body,
                "is_shared": reply.owner_id is None,
            }
        if not user.has_perm_code(Permission.EDIT_SUPPORT):
            self.fields["is_shared"].disabled = True
