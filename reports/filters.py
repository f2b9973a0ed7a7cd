"""Which accounts a list shows: the filters of its address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters.widgets import SuffixedMultiWidget

from accounts.models import Account
from accounts.querysets import AccountQuerySet
from core.widgets import CheckBoxes, RadioButtons
from health.models import Alert
from organisation.models import User
from organisation.permissions import Permission
from reports.queries.choices import ListChoices

RENEWAL_DAYS = (14, 30, 60, 90, 180)
#: Filters only some people have.
NEEDS = {
    "band": Permission.VIEW_HEALTH,
    "score": Permission.VIEW_HEALTH,
    "change": Permission.VIEW_HEALTH,
    "alert": Permission.VIEW_HEALTH,
    "renewal": Permission.VIEW_REVENUE,
}
_WORSE_FIRST = ("red", "orange", "yellow", "green")
_WORD = {"class": "form-control", "autocomplete": "off"}
_FIND = forms.TextInput(
    {
        "class": "form-control find",
        "autocomplete": "off",
        "type": "search",
        "placeholder": _("Find"),
        "aria-label": _("Find by name or domain"),
    }
)


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """Any of several values, as check boxes; no row appears twice for it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CheckBoxes)
        super().__init__(distinct=False, **kwargs)


class OneOfFilter(django_filters.ChoiceFilter):
    """One value or none, as radio buttons."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("empty_label", _("Any"))
        super().__init__(widget=RadioButtons, **kwargs)


class ArchivedFilter(OneOfFilter):
    """Archived accounts are left out unless asked for."""

    def filter(self, qs: AccountQuerySet, value: str | None) -> AccountQuerySet:
        if value == "with":
            return qs.filter(merged_into__isnull=True)
        return qs.archived() if value == "only" else qs.live()


class FromToWidget(SuffixedMultiWidget):
    """Two numbers side by side: at least, at most."""

    suffixes = ["min", "max"]

    def __init__(self) -> None:
        attrs = {"class": "form-control", "min": 0, "max": 100, "step": "any"}
        super().__init__(
            [
                forms.NumberInput({**attrs, "aria-label": _("At least")}),
                forms.NumberInput({**attrs, "aria-label": _("At most")}),
            ]
        )

    def decompress(self, value: slice | None) -> list[Any]:
        return [value.start, value.stop] if value else [None, None]


def _score() -> forms.DecimalField:
    return forms.DecimalField(min_value=0, max_value=100, max_digits=4)


class AccountFilter(django_filters.FilterSet):
    """The filters of the portfolio; shared with its board and export."""

    q = django_filters.CharFilter(
        label=_("Search"), method="matching", max_length=100, widget=_FIND
    )
    band = ChoicesFilter(
        label=_("Band"), field_name="health_band", choices=Account.Band.choices
    )
    segment = ChoicesFilter(label=_("Segment"), method="in_segments", choices=[])
    owner = ChoicesFilter(label=_("Owner"), method="owned_by", choices=[])
    renewal = OneOfFilter(
        label=_("Renewal"),
        method="renewing",
        choices=[
            ("late", _("Past")),
            *[
                (str(days), _("Within %(days)d days") % {"days": days})
                for days in RENEWAL_DAYS
            ],
            ("none", _("No date")),
        ],
    )
    stage = ChoicesFilter(label=_("Stage"), choices=Account.Stage.choices)
    score = django_filters.RangeFilter(
        label=_("Score"),
        field_name="health_score",
        fields=(_score(), _score()),
        widget=FromToWidget,
    )
    change = OneOfFilter(
        label=_("Change in 30 days"),
        method="changed",
        choices=[
            ("fell_10", _("Fell 10 points or more")),
            ("fell_5", _("Fell 5 points or more")),
            ("fell", _("Fell 3 points or more")),
            ("rose", _("Rose 3 points or more")),
            ("rose_10", _("Rose 10 points or more")),
            ("worse", _("Entered a worse band")),
            ("better", _("Entered a better band")),
        ],
    )
    team = ChoicesFilter(label=_("Team"), method="in_teams", choices=[])
    tag = django_filters.CharFilter(
        label=_("Tag"),
        method="tagged",
        max_length=300,
        widget=forms.TextInput({**_WORD, "list": "tag-choices"}),
        help_text=_("Several with commas: an account must have them all."),
    )
    alert = OneOfFilter(
        label=_("Alerts"),
        method="alerted",
        choices=[("open", _("Any open")), ("new", _("Open, nobody at it yet"))],
    )
    archived = ArchivedFilter(
        label=_("Archived"),
        empty_label=_("Left out"),
        choices=[("with", _("Shown too")), ("only", _("Only these"))],
    )

    class Meta:
        model = Account
        fields: list[str] = []

    def __init__(
        self,
        data: QueryDict,
        *,
        accounts: AccountQuerySet,
        user: User,
        today: date,
        choices: ListChoices | None = None,
    ) -> None:
        super().__init__(data, accounts)
        self.user = user
        self.today = today
        self.choices = choices or ListChoices()
        for name, permission in NEEDS.items():
            if not user.has_perm_code(permission):
                del self.filters[name]
        # Functions, not methods: a form copies its choices, a method its object too.
        self.filters["segment"].extra["choices"] = lambda: self.choices.segments
        self.filters["owner"].extra["choices"] = lambda: self.choices.owners
        self.filters["team"].extra["choices"] = lambda: self.choices.teams

    def parameters(self) -> set[str]:
        """Every name the address may use for these filters."""
        names = set(self.filters)
        if "score" in names:
            names = (names - {"score"}) | {"score_min", "score_max"}
        return names

    def without(self, name: str) -> AccountQuerySet:
        """The list as if this one filter were not set."""
        accounts = self.queryset.all()
        self.form.is_valid()
        for each, value in self.form.cleaned_data.items():
            if each != name:
                accounts = self.filters[each].filter(accounts, value)
        return accounts

    def matching(self, accounts: AccountQuerySet, name: str, text: str) -> Any:
        """Name or domain with words beginning like these."""
        return accounts.matching(text)

    def in_segments(self, accounts: AccountQuerySet, name: str, slugs: Any) -> Any:
        """In one of these segments, or in none."""
        found = Q(segment__slug__in=slugs)
        if "none" in slugs:
            found |= Q(segment__isnull=True)
        return accounts.filter(found)

    def owned_by(self, accounts: AccountQuerySet, name: str, owners: Any) -> Any:
        """Of one of these people; "me" is the reader and "none" nobody."""
        ids = [owner for owner in owners if owner not in {"me", "none"}]
        found = Q(owner__public_id__in=ids) if ids else Q()
        if "me" in owners:
            found |= Q(owner=self.user)
        if "none" in owners:
            found |= Q(owner__isnull=True)
        return accounts.filter(found)

    def in_teams(self, accounts: AccountQuerySet, name: str, teams: Any) -> Any:
        """Given to one of these teams."""
        return accounts.filter(team__public_id__in=teams)

    def renewing(self, accounts: AccountQuerySet, name: str, window: str) -> Any:
        """Whose renewal lies in a window from today."""
        if window == "none":
            return accounts.filter(renewal_on__isnull=True)
        if window == "late":
            return accounts.filter(renewal_on__lt=self.today)
        end = self.today + timedelta(days=int(window))
        return accounts.filter(renewal_on__range=(self.today, end))

    def changed(self, accounts: AccountQuerySet, name: str, change: str) -> Any:
        """Whose score moved, or whose band changed, in 30 days."""
        if change in {"worse", "better"}:
            return accounts.filter(_moved(is_worse=change == "worse"))
        way, _sign, points = change.partition("_")
        bound = int(points or 3)
        if way == "fell":
            return accounts.filter(health_change_30d__lte=-bound)
        return accounts.filter(health_change_30d__gte=bound)

    def tagged(self, accounts: AccountQuerySet, name: str, text: str) -> Any:
        """With all of these tags."""
        tags = [tag.strip() for tag in text.split(",") if tag.strip()]
        return accounts.filter(tags__contains=tags) if tags else accounts

    def alerted(self, accounts: AccountQuerySet, name: str, kind: str) -> Any:
        """With an open alert, or one that nobody has acknowledged."""
        alerts = Alert.objects.open().filter(account=OuterRef("pk"))
        if kind == "new":
            alerts = alerts.filter(acknowledged_at__isnull=True)
        return accounts.filter(Exists(alerts))

    def chosen_words(self, name: str) -> str:
        """What is chosen for a filter, in words for its chip."""
        value = self.form.cleaned_data.get(name)
        if not value:
            return ""
        if name == "score":
            return _range_words(value)
        if name in {"q", "tag"}:
            return str(value)
        labels = dict(self.form.fields[name].choices)
        values = value if isinstance(value, list) else [value]
        return _joined(labels[each] for each in values)


def _moved(*, is_worse: bool) -> Q:
    """The band now is worse (or better) than it was 30 days ago."""
    order = _WORSE_FIRST if is_worse else _WORSE_FIRST[::-1]
    return reduce(
        or_,
        (
            Q(health_band_30d=then, health_band__in=order[:rank])
            for rank, then in enumerate(order)
            if rank
        ),
    )


def _range_words(bounds: slice) -> str:
    low, high = bounds.start, bounds.stop
    if low is None:
        return f"≤ {high:f}"
    return f"≥ {low:f}" if high is None else f"{low:f}–{high:f}"


def _joined(labels: Iterable[str | Promise], shown: int = 3) -> str:
    words = [str(label) for label in labels]
    rest = f" +{len(words) - shown}" if len(words) > shown else ""
    return ", ".join(words[:shown]) + rest
