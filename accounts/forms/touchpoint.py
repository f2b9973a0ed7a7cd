"""The form of a touchpoint."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.account import PersonField
from accounts.models import Account, Contact, Touchpoint
from core.forms import DrawnForm, MomentInput
from organisation.models import User

MOST_MINUTES = 24 * 60


class TouchpointForm(DrawnForm):
    """What was said, with whom and when."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Touchpoint.Kind.choices)
    happened_at = forms.DateTimeField(label=_("When"), widget=MomentInput())
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=1, max_value=MOST_MINUTES, required=False
    )
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    attendees = forms.ModelMultipleChoiceField(
        label=_("Who took part"),
        queryset=Contact.objects.none(),
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    sentiment = forms.ChoiceField(
        label=_("Sentiment"),
        choices=[("", _("Not known")), *Contact.Sentiment.choices],
        required=False,
    )
    notes = forms.CharField(
        label=_("Notes"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    next_steps = forms.CharField(
        label=_("Next steps"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )
    person = PersonField(label=_("Ours"), required=False, empty_label="–")

    def __init__(
        self,
        *args: Any,
        account: Account,
        user: User,
        touchpoint: Touchpoint | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        people = Contact.objects.filter(account=account)
        present = people.filter(archived_at__isnull=True)
        if touchpoint is not None:
            present = (present | people.filter(touchpoints=touchpoint)).distinct()
        self.fields["attendees"].queryset = present  # type: ignore[attr-defined]
        if touchpoint is None:
            self.initial = {
                "happened_at": timezone.localtime(),
                "person": user.public_id,
            }
        else:
            self.initial = initial_values(touchpoint)


def initial_values(touchpoint: Touchpoint) -> dict[str, Any]:
    """The touchpoint as the form shows it."""
    names = ("kind", "minutes", "subject", "notes", "next_steps", "sentiment")
    values: dict[str, Any] = {name: getattr(touchpoint, name) for name in names}
    person = touchpoint.person
    return values | {
        "happened_at": timezone.localtime(touchpoint.happened_at),
        "person": person.public_id if person else None,
        "attendees": [contact.public_id for contact in touchpoint.contacts.all()],
    }
