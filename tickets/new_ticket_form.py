"""A ticket opened by hand, and a canned reply, as the pages send them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms.account import AccountField
from accounts.forms.custom import PREFIX, CustomValuesForm
from accounts.models import Account, Contact
from core.forms import DrawnForm
from organisation.models import Team, User
from organisation.permissions import Permission
from tickets.categories import Category
from tickets.models import CannedReply, Ticket
from tickets.queries.offered import agents


class NewTicketForm(CustomValuesForm):
    """Who asks, for what, and who looks after it."""

    target = "ticket"

    requester_email = forms.EmailField(
        label=_("Customer's e-mail"),
        help_text=_("A known contact brings their account along."),
    )
    account = AccountField(
        label=_("Account"),
        required=False,
        help_text=_("When the address is not known yet, or known at several accounts."),
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
        account: Any = self.fields["account"]
        account.user = user

    def opening(self) -> dict[str, Any]:
        """What the service is told."""
        declared = {f"{PREFIX}{field.key}" for field in self.custom_fields}
        values = {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in declared
        }
        given = {
            key: value
            for key, value in self.custom_values().items()
            if value not in (None, "")
        }
        return values | {"custom": given} if given else values

    def clean(self) -> dict[str, Any]:
        """A known contact is found by the address, as long as it means one account."""
        data = super().clean() or {}
        known = self._known(data) if not self.errors else []
        names = list(dict.fromkeys(contact.account.name for contact in known))
        if len({contact.account_id for contact in known}) > 1:
            words = _(
                "This address belongs to people at %(names)s. Choose the account."
            )
            named = get_text_list(names, gettext("and"))
            self.add_error("account", words % {"names": named})
        data["contact"] = known[0] if known else None
        return data

    def _known(self, data: dict[str, Any]) -> list[Contact]:
        """People with this address, who is still there before who left."""
        seen = Account.objects.live().visible_to(self.user)
        known = Contact.objects.filter(
            email__iexact=data["requester_email"],
            archived_at__isnull=True,
            account__in=seen,
        ).select_related("account")
        if data["account"] is not None:
            known = known.filter(account=data["account"])
        return list(known.order_by(F("left_on").desc(nulls_first=True), "pk")[:20])


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
