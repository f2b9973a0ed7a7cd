"""Forms about scorecards as wholes; a definition is edited as a sketch."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Segment
from core.forms import DrawnForm
from health.services.scorecards import NOTE_LENGTH


class ScorecardCreateForm(DrawnForm):
    """A new scorecard, from nothing or from another one."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence: for which accounts it is meant."),
    )
    copy_from = forms.ChoiceField(
        label=_("Begin with"),
        required=False,
        help_text=_("A copy goes its own way: changing it leaves the original alone."),
    )

    def __init__(self, *args: Any, cards: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        copies = [(slug, _("A copy of %(name)s") % {"name": n}) for slug, n in cards]
        field = cast("forms.ChoiceField", self.fields["copy_from"])
        field.choices = [("", _("An empty scorecard")), *copies]


class ScorecardUseForm(DrawnForm):
    """What a scorecard is called, and for whom it is used."""

    name = forms.CharField(label=_("Name"), max_length=120)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False)
    segments = forms.ModelMultipleChoiceField(
        Segment.objects.order_by("priority"),
        label=_("Segments"),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means every account that comes this far."),
    )

    def __init__(self, *args: Any, is_default: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_default:
            del self.fields["is_active"], self.fields["segments"]


class PublishForm(DrawnForm):
    """Why a draft is published."""

    edits = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("Why"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Shown in the list of versions and on the chart of every account."),
        error_messages={"required": _("Say why, for whoever reads this later.")},
    )
