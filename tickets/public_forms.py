"""What customers fill in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DrawnForm
from tickets.categories import Category
from tickets.composer_form import FilesField


class SubmitForm(DrawnForm):
    """A request for help. ``website`` is a trap: people do not see it."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        widget=forms.EmailInput({"autocomplete": "email"}),
        help_text=_("So that we can reach you."),
    )
    category = forms.ChoiceField(
        label=_("What is it about"),
        choices=[("", _("Choose, if one fits")), *Category.choices],
        required=False,
    )
    subject = forms.CharField(label=_("In a few words"), max_length=300)
    text = forms.CharField(
        label=_("What happened"),
        max_length=100_000,
        widget=forms.Textarea({"rows": 7}),
        help_text=_("What you did, what you expected and what you saw instead."),
    )
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput({"autocomplete": "off", "tabindex": "-1"}),
    )


class AnswerForm(DrawnForm):
    """A message on one's own ticket."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=100_000,
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": _("Write something first.")},
    )
    uploads = FilesField(label=_("Files"), required=False)


class RatingForm(DrawnForm):
    """How it went."""

    score = forms.TypedChoiceField(
        label=_("How satisfied are you with our help?"),
        coerce=int,
        choices=[
            (5, _("Very satisfied")),
            (4, _("Satisfied")),
            (3, _("Neither nor")),
            (2, _("Dissatisfied")),
            (1, _("Very dissatisfied")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five.")},
    )
    comment = forms.CharField(
        label=_("What could we have done better?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
    )
