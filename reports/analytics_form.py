"""The filters of the analytics page, as its address has them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Plan
from core.forms import DayInput
from core.widgets import CheckBoxes
from organisation.models import User
from reports.queries.analytics import LONGEST
from reports.queries.choices import ListChoices

RANGES = (
    ("3m", _("3 months"), 91),
    ("6m", _("6 months"), 182),
    ("12m", _("12 months"), 365),
)
RANGE_DAYS = {key: days for key, _label, days in RANGES}
ACCOUNTS, ARR = "accounts", "arr"
MEASURES = ((ACCOUNTS, _("Accounts")), (ARR, _("ARR")))
GROUPINGS = (("segment", _("Segment")), ("owner", _("CSM")), ("plan", _("Plan")))
FILTERS = ("segment", "owner", "team", "plan")


class ManyField(forms.MultipleChoiceField):
    """Any of several values, as check boxes."""

    widget = CheckBoxes

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False)


class AnalyticsForm(forms.Form):
    """Whose accounts, and from when to when. What is no choice is not chosen."""

    segment = ManyField(_("Segment"))
    owner = ManyField(_("CSM"))
    team = ManyField(_("Team"))
    plan = ManyField(_("Plan"))
    since = forms.DateField(label=_("From"), widget=DayInput(), required=False)
    until = forms.DateField(label=_("To"), widget=DayInput(), required=False)

    def __init__(self, data: QueryDict, *, user: User, choices: ListChoices) -> None:
        super().__init__(data)
        self.user = user
        plans = Plan.objects.values_list("public_id", "name")
        options: dict[str, Any] = {
            "segment": lambda: choices.segments,
            "owner": lambda: choices.owners,
            "team": lambda: choices.teams,
            "plan": lambda: [(str(key), name) for key, name in plans],
        }
        for name, source in options.items():
            self.fields[name].choices = source  # type: ignore[attr-defined]
        self.is_valid()

    def values(self, name: str) -> list[str]:
        """What is chosen for a filter; nothing when something else stands there."""
        return list(self.cleaned_data.get(name) or [])

    def narrowed(self) -> Q:
        """The chosen accounts, in columns that accounts and counts both have."""
        found = Q()
        if slugs := self.values("segment"):
            some = Q(segment__slug__in=[slug for slug in slugs if slug != "none"])
            found &= some | Q(segment__isnull=True) if "none" in slugs else some
        if owners := self.values("owner"):
            found &= self._owned(owners)
        if teams := self.values("team"):
            found &= Q(team__public_id__in=teams)
        if plans := self.values("plan"):
            found &= Q(plan__public_id__in=plans)
        return found

    def _owned(self, owners: list[str]) -> Q:
        ids = [owner for owner in owners if owner not in {"me", "none"}]
        found = Q(owner__public_id__in=ids)
        if "me" in owners:
            found |= Q(owner=self.user)
        if "none" in owners:
            found |= Q(owner__isnull=True)
        return found

    def days(self, newest: date) -> tuple[date, date]:
        """First and last day of the range; three months up to the newest by default."""
        last = min(self.cleaned_data.get("until") or newest, newest)
        asked = self.data.get("range", "")
        span = timedelta(days=RANGE_DAYS.get(asked, RANGE_DAYS["3m"]))
        first = self.cleaned_data.get("since") or last - span
        if first > last:
            first = last - span
        return max(first, last - LONGEST), last

    def words(self, name: str) -> str:
        """What is chosen for a filter, in words for its chip."""
        labels = dict(self.fields[name].choices)  # type: ignore[attr-defined]
        chosen = [str(labels[value]) for value in self.values(name)]
        rest = f" +{len(chosen) - 2}" if len(chosen) > 2 else ""
        return ", ".join(chosen[:2]) + rest
