"""Sample values for the component gallery: one believable account list, no database."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SAMPLE_SCORES = (
    72,
    74,
    73,
    76,
    78,
    77,
    79,
    75,
    70,
    66,
    58,
    52,
    48,
    46,
    45.5,
    38,
    33,
    31.4,
)
SAMPLE_ROWS = (
    ("Northwind Foods", "Enterprise", "red", 31.4, -14.2, 184_000, 38, "Mara Okafor"),
    ("Aster Robotics", "Mid-market", "red", 38.9, -9.6, 96_000, 112, "Tom Brandt"),
    ("Kestrel Bank", "SMB", "orange", 44.2, -6.1, 420_000, 64, "Jonas Lind"),
    ("Halden Logistics", "Mid-market", "orange", 57.9, 2.0, 61_000, -3, "Tom Brandt"),
    ("Orchard & Pine", "SMB", "yellow", 61.3, -3.4, 38_000, 88, "Jonas Lind"),
    ("Tessera Labs", "Enterprise", "yellow", 79.9, 6.3, 120_000, 140, "Mara Okafor"),
    ("Sable Insurance", "Enterprise", "green", 91.0, 1.9, 150_000, 180, "Mara Okafor"),
    ("Juniper Schools", "Mid-market", "unknown", None, None, 24_000, 355, "Tom Brandt"),
)
SAMPLE_REASONS = (
    "Active users 41 % → 22 % of seats",
    "3 critical tickets open, 1 past SLA",
    "No meeting for 74 days",
    "Feature adoption 38 %, core 2 of 7",
    "Goal “cut close time” met",
    "Reference call done",
    "No meeting for 74 days",
    "2 of 15 signals",
)
SAMPLE_DRIVERS = (
    ("Active users 41 % → 22 % of seats", -9.6),
    ("Sentiment of verbatims −0.1 → −0.6", -4.6),
    ("Open critical tickets 0 → 3", -2.9),
    ("Meetings this quarter 2 → 3", 1.7),
    ("Scorecard v2 → v3 (weights)", 1.2),
)


class SampleForm(forms.Form):
    """Every kind of field, as crispy draws it."""

    name = forms.CharField(label=_("Name"), help_text=_("As the customer writes it."))
    stage = forms.ChoiceField(
        label=_("Journey stage"),
        choices=[("onboarding", _("Onboarding")), ("adoption", _("Adoption"))],
    )
    renewal_on = forms.DateField(
        label=_("Renewal"), widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea, required=False)
    is_reference = forms.BooleanField(
        label=_("May be named as a reference"), required=False
    )


class SampleFilter(forms.Form):
    """The field inside a filter chip."""

    band = forms.MultipleChoiceField(
        label=_("Band"),
        choices=[("red", _("Churn risk")), ("orange", _("Critical"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def _rows(today: date) -> list[dict[str, Any]]:
    rows = []
    for index, values in enumerate(SAMPLE_ROWS):
        name, segment, band, value, change, arr, days, owner = values
        rows.append(
            {
                "id": index,
                "name": name,
                "segment": segment,
                "band": band,
                "score": value,
                "change": change,
                "trend": [72, 71, 69, 70, 66, 62, 58, 59, 52, 47, 40, value]
                if value
                else [],
                "reason": SAMPLE_REASONS[index],
                "arr": arr,
                "renewal_on": today + timedelta(days=days),
                "owner": owner,
            }
        )
    return rows


def _figure() -> dict[str, Any]:
    months = ["2026-06-01", "2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01"]
    line = {"color": "token:app-action", "width": 2}
    values = [61, 58, 55, 41, 22]
    return {
        "data": [
            {"type": "scatter", "mode": "lines", "x": months, "y": values, "line": line}
        ],
        "layout": {"yaxis": {"ticksuffix": " %", "rangemode": "tozero"}},
    }


SAMPLE_DIMENSIONS = (
    ("Usage", 40, 22.1, "red", -24.0),
    ("Support", 20, 41.5, "orange", -14.5),
    ("Business value", 20, 48.0, "orange", 0.0),
    ("Relationship", 20, 23.2, "red", 8.5),
)


def gallery_context() -> dict[str, Any]:
    """Everything the gallery page shows."""
    return {**_figures(), **_frame_parts()}


def _figures() -> dict[str, Any]:
    """What the components that draw numbers are fed with."""
    today = timezone.localdate()
    first = today - timedelta(days=30 * (len(SAMPLE_SCORES) - 1))
    points = [
        (first + timedelta(days=30 * index), float(value))
        for index, value in enumerate(SAMPLE_SCORES)
    ]
    counts = {"red": 9, "orange": 21, "yellow": 58, "green": 104, "unknown": 8}
    return {
        "bands": ["green", "yellow", "orange", "red", "unknown"],
        "tiles": [
            {
                "band": band,
                "count": counts[band],
                "note": "€412k ARR · +2 in 30 days",
                "href": f"?band={band}",
                "is_on": band == "red",
            }
            for band in counts
        ],
        "counts": counts,
        "points": points,
        "markers": [
            (points[9][0], "Scorecard v3"),
            (points[15][0], "Champion left"),
        ],
        "rows": _rows(today),
        "drivers": SAMPLE_DRIVERS,
        "largest": 9.6,
        "dimensions": SAMPLE_DIMENSIONS,
        "trend": [45, 47, 46, 52, 51, 58, 57, 63, 66, 64, 70, 74],
    }


def _frame_parts() -> dict[str, Any]:
    """What tabs, crumbs, forms and charts are fed with."""
    return {
        "facts": [("Priority", "Critical"), ("Status", "In progress")],
        "tabs": [
            {"label": _("Overview"), "href": "#", "is_on": True},
            {"label": _("Tickets"), "href": "#tickets", "count": 7},
            {"label": _("Timeline"), "href": "#timeline"},
        ],
        "crumbs": [(_("Portfolio"), "/"), ("Enterprise", "/")],
        "now": timezone.now(),
        "earlier": timezone.now() - timedelta(minutes=22),
        "form": SampleForm(),
        "invalid_form": SampleForm({"note": "Half filled in"}),
        "filter_form": SampleFilter({"band": ["red"]}),
        "actions": [{"name": "action", "value": "archive", "label": _("Archive")}],
        "figure": _figure(),
        "figure_head": [_("Month"), _("Active users")],
        "figure_rows": [["Jun", "61 %"], ["Jul", "58 %"], ["Oct", "22 %"]],
    }
