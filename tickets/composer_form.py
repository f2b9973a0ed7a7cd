"""What is written on a ticket, as the page sends it."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import DrawnForm
from tickets.models import MessageKind

_BETWEEN = re.compile(r"[\s,;]+")
MOST_FILES = 10


class ManyFiles(forms.ClearableFileInput):
    """One field, several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several uploaded files as a list, each checked as one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFiles(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files; none is an empty list."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if len(files) > MOST_FILES:
            raise forms.ValidationError(_("Send at most 10 files at once."))
        return [super(FilesField, self).clean(file, initial) for file in files]


class ComposerForm(DrawnForm):
    """A reply or a note; ``then`` is the status it leaves the ticket in."""

    kind = forms.ChoiceField(choices=MessageKind.choices)
    text = forms.CharField(
        max_length=100_000,
        strip=False,
        error_messages={"required": _("Write something first.")},
    )
    cc = forms.CharField(required=False, max_length=2000)
    then = forms.ChoiceField(
        choices=[("", ""), ("waiting", ""), ("resolved", "")], required=False
    )
    uploads = FilesField(required=False)
    #: What the message will be known by, so that sending twice sends once.
    key = forms.UUIDField(required=False)
    #: The last message the page showed; what came after it is to be read first.
    seen = forms.UUIDField(required=False)
    #: The kind the text had when the page was drawn; empty once it was switched.
    begun_as = forms.CharField(required=False, max_length=10)

    def clean_text(self) -> str:
        """What is written; spaces alone are nothing."""
        text: str = self.cleaned_data["text"]
        if not text.strip():
            raise forms.ValidationError(_("Write something first."))
        return text

    def clean_cc(self) -> list[str]:
        """The addresses, whatever stands between them."""
        return [part for part in _BETWEEN.split(self.cleaned_data["cc"]) if part]
