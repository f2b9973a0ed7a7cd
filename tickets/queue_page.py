"""What the queue shows, read from the address: view, order, filters, words, place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from core.paging import Page
from organisation.models import SavedView, User
from tickets.forms import QueueFilterForm
from tickets.models import Ticket, TicketQuerySet
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
from tickets.rows import ticket_rows

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

    def form(self) -> QueueFilterForm:
        return QueueFilterForm(self.query, user=self.user)

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
        )

    def address(self, **changes: str) -> str:
        """The queue with these parameters changed ("" removes), at its first page."""
        return reverse("tickets:queue") + self.query_string(**changes)

    def query_string(self, **changes: str) -> str:
        """``?view=mine…`` without a place, or nothing."""
        kept = self.query.copy()
        for name in (*PLACE, "saved", *changes):
            kept.pop(name, None)
        for name, value in changes.items():
            if value:
                kept[name] = value
        words = kept.urlencode()
        return f"?{words}" if words else ""


def queue_context(state: QueueState) -> dict[str, Any]:
    """Everything the queue page needs, the page of rows included."""
    form = state.form()
    page = state.page(state.tickets(form))
    return bar_context(state, form) | {
        "page": page,
        "rows": ticket_rows(page.rows, now=state.now),
        "next_url": page.next and state.address(cursor=page.next),
        "previous_url": page.previous and state.address(before=page.previous),
    }


def bar_context(state: QueueState, form: QueueFilterForm) -> dict[str, Any]:
    """The views with their counts, the filters, the order, the saved views."""
    return views_context(state) | {
        "form": form,
        "filters": [
            {
                "label": form.fields[name].label,
                "value": form.words(name),
                "field": form[name],
                "clear_url": state.address(**{name: ""}),
            }
            for name in FILTERS
        ],
        "is_filtered": bool(state.words or form.chosen()),
        "all_url": reverse("tickets:queue") + f"?view={state.view}",
        "orders": [
            (label, state.address(order=key), key == state.order)
            for key, label in ORDER_WORDS
        ],
        "saved_views": [
            (view, reverse("tickets:queue") + (f"?{view.query}" if view.query else ""))
            for view in SavedView.objects.for_page("tickets", state.user)
        ],
        "words": state.words,
        "agents": form.people,
    }


def views_context(state: QueueState) -> dict[str, Any]:
    """The everyday views with live counts; the others without."""
    counts = queue_counts(state.user, now=state.now, visible=state.visible)
    return {
        "view": BY_KEY[state.view],
        "views": [
            {
                "key": view.key,
                "label": view.label,
                "count": counts[view.key],
                "href": reverse("tickets:queue") + f"?view={view.key}",
                "is_on": view.key == state.view,
            }
            for view in VIEWS
        ],
        "further_views": [
            (view.label, reverse("tickets:queue") + f"?view={view.key}")
            for view in FURTHER_VIEWS
        ],
        "is_further": state.view in {view.key for view in FURTHER_VIEWS},
    }
