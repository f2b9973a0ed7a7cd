"""What changes on many tickets at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DrawnForm
from organisation.models import User
from tickets.models import Ticket
from tickets.queries.offered import agents

NOBODY = "none"
#: Finishing many at once goes through the message to the customers.
BULK_STATUSES = [
    choice
    for choice in Ticket.Status.choices
    if choice[0] in ("triaged", "in_progress", "waiting", "on_hold", "resolved")
]


class BulkChangeForm(forms.Form):
    """The bar above the queue; what is left empty stays as it is."""

    assignee = forms.CharField(required=False)
    status = forms.ChoiceField(choices=[("", ""), *BULK_STATUSES], required=False)
    priority = forms.ChoiceField(
        choices=[("", ""), *Ticket.Priority.choices], required=False
    )
    tag = forms.CharField(max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """The person meant, or nobody; at least one thing must change."""
        data = super().clean() or {}
        chosen = data.get("assignee", "")
        data["is_nobody"] = chosen == NOBODY
        data["assignee"] = None
        if chosen and chosen != NOBODY:
            data["assignee"] = self._person(chosen)
        named = ("assignee", "is_nobody", "status", "priority", "tag")
        if not any(data.get(name) for name in named):
            raise forms.ValidationError(_("Choose what should change."))
        return data

    def _person(self, text: str) -> User:
        field = forms.ModelChoiceField(agents(), to_field_name="public_id")
        person: User = field.clean(text)
        return person


class BulkCloseForm(DrawnForm):
    """What the customers of all chosen tickets read."""

    message = forms.CharField(
        label=_("Message to the customers"),
        widget=forms.Textarea({"rows": 4}),
        max_length=20_000,
        help_text=_("It is sent on every ticket before the ticket closes."),
    )
