"""What the queue shows, read from the address: view, order, filters, words, place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from core.paging import Page
from organisation.models import User
from tickets.columns import Column, Drawing, read_by
from tickets.custom_columns import columns_named
from tickets.forms import QueueFilterForm
from tickets.models import Ticket, TicketQuerySet
from tickets.queries.offered import Offered, offered_to
from tickets.queries.queues import (
    BY_KEY,
    FURTHER_VIEWS,
    ORDER_WORDS,
    VIEWS,
    queue,
    queue_counts,
    queue_page,
)
from tickets.queries.search import matching
from tickets.rows import TicketRow, ticket_rows

FILTERS = ("priority", "status", "team", "assignee", "category", "tag")
PLACE = ("cursor", "before")


@dataclass(frozen=True)
class QueueState:
    """One reading of the address. Nothing is read from the database before asked."""

    user: User
    query: QueryDict
    now: datetime

    @property
    def view(self) -> str:
        """The chosen view; an unknown name is the person's own tickets."""
        asked = self.query.get("view", "")
        return asked if asked in BY_KEY else "mine"

    @property
    def order(self) -> str:
        asked = self.query.get("order", "")
        return asked if asked in dict(ORDER_WORDS) else "due"

    @property
    def words(self) -> str:
        return self.query.get("q", "").strip()[:200]

    @cached_property
    def visible(self) -> TicketQuerySet:
        """Every ticket this person may see; not read before narrowed."""
        return Ticket.objects.visible_to(self.user)

    @cached_property
    def offered(self) -> Offered:
        """What this person may choose from, here and in the bar of bulk changes."""
        return offered_to(self.user)

    @cached_property
    def form(self) -> QueueFilterForm:
        """The filters as the address chooses them."""
        return QueueFilterForm(self.query, offered=self.offered)

    def tickets(self, form: QueueFilterForm) -> TicketQuerySet:
        """All tickets of the view that pass the filters and contain the words."""
        rows = form.narrowed(
            queue(self.user, self.view, now=self.now, visible=self.visible)
        )
        return matching(rows, self.words) if self.words else rows

    def page(self, tickets: TicketQuerySet) -> Page[Ticket]:
        """The page that the address names. Raises CursorRefused."""
        return queue_page(
            tickets,
            self.user,
            order=self.order,
            after=self.query.get("cursor", ""),
            before=self.query.get("before", ""),
            beyond=read_by(self.columns),
        )

    @cached_property
    def base(self) -> str:
        """The address of the queue without anything chosen."""
        return reverse("tickets:queue")

    @cached_property
    def columns(self) -> list[Column]:
        """Those of the address (a saved view), else one's own, else the usual."""
        asked = self.query.getlist("col")
        return columns_named(asked or self.offered.columns)

    def address(self, **changes: str) -> str:
        """The queue with these parameters changed ("" removes), at its first page."""
        return self.base + self.query_string(**changes)

    def query_string(self, **changes: str) -> str:
        """``?view=mine…`` without a place, or nothing."""
        return self.query_here(**dict.fromkeys(PLACE, "") | changes)

    @property
    def kept_query(self) -> str:
        """The list as a saved view keeps it: with its columns, without a place."""
        kept = QueryDict(self.query_string().removeprefix("?"), mutable=True)
        kept.setlist("col", [column.key for column in self.columns])
        return kept.urlencode()

    def address_here(self, **changes: str) -> str:
        """The queue with these parameters changed, at the page one is on."""
        return self.base + self.query_here(**changes)

    def query_here(self, **changes: str) -> str:
        """``?view=mine&cursor=…``, the page one is on with it, or nothing."""
        kept = self.query.copy()
        for name in ("saved", *changes):
            kept.pop(name, None)
        for name, value in changes.items():
            if value:
                kept[name] = value
        words = kept.urlencode()
        return f"?{words}" if words else ""


def queue_context(state: QueueState) -> dict[str, Any]:
    """A page of rows. Raises CursorRefused."""
    page = state.page(state.tickets(state.form))
    return {
        "view": BY_KEY[state.view],
        "page": page,
        "rows": ticket_rows(page.rows, now=state.now),
        "next_url": page.next and state.address(cursor=page.next),
        "previous_url": page.previous and state.address(before=page.previous),
    }


def beside_context(state: QueueState) -> dict[str, Any]:
    """The list that stands beside a ticket, with the views. Raises CursorRefused."""
    return queue_context(state) | views_context(state)


def table_context(
    state: QueueState, rows: Iterable[TicketRow], *, is_selectable: bool
) -> dict[str, Any]:
    """The rows as a table of the person's columns, and what can be done with many."""
    drawing = Drawing(
        state.columns, query=state.query_here(), is_selectable=is_selectable
    )
    return {
        "columns": state.columns,
        "lines": [drawing.cells(row) for row in rows],
        "agents": state.offered.people,
        "agents_key": state.form.key("assignee"),
        "is_filtered": bool(state.words or state.form.chosen()),
        "all_url": f"{state.base}?view={state.view}",
        "everywhere_url": state.address(view="everything"),
    }


def bar_context(state: QueueState) -> dict[str, Any]:
    """The filters, the order, the saved views."""
    return {
        "filters": [_filter(state, name) for name in (*FILTERS, *state.form.custom)],
        "orders": [
            (label, state.address(order=key), key == state.order)
            for key, label in ORDER_WORDS
        ],
        "saved_views": [
            (view, state.base + (f"?{view['query']}" if view["query"] else ""))
            for view in state.offered.views
        ],
        "kept_query": state.kept_query,
        "list_query": state.query_string(),
        "words": state.words,
    }


def _filter(state: QueueState, name: str) -> dict[str, Any]:
    """One filter of the bar; ``key`` names all that is drawn of it."""
    form = state.form
    value = form.words(name)
    clear_url = state.address(**{name: ""}) if value else ""
    return {
        "label": form.fields[name].label,
        "value": value,
        "field": form[name],
        "clear_url": clear_url,
        "key": "|".join([form.data.get(name, ""), clear_url, form.key(name)]),
    }


def views_context(state: QueueState) -> dict[str, Any]:
    """The everyday views with live counts; the others without."""
    counts = queue_counts(state.user, now=state.now)
    return {
        "view": BY_KEY[state.view],
        "views": [
            {
                "key": view.key,
                "label": view.label,
                "count": counts[view.key],
                "href": f"{state.base}?view={view.key}",
                "is_on": view.key == state.view,
            }
            for view in VIEWS
        ],
        "further_views": [
            (view.label, f"{state.base}?view={view.key}") for view in FURTHER_VIEWS
        ],
        "is_further": state.view in {view.key for view in FURTHER_VIEWS},
    }
