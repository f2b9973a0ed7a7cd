"""The form of who is on call and how they are paged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import Case, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import DrawnForm
from health.models import AlertChannel, OnCallSettings
from health.models.on_call import MOST_PAGES, MOST_REPEAT_MINUTES, MOST_SECOND_MINUTES
from health.queries.on_call import people_for_call
from organisation.models import User
from tickets.models import Ticket


class _People(forms.ModelMultipleChoiceField):
    """People by name, each with the role in brackets."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label} ({obj.get_role_display()})"


class _Channels(forms.ModelMultipleChoiceField):
    """Channels by name; those that are switched off say so."""

    def label_from_instance(self, obj: Any) -> str:
        words = obj.get_kind_display() if obj.is_on else _("switched off")
        return f"{obj.name} ({words})"


def _people(label: Any) -> _People:
    return _People(
        User.objects.none(),
        label=label,
        required=False,
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )


def _channels(label: Any) -> _Channels:
    return _Channels(
        AlertChannel.objects.all(),
        label=label,
        required=False,
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )


class OnCallForm(DrawnForm):
    """Whom to page, about what, how often, and who comes next."""

    people = _people(gettext_lazy("People"))
    channels = _channels(gettext_lazy("Channels"))
    priorities = forms.MultipleChoiceField(
        label=gettext_lazy("Page about tickets that are"),
        choices=Ticket.Priority.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    repeat_minutes = forms.IntegerField(
        label=gettext_lazy("Page again every"),
        min_value=1,
        max_value=MOST_REPEAT_MINUTES,
        help_text=gettext_lazy("Minutes, until somebody answers."),
    )
    most_pages = forms.IntegerField(
        label=gettext_lazy("At most"),
        min_value=1,
        max_value=MOST_PAGES,
        help_text=gettext_lazy("Times for one ticket."),
    )
    second_after_minutes = forms.IntegerField(
        label=gettext_lazy("Page these too after"),
        required=False,
        min_value=1,
        max_value=MOST_SECOND_MINUTES,
        help_text=gettext_lazy("Minutes. Leave empty for no second step."),
    )
    second_people = _people(gettext_lazy("People"))
    second_channels = _channels(gettext_lazy("Channels"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        settings: OnCallSettings,
        named: Mapping[str, Sequence[Any]],
    ) -> None:
        plain = (
            "priorities", "repeat_minutes", "most_pages", "second_after_minutes",
            "version",
        )  # fmt: skip
        initial = {name: getattr(settings, name) for name in plain}
        initial |= {
            name: [each.public_id for each in each_named]
            for name, each_named in named.items()
        }
        super().__init__(data, initial=initial)
        able = people_for_call()
        for name in ("people", "second_people"):
            # Who may see tickets no longer is still shown, to be taken out.
            ids = {person.pk for person in [*able, *named[name]]}
            field: Any = self.fields[name]
            is_named = Case(
                When(pk__in=[person.pk for person in named[name]], then=0), default=1
            )
            people = User.objects.filter(pk__in=ids)
            field.queryset = people.order_by(is_named, "name", "email")

    def changes(self) -> dict[str, Any]:
        """What the service is asked to write."""
        return {n: v for n, v in self.cleaned_data.items() if n != "version"}
