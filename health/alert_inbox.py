"""The inbox of alerts as its address tells it: tab, filters, order, saved views."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.paging import Count, CursorRefused, Order, Page, capped_count
from health.alert_forms import InboxForm
from health.models import Alert
from health.queries.alert_lists import (
    ALL,
    BY_ARR,
    BY_CLOSING,
    BY_OPENING,
    BY_SEVERITY,
    CLOSED,
    MINE,
    SNOOZED,
    TEAM,
    UNASSIGNED,
    alert_list,
    alert_page,
    home_tab,
    in_tab,
    tab_counts,
)
from organisation.models import SavedView, User
from organisation.permissions import Permission

TABS = (
    (MINE, _("Mine")),
    (TEAM, _("My team")),
    (UNASSIGNED, _("Unassigned")),
    (ALL, _("All open")),
    (SNOOZED, _("Snoozed")),
    (CLOSED, _("Closed")),
)
SORTS = (
    (BY_OPENING, _("Newest first")),
    (BY_SEVERITY, _("Most severe first")),
    (BY_ARR, _("Largest ARR first")),
)
FILTERS = ("severity", "rule", "segment", "who", "state")
#: Saved views that stand as chips; the rest waits in the menu.
SHOWN_VIEWS = 2

Context = dict[str, Any]


class Inbox:
    """One reading of an address by one person."""

    def __init__(self, params: QueryDict, user: User) -> None:
        self.params = params
        self.user = user
        self.form = InboxForm(params)
        self.choice = self.form.chosen()
        self.tabs = [tab for tab in TABS if self._has(tab[0])]
        self.tab = self._tab()
        self.may_see_arr = user.has_perm_code(Permission.VIEW_REVENUE)
        self.sorts = [s for s in SORTS if s[0] is not BY_ARR or self.may_see_arr]
        self.order = self._order()

    def _has(self, tab: str) -> bool:
        if tab == MINE:
            return bool(self.user.has_perm_code(Permission.HANDLE_ALERTS))
        return tab != TEAM or self.user.team_id is not None

    def _tab(self) -> str:
        """The tab asked for; a filter without one looks at everything open."""
        asked = self.params.get("tab", "")
        if asked in dict(self.tabs):
            return asked
        return ALL if self.choice else home_tab(self.user)

    def _order(self) -> Order:
        asked = self.params.get("sort", "")
        found = (order for order, _words in self.sorts if order.key == asked)
        return next(found, BY_OPENING)

    @property
    def is_closed(self) -> bool:
        """Whether what is over is shown."""
        return self.tab == CLOSED

    @cached_property
    def _of_all_tabs(self) -> QuerySet[Alert]:
        choice = dict(self.choice)
        if "who" in choice:
            choice["who"] = choice["who"].public_id
        return alert_list(self.user, **choice)

    @property
    def alerts(self) -> QuerySet[Alert]:
        """The alerts of the tab, in no order."""
        return self._of_all_tabs.filter(in_tab(self.tab, self.user))

    def page(self) -> Page[Alert]:
        """The rows at the place of the address; a place that is gone is the top."""
        order = BY_CLOSING if self.is_closed else self.order
        after, before = self.params.get("cursor", ""), self.params.get("before", "")
        try:
            page = alert_page(self.alerts, order=order, after=after, before=before)
        except CursorRefused:
            page = Page(())
        if page.rows or not (after or before):
            return page
        return alert_page(self.alerts, order=order)

    @cached_property
    def query(self) -> str:
        """The address of this list without its place, always said the same way."""
        return urlencode(self._pairs())

    def _pairs(self, **changes: str) -> list[tuple[str, str]]:
        said = {name: self.params.get(name, "") for name in self.choice}
        sort = "" if self.order is BY_OPENING else self.order.key
        wanted = {"tab": self.tab, **said, "sort": sort} | changes
        pairs = [(name, value) for name, value in wanted.items() if value]
        return [] if pairs == [("tab", home_tab(self.user))] else pairs

    def url(self, **changes: str) -> str:
        """The address of the list, changed; "" removes a part."""
        return list_url(urlencode(self._pairs(**changes)))

    @property
    def unfiltered(self) -> str:
        """The same tab without any filter."""
        return list_url(urlencode({"tab": self.tab}))

    @property
    def everything(self) -> str:
        """All that is open."""
        return list_url(urlencode({"tab": ALL}))

    @property
    def without_account(self) -> str:
        """The list of all accounts again."""
        return self.url(account="")

    def context(self) -> Context:
        """Everything the page shows."""
        page = self.page()
        counts = tab_counts(self._of_all_tabs, self.user)
        may_handle = self.user.has_perm_code(Permission.HANDLE_ALERTS)
        return {
            "inbox": self,
            "page": page,
            "count": self._count(counts),
            "next_url": self._place("cursor", page.next),
            "previous_url": self._place("before", page.previous),
            "tabs": self._tab_links(counts),
            "filters": list(self._filters()),
            "is_filtered": bool(self.choice),
            "is_closed": self.is_closed,
            "may_handle": may_handle,
            "may_act": may_handle and not self.is_closed,
            "back": self._back(),
            **self._views(),
        }

    def _count(self, counts: dict[str, int]) -> Count:
        return capped_count(self.alerts) if self.is_closed else Count(counts[self.tab])

    def _back(self) -> str:
        """The list with its place, to come back to."""
        places = [
            (name, self.params[name])
            for name in ("cursor", "before")
            if self.params.get(name)
        ]
        return urlencode([*self._pairs(), *places])

    def _place(self, name: str, cursor: str) -> str:
        if not cursor:
            return ""
        return list_url(urlencode([*self._pairs(), (name, cursor)]))

    def _tab_links(self, counts: dict[str, int]) -> list[Context]:
        return [
            {
                "label": label,
                "href": self.url(tab=tab),
                "is_on": tab == self.tab,
                "count": counts.get(tab, ""),
            }
            for tab, label in self.tabs
        ]

    def _filters(self) -> Iterator[Context]:
        for name in FILTERS:
            yield {
                "label": self.form.fields[name].label,
                "value": self._words(name),
                "field": self.form[name],
                "clear_url": self.url(**{name: ""}),
            }

    def _words(self, name: str) -> str:
        """A choice as a person reads it, "" when nothing is chosen."""
        value = self.choice.get(name, "")
        if not isinstance(value, str):
            return str(value)
        choices: Any = getattr(self.form.fields[name], "choices", ())
        return str(dict(choices).get(value, value)) if value else ""

    def _views(self) -> Context:
        """Saved views: some as chips, the rest in the menu, and whether to save."""
        saved = [
            {
                "label": view.name,
                "href": list_url(view.query),
                "is_on": view.query == self.query,
            }
            for view in SavedView.objects.for_page(SavedView.Page.ALERTS, self.user)
        ]
        is_saved = any(view["is_on"] for view in saved)
        return {
            "view_chips": saved[:SHOWN_VIEWS],
            "view_menu": saved[SHOWN_VIEWS:],
            "can_save": bool(self.query) and not is_saved,
            "may_share": self.user.has_perm_code(Permission.SHARE_VIEWS),
        }


def list_url(query: str) -> str:
    """The inbox at an address."""
    base = reverse("health:alerts")
    return f"{base}?{query}" if query else base
