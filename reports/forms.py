"""Forms of this room: bulk changes and saved views. They check shapes, nothing more."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.public_ids import public_ids
from organisation.forms import chosen_person
from organisation.models import SavedView, User


class PublicIds(forms.Field):
    """Any number of public ids under one name; what is none is left out."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[uuid.UUID]:
        return public_ids(value or [])


class BulkForm(forms.Form):
    """What to do to which accounts of a list."""

    ASSIGN, TAG, UNTAG = "assign", "tag", "untag"

    action = forms.ChoiceField(
        choices=[
            (ASSIGN, _("Assign")),
            (TAG, _("Add tag")),
            (UNTAG, _("Remove tag")),
        ]
    )
    chosen = PublicIds(required=False)
    everything = forms.BooleanField(required=False)
    query = forms.CharField(required=False, max_length=4000)
    owner = forms.CharField(required=False, max_length=60)
    tag = forms.CharField(required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        """Each action needs its own field; the person is looked up here."""
        data = super().clean() or {}
        action = data.get("action")
        if not data.get("everything") and not data.get("chosen"):
            raise forms.ValidationError(_("Choose at least one account first."))
        if action == self.ASSIGN:
            words = _("Choose the person these accounts are for.")
            data["owner"] = chosen_person(data.get("owner", ""), refusal=words)
        elif action and not data.get("tag") and "tag" not in self.errors:
            raise forms.ValidationError(_("Write the tag first."))
        return data

    def list_params(self) -> QueryDict:
        """The list's own parameters, as its address has them."""
        return QueryDict(self.cleaned_data["query"])


class SavedViewForm(forms.ModelForm):
    """The name of a view, and whether others find it too."""

    class Meta:
        model = SavedView
        fields = ("name", "is_shared")
        labels = {"name": _("Name"), "is_shared": _("Share with everybody")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.has_perm_code("share_views"):
            del self.fields["is_shared"]


class SaveViewForm(SavedViewForm):
    """A new view: also the list it stands for."""

    page = forms.ChoiceField(choices=SavedView.Page.choices)
    query = forms.CharField(max_length=2000, required=False)
