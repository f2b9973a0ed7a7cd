"""Forms of the promises: a tier, its matrix of targets, the desk's settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, Plan, Segment
from core.durations import NoDuration, duration_text, minutes_of
from core.forms import DrawnForm
from organisation.models import Team, User, WorkingCalendar
from tickets.models import (
    RetargetFrom,
    SlaMetric,
    SlaTier,
    SlaTierVersion,
    SupportLevel,
    SupportSettings,
    Ticket,
)
from tickets.services.tier_changes import unseen_accounts
from tickets.services.tiers import ALWAYS_ON, BY_CALENDAR

CLOCKS = (
    (BY_CALENDAR, gettext_lazy("Calendar")),
    (ALWAYS_ON, gettext_lazy("24×7")),
)


class TierForm(DrawnForm):
    """Name, order and whom a tier is for."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=300, required=False
    )
    priority = forms.IntegerField(
        label=gettext_lazy("Order"),
        min_value=0,
        max_value=32767,
        initial=100,
        help_text=gettext_lazy(
            "Of two tiers that name the same customer, the smaller number counts."
        ),
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("In use"), required=False, initial=True
    )
    accounts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Accounts"), queryset=Account.objects.none(), required=False
    )
    plans = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Plans"), queryset=Plan.objects.all(), required=False
    )
    segments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Segments"), queryset=Segment.objects.all(), required=False
    )
    add_account = forms.CharField(
        label=gettext_lazy("Add an account"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Its exact name."),
    )

    def __init__(
        self, data: Any = None, *, by: User, tier: SlaTier | None = None
    ) -> None:
        initial: dict[str, Any] = {}
        mine = Account.objects.none()
        self.unseen: list[Account] = []
        self.visible = Account.objects.visible_to(by)
        if tier is not None:
            initial = {
                name: getattr(tier, name)
                for name in ("name", "description", "priority", "is_active")
            }
            initial |= {
                name: list(getattr(tier, name).all()) for name in ("plans", "segments")
            }
            mine = tier.accounts.filter(pk__in=self.visible).order_by("name")
            self.unseen = unseen_accounts(tier, by)
            initial["accounts"] = list(mine)
        super().__init__(data, initial=initial)
        for name, rows in (
            ("accounts", mine),
            ("plans", Plan.objects.all()),
            ("segments", Segment.objects.all()),
        ):
            self.fields[name] = forms.ModelMultipleChoiceField(
                label=self.fields[name].label,
                queryset=rows,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        name = cleaned.pop("add_account", "").strip()
        # Accounts somebody else may see stay in the tier.
        chosen = [*cleaned.get("accounts", []), *self.unseen]
        if name:
            found = list(self.visible.live().filter(name__iexact=name)[:2])
            if len(found) == 1:
                chosen.append(found[0])
            else:
                words = _("No account has this name.")
                if found:
                    words = _("More than one account has this name.")
                self.add_error("add_account", words)
        return cleaned | {"accounts": chosen}


class TargetsForm(DrawnForm):
    """The matrix of priorities and metrics; an empty cell promises nothing."""

    calendar = forms.ModelChoiceField(
        label=gettext_lazy("Calendar"),
        queryset=WorkingCalendar.objects.all(),
        empty_label=None,
    )
    note = forms.CharField(
        label=gettext_lazy("What changes, and why"), max_length=300, required=False
    )
    recompute = forms.BooleanField(
        label=gettext_lazy("Recompute open tickets too"), required=False
    )

    def __init__(
        self, data: Any = None, *, version: SlaTierVersion | None = None
    ) -> None:
        initial: dict[str, Any] = {}
        targets = version.targets if version is not None else {}
        if version is not None:
            initial["calendar"] = version.calendar_id
        super().__init__(data, initial=initial)
        for priority in Ticket.Priority:
            for metric in SlaMetric:
                target = targets.get(priority, {}).get(metric, {})
                self._add_cell(priority, metric, target)

    def _add_cell(
        self, priority: Ticket.Priority, metric: SlaMetric, target: dict[str, Any]
    ) -> None:
        label = f"{priority.label}: {metric.label}"
        minutes = target.get("minutes")
        clock = ALWAYS_ON if priority == Ticket.Priority.CRITICAL else BY_CALENDAR
        self.fields[f"{priority}_{metric}"] = forms.CharField(
            label=label,
            required=False,
            max_length=40,
            initial=duration_text(minutes) if minutes else "",
            widget=forms.TextInput(attrs={"aria-label": label}),
        )
        words = _("%(cell)s, clock") % {"cell": label}
        self.fields[f"{priority}_{metric}_clock"] = forms.ChoiceField(
            label=words,
            choices=CLOCKS,
            required=False,
            initial=target.get("clock", clock),
            widget=forms.Select(attrs={"aria-label": words, "class": "form-select"}),
        )

    def rows(self) -> list[dict[str, Any]]:
        """The matrix for the template."""
        return [
            {
                "priority": priority,
                "cells": [
                    (
                        metric,
                        self[f"{priority}_{metric}"],
                        self[f"{priority}_{metric}_clock"],
                    )
                    for metric in SlaMetric
                ],
            }
            for priority in Ticket.Priority
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        targets: dict[str, dict[str, Any]] = {}
        for priority in Ticket.Priority:
            for metric in SlaMetric:
                name = f"{priority}_{metric}"
                text = cleaned.pop(name, "").strip()
                clock = cleaned.pop(f"{name}_clock", "") or BY_CALENDAR
                if text and (minutes := self._minutes(name, text)):
                    cell = {"minutes": minutes, "clock": clock}
                    targets.setdefault(priority.value, {})[metric.value] = cell
        if not targets and not self.errors:
            self.add_error(None, _("Promise something: at least one target."))
        return cleaned | {"targets": targets}

    def _minutes(self, name: str, text: str) -> int:
        try:
            minutes = minutes_of(text)
        except NoDuration:
            minutes = 0
        if minutes < 1:
            words = _("Write a length of time such as 4 h or 30 min.")
            self.add_error(name, words)
        return minutes


class SupportForm(DrawnForm):
    """How support works here, and what each level promises."""

    auto_close_days = forms.IntegerField(
        label=gettext_lazy("Close resolved tickets after"),
        min_value=1,
        max_value=365,
        help_text=gettext_lazy("Days without an objection."),
    )
    warn_percent = forms.IntegerField(
        label=gettext_lazy("Warn at"),
        min_value=1,
        max_value=99,
        help_text=gettext_lazy("Percent of a target, for clocks that start now on."),
    )
    retarget_from = forms.ChoiceField(
        label=gettext_lazy("A changed target counts"), choices=RetargetFrom.choices
    )
    is_paused_on_hold = forms.BooleanField(
        label=gettext_lazy("On hold pauses resolution too"), required=False
    )
    has_public_form = forms.BooleanField(
        label=gettext_lazy("Customers may write through the web form"), required=False
    )
    asks_for_rating = forms.BooleanField(
        label=gettext_lazy("Ask for a rating when resolved"), required=False
    )

    def __init__(
        self,
        data: Any = None,
        *,
        support: SupportSettings,
        levels: list[SupportLevel],
    ) -> None:
        initial = {name: getattr(support, name) for name in self.base_fields}
        super().__init__(data, initial=initial)
        self.levels = levels
        for level in levels:
            self.fields[f"level_{level.level}"] = forms.CharField(
                label=_("%(level)s responds within") % {"level": level},
                max_length=40,
                initial=duration_text(level.response_minutes),
            )
            self.fields[f"team_{level.level}"] = forms.ModelChoiceField(
                label=_("%(level)s goes to") % {"level": level},
                queryset=Team.objects.all(),
                required=False,
                initial=level.team_id,
                empty_label=_("No team"),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        levels = {}
        for level in self.levels:
            text = cleaned.pop(f"level_{level.level}", "")
            team = cleaned.pop(f"team_{level.level}", None)
            try:
                minutes = minutes_of(text)
            except NoDuration:
                minutes = 0
            if text and minutes < 1:
                words = _("Write a length of time such as 4 h or 30 min.")
                self.add_error(f"level_{level.level}", words)
            levels[level.level] = {"response_minutes": minutes, "team": team}
        return cleaned | {"levels": levels}
