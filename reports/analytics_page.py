"""What the analytics page shows, put together block by block."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Plan, Segment
from core.formatting import money_compact, number, percent, signed
from health.queries.standings import BandRow
from organisation.clock import today
from organisation.models import User
from reports.analytics_charts import distribution_figure, risk_figure
from reports.analytics_form import (
    ACCOUNTS,
    ARR,
    FILTERS,
    GROUPINGS,
    MEASURES,
    RANGES,
    AnalyticsForm,
)
from reports.analytics_matrix import matrix
from reports.analytics_words import band_label
from reports.queries.analytics import (
    BANDS,
    AnalyticsScope,
    band_rows,
    counts_version,
    currencies_of,
    days_without_members,
    known_days,
    main_currency,
    newest_day,
    weekly,
)
from reports.queries.analytics_blocks import GroupLine, Tally, group_lines, tallies
from reports.queries.analytics_cohorts import Cohort, cohorts
from reports.queries.analytics_movement import Move, moved_ids, moves
from reports.queries.choices import ListChoices

#: Counts of days that are over stay as they are until somebody counts them anew; what
#: is read of today, or account by account, is read again soon.
CACHED_SECONDS, FEW_SECONDS = 6 * 3600, 300
#: Groups of the breakdown that are drawn; the file has them all.
SHOWN_GROUPS = 30

Context = dict[str, Any]


@dataclass
class AnalyticsPage:
    """One reading of the page: the parameters of the address by one person."""

    params: QueryDict
    user: User
    choices: ListChoices = field(default_factory=ListChoices)

    # --- what is asked ----------------------------------------------------------------

    @cached_property
    def form(self) -> AnalyticsForm:
        """The filters."""
        return AnalyticsForm(self.params, user=self.user, choices=self.choices)

    @cached_property
    def scope(self) -> AnalyticsScope:
        """Whose accounts."""
        return AnalyticsScope.of(self.user, self.form.narrowed())

    @cached_property
    def newest(self) -> date | None:
        """The last day of which anything is known."""
        return newest_day()

    @cached_property
    def days(self) -> list[date]:
        """One known day a week, the first and last of the range among them."""
        if self.newest is None:
            return []
        return weekly(known_days(*self.form.days(self.newest)))

    @property
    def measure(self) -> str:
        """Accounts or ARR."""
        is_arr = self.params.get("measure") == ARR and self.scope.sees_revenue
        return ARR if is_arr else ACCOUNTS

    @property
    def by(self) -> str:
        """What the breakdown is by."""
        asked = self.params.get("by", "")
        return asked if asked in dict(GROUPINGS) else "segment"

    # --- what is known ----------------------------------------------------------------

    @cached_property
    def rows(self) -> list[BandRow]:
        """Counts of every shown day."""
        return self._kept("rows", lambda: band_rows(self.scope, self.days))

    @cached_property
    def currencies(self) -> list[str]:
        """Currencies somebody pays in; none for people who may not see revenue."""
        return currencies_of(self.rows) if self.scope.sees_revenue else []

    @cached_property
    def currency(self) -> str:
        """The one whose amounts are shown."""
        return main_currency(self.currencies, self.params.get("currency", ""))

    @cached_property
    def course(self) -> dict[date, Tally]:
        """A tally per shown day."""
        return tallies(self.rows, self.currency)

    @cached_property
    def groups(self) -> list[GroupLine]:
        """The breakdown of the last day against the first."""
        if not self.days:
            return []
        ends = [self.days[0], self.days[-1]]
        rows = self._kept(
            f"groups {self.by}", lambda: band_rows(self.scope, ends, by=self.by)
        )
        return group_lines(
            rows, days=ends, currency=self.currency, labels=_labels(self.by)
        )

    @cached_property
    def moves(self) -> list[Move]:
        """Who moved between the first and the last day."""
        if not self.days:
            return []
        ends = self.days[0], self.days[-1]
        return self._kept("moves", lambda: moves(self.scope, *ends))

    def moved_ids(self, before: str, after: str) -> list[int]:
        """Ids of the accounts that went one way."""
        ends = self.days[0], self.days[-1]
        return self._kept(
            f"moved {before} {after}",
            lambda: moved_ids(self.scope, ends, before=before, after=after),
        )

    @cached_property
    def uncounted_days(self) -> list[date]:
        """Ends of the period of which nobody knows yet who stood where."""
        if self.moves or not self.days:
            return []
        return days_without_members([self.days[0], self.days[-1]])

    @cached_property
    def cohorts(self) -> list[Cohort]:
        """Accounts by start month."""
        return self._kept("cohorts", lambda: cohorts(self.scope), FEW_SECONDS)

    def _kept(self, block: str, compute: Any, seconds: int | None = None) -> Any:
        """A block as of the newest count, for whoever may see the same."""
        timeout = self.kept_seconds if seconds is None else seconds
        return cache.get_or_set(self._cache_key(block), compute, timeout)

    @cached_property
    def kept_seconds(self) -> int:
        """How long what is computed may be shown without asking again."""
        is_over = bool(self.days) and self.days[-1] < today()
        is_stored = is_over and not self.scope.is_restricted
        return CACHED_SECONDS if is_stored else FEW_SECONDS

    def _cache_key(self, block: str) -> str:
        who = self.user.pk if self.scope.is_restricted or "me" in self._chosen else 0
        asked = [
            block,
            who,
            self.scope.sees_revenue,
            self._counts_version,
            self._chosen,
            self.days[:1],
            self.days[-1:],
        ]
        return f"analytics-{sha256(repr(asked).encode()).hexdigest()}"

    @cached_property
    def _counts_version(self) -> int:
        return counts_version()

    @cached_property
    def _chosen(self) -> list[str]:
        return [
            f"{name}={value}" if value != "me" else "me"
            for name in FILTERS
            for value in sorted(self.form.values(name))
        ]

    # --- what is drawn ----------------------------------------------------------------

    def address(self, view: str = "analytics", **changes: str) -> str:
        """A page of this room with these filters; "" leaves a parameter out."""
        query = self.params.copy()
        for name, value in changes.items():
            query.pop(name, None)
            if value:
                query[name] = value
        words = query.urlencode()
        return reverse(f"reports:{view}") + (f"?{words}" if words else "")

    def context(self) -> Context:
        """Everything the template needs."""
        bar = self._bar()
        if not self.course:
            return bar | {"is_empty": True, "has_days": bool(self.days)}
        return bar | {
            "tiles": self._tiles(),
            "first": self.days[0],
            "last": self.days[-1],
            "distribution": self._distribution(),
            "risk": self._risk() if self.scope.sees_revenue else None,
            "matrix": matrix(self.moves, self.currency, self._cell_url),
            "uncounted_days": self.uncounted_days,
            "lines": self.groups[:SHOWN_GROUPS],
            "hidden_lines": max(len(self.groups) - SHOWN_GROUPS, 0),
            "most_risk": max((line.now.risk_arr for line in self.groups), default=1),
            "groupings": self._chips("by", GROUPINGS, self.by, "#breakdown"),
            "by_label": dict(GROUPINGS)[self.by],
            "cohorts": self.cohorts,
        }

    def _bar(self) -> Context:
        asked = self.params.get("range", "")
        is_custom = bool(self.params.get("since") or self.params.get("until"))
        key = asked if asked in {each[0] for each in RANGES} else "3m"
        currencies = [(code, code) for code in self.currencies]
        return {
            "form": self.form,
            "filters": [self._filter(name) for name in FILTERS],
            "is_filtered": bool(self._chosen),
            "all_url": self.address(**dict.fromkeys(FILTERS, "")),
            "ranges": [
                {
                    "label": label,
                    "href": self.address(range=value, since="", until=""),
                    "is_on": value == key and not is_custom,
                }
                for value, label, _days in RANGES
            ],
            "is_custom": is_custom,
            "kept": [
                (name, value)
                for name in ("measure", "currency", "by", "range")
                if (value := self.params.get(name))
            ],
            "measures": self._chips("measure", MEASURES, self.measure, "#distribution"),
            "sees_revenue": self.scope.sees_revenue,
            "currency": self.currency,
            "currencies": self._chips("currency", currencies, self.currency)
            if len(currencies) > 1
            else [],
            "csv": {name: self._csv_url(name) for name in BLOCKS},
        }

    def _filter(self, name: str) -> Context:
        return {
            "label": self.form.fields[name].label,
            "value": self.form.words(name),
            "field": self.form[name],
            "clear_url": self.address(**{name: ""}),
        }

    def _chips(
        self, name: str, choices: Any, now: str, anchor: str = ""
    ) -> list[Context]:
        return [
            {
                "label": label,
                "href": self.address(**{name: value}) + anchor,
                "is_on": value == now,
            }
            for value, label in choices
        ]

    def _csv_url(self, block: str) -> str:
        query = self.params.urlencode()
        base = reverse("reports:analytics_csv", args=[block])
        return f"{base}?{query}" if query else base

    def _cell_url(self, before: str, after: str) -> str:
        return self.address("analytics_moved", before=before, after=after)

    def _tiles(self) -> list[Context]:
        """Figures of the last day, each against the first."""
        then, now = self.course[self.days[0]], self.course[self.days[-1]]
        since = _("since %(day)s") % {"day": f"{self.days[0]:%-d %b}"}
        tiles = [
            _tile(_("Customers"), number(now.customers),
                  signed(now.customers - then.customers, 0), since),
            _tile(_("Mean score"), number(now.mean_score, 1),
                  _difference(now.mean_score, then.mean_score), since),
            _tile(_("Healthy"), percent(now.share(["green"])),
                  _difference(now.share(["green"]), then.share(["green"])), since),
        ]  # fmt: skip
        if not self.scope.sees_revenue:
            return tiles
        risk = now.risk_arr - then.risk_arr
        plus = "+" if risk > 0 else ""
        trend = [float(tally.risk_arr) for tally in self.course.values()]
        risky = _tile(_("ARR at risk"), money_compact(now.risk_arr, self.currency),
                      f"{plus}{money_compact(risk, self.currency)}", since)  # fmt: skip
        share = _tile(_("Share of ARR at risk"), percent(now.risk_share, 1),
                      _difference(now.risk_share, then.risk_share), since)  # fmt: skip
        return [*tiles, risky | {"trend": trend}, share]

    def _distribution(self) -> Context:
        is_arr = self.measure == ARR
        bands = [band for band in BANDS if not (is_arr and band == "churned")]
        return {
            "figure": distribution_figure(
                self.course, is_arr=is_arr, currency=self.currency
            ),
            "head": [_("Day"), *(band_label(band) for band in bands)],
            "rows": [
                [f"{day:%-d %b %Y}", *(self._said(tally, band) for band in bands)]
                for day, tally in self.course.items()
            ],
        }

    def _said(self, tally: Tally, band: str) -> str:
        if self.measure == ARR:
            return money_compact(tally.arr.get(band, 0), self.currency)
        return number(tally.accounts.get(band, 0))

    def _risk(self) -> Context:
        return {
            "figure": risk_figure(self.course, currency=self.currency),
            "head": [_("Day"), _("ARR at risk"), _("Share of ARR"), _("Accounts")],
            "rows": [
                [
                    f"{day:%-d %b %Y}",
                    money_compact(tally.risk_arr, self.currency),
                    percent(tally.risk_share, 1),
                    number(tally.risk_accounts),
                ]
                for day, tally in self.course.items()
            ],
        }


#: What can be had as a file.
BLOCKS = ("distribution", "movement", "breakdown", "cohorts")


def _tile(label: str, value: str, change: str, since: str) -> Context:
    return {"label": label, "value": value, "note": f"{change} {since}".strip()}


def _difference(now: float | None, then: float | None) -> str:
    return "" if now is None or then is None else signed(now - then, 1)


def _labels(by: str) -> dict[int | None, str]:
    """Names of the groups of a breakdown."""
    nobody = {"owner": _("Nobody"), "segment": _("No segment"), "plan": _("No plan")}
    labels: dict[int | None, str] = {None: nobody[by]}
    if by == "owner":
        people = User.objects.values_list("pk", "name", "email")
        return labels | {pk: name or email for pk, name, email in people}
    names = Segment.objects if by == "segment" else Plan.objects
    return labels | dict(names.values_list("pk", "name"))
