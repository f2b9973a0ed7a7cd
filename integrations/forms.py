"""Forms of the import pages: the file, and which column is which field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from core.forms import DrawnForm
from integrations.fields import DATE_TYPES, Field, Kind
from integrations.kinds import KINDS
from integrations.mapping import CREATABLE, DEFAULT_SOURCE
from integrations.reading import Table

_MAPPING_BYTES = 1_000_000
_WHAT = {
    "account": _("Accounts"),
    "contact": _("Contacts"),
    "user": _("People (they cannot sign in until an administrator lets them)"),
    "team": _("Teams"),
}


class UploadForm(DrawnForm):
    """A file, what is in it, and where it comes from."""

    kind = forms.ChoiceField(
        label=_("What is in the file"),
        choices=[(kind.key, kind.label) for kind in KINDS.values()],
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=60,
        initial=DEFAULT_SOURCE,
        help_text=_(
            "The system the file comes from. Ids belong to their source, and the "
            "mapping is remembered for it."
        ),
        widget=forms.TextInput(attrs={"list": "known-sources", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, XLSX or JSON lines, also packed with gzip."),
    )
    mapping = forms.FileField(
        label=_("Mapping file"),
        required=False,
        help_text=_("Only if you have one; otherwise the columns are guessed."),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        limit = settings.IMPORT_MAX_BYTES
        if file.size is not None and file.size > limit:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB."),
                params={"limit": limit // 1024**2},
            )
        return file

    def clean_mapping(self) -> dict[str, Any] | None:
        file: UploadedFile | None = self.cleaned_data["mapping"]
        if file is None:
            return None
        try:
            data = json.loads(file.read(_MAPPING_BYTES).decode("utf-8-sig"))
        except ValueError:
            raise forms.ValidationError(_("The mapping is not a JSON file.")) from None
        if not isinstance(data, dict):
            raise forms.ValidationError(_("The mapping is not a JSON object."))
        return data


class MappingForm(DrawnForm):
    """Which column is which field, and how dates and numbers are written."""

    date_format = forms.ChoiceField(
        label=_("Dates are written"),
        required=False,
        choices=[
            ("", _("as the columns prove")),
            ("DMY", _("day first (31-12-2026)")),
            ("MDY", _("month first (12-31-2026)")),
            ("YMD", _("year first (2026-12-31)")),
        ],
    )
    decimal = forms.ChoiceField(
        label=_("Decimals are written"),
        required=False,
        choices=[
            ("", _("as the columns show")),
            (".", _("with a point (1,234.50)")),
            (",", _("with a comma (1.234,50)")),
        ],
    )
    timezone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=60,
        help_text=_("Of times without one. Empty means the organisation's."),
    )
    null = forms.CharField(
        label=_("Words that mean empty"),
        required=False,
        max_length=200,
        help_text=_("Separated by spaces, for example “? NULL n/a”."),
    )
    create_missing = forms.MultipleChoiceField(
        label=_("Make what is missing"),
        required=False,
        choices=[(what, _WHAT[what]) for what in CREATABLE],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Otherwise rows wait until what they belong to arrives."),
    )

    def __init__(
        self,
        *args: Any,
        kind: Kind,
        table: Table,
        mapping: dict[str, Any],
        custom: Sequence[Field] = (),
        **kwargs: Any,
    ) -> None:
        self.kind, self.base = kind, mapping
        self.items = [*kind.visible_fields, *custom]
        super().__init__(*args, initial=_initial(mapping), **kwargs)
        self.is_dated = any(item.type in DATE_TYPES for item in self.items)
        declared = mapping.get("date_format")
        if declared and (
            isinstance(declared, dict) or declared not in ("DMY", "MDY", "YMD")
        ):
            self.fields["date_format"].choices = [  # type: ignore[attr-defined]
                ("kept", _("as the mapping declares")),
                *self.fields["date_format"].choices,  # type: ignore[attr-defined]
            ]
        columns = mapping.get("columns", {})
        names = [name for name in dict.fromkeys(table.columns) if name]
        choices = [("", str(_("not in the file"))), *zip(names, names, strict=True)]
        for item in self.items:
            self.fields[f"column_{item.name}"] = forms.ChoiceField(
                label=item.label,
                required=False,
                choices=choices,
                initial=columns.get(item.name, ""),
                widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
            )

    def mapping(self) -> dict[str, Any]:
        """The mapping as this form leaves it; how values are translated is kept."""
        data = self.cleaned_data
        mapping = dict(self.base)
        mapping["columns"] = {
            item.name: data[f"column_{item.name}"]
            for item in self.items
            if data[f"column_{item.name}"]
        }
        if data["date_format"] != "kept":
            mapping["date_format"] = data["date_format"]
        mapping["decimal"] = data["decimal"]
        mapping["timezone"] = data["timezone"].strip()
        mapping["null"] = ["", *data["null"].split()]
        mapping["create_missing"] = data["create_missing"]
        return mapping


def _initial(mapping: dict[str, Any]) -> dict[str, Any]:
    declared = mapping.get("date_format", "")
    is_plain = isinstance(declared, str) and declared in ("", "DMY", "MDY", "YMD")
    return {
        "date_format": declared if is_plain else "kept",
        "decimal": mapping.get("decimal", ""),
        "timezone": mapping.get("timezone", ""),
        "null": " ".join(word for word in mapping.get("null", []) if word),
        "create_missing": mapping.get("create_missing", []),
    }
