"""What the page of one ticket shows: conversation, clocks, fields, who else is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.custom_fields import fields_for
from accounts.queries import custom_values
from core.http import AuthenticatedRequest
from organisation.permissions import Permission
from tickets.addresses import public_path
from tickets.categories import Category
from tickets.clock_sheet import clock_sheets
from tickets.conversation_lines import lines_of
from tickets.customer_form import suggested_customer
from tickets.models import Message, Ticket, TicketLink
from tickets.queries.conversation import (
    conversation,
    customer_facts,
    drafts_of,
    links_of,
    message_named,
    newest_message,
    target_of,
    watchers_of,
)
from tickets.queue_page import QueueState
from tickets.rows import LEVELS


@dataclass(frozen=True)
class Field:
    """A fact in the side column; with an address it can be changed there."""

    label: str
    value: str
    url: str = ""
    key: str = ""
    level: int = 0


@dataclass(frozen=True)
class Link:
    """The other end of a link, and how it is said from here."""

    pk: int
    words: str
    other: Ticket


def ticket_context(
    request: AuthenticatedRequest, ticket: Ticket, *, now: datetime
) -> dict[str, Any]:
    """Everything the ticket pane needs; the list beside it is another matter."""
    user = request.user
    newest = newest_message(ticket)
    drafts = drafts_of(ticket, user)
    mode = request.GET.get("write", "") or _begun(drafts)
    state = QueueState(user, request.GET, now)
    query = state.query_string(write="", earlier="")
    return conversation_context(request, ticket, state) | {
        "ticket": ticket,
        "target": target_of(ticket, user),
        "last_message_id": str(newest.public_id) if newest else "",
        "clocks": clock_sheets(ticket, now=now),
        "fields": fields_of(ticket),
        "custom": custom_values(ticket.custom, fields_for("ticket")),
        "notes": _notes(ticket),
        "links": [_link(ticket, link) for link in links_of(ticket, user)],
        "watchers": watchers_of(ticket),
        "suggestion": suggested_customer(ticket, user),
        "customer": customer_facts(ticket, now=now),
        "public_link": public_path(ticket),
        "more_actions": more_actions(ticket, user, query),
        "mode": mode,
        "begun_as": mode,
        "composer_key": uuid4(),
        "written": drafts[mode].text if mode in drafts else "",
        "placeholder": _placeholder(ticket),
        "queue_query": query,
        "is_asleep": bool(ticket.snoozed_until and ticket.snoozed_until > now),
        "is_done": ticket.status in ("resolved", "closed"),
        "is_frozen": ticket.spam_at is not None or ticket.merged_into_id is not None,
        "may_edit": user.has_perm_code(Permission.EDIT_TICKETS),
        "may_see_health": user.has_perm_code(Permission.VIEW_HEALTH),
        "may_see_revenue": user.has_perm_code(Permission.VIEW_REVENUE),
    }


def conversation_context(
    request: AuthenticatedRequest, ticket: Ticket, state: QueueState
) -> dict[str, Any]:
    """A stretch of the conversation, and where the one before it is to be had."""
    written = Message.objects.filter(ticket=ticket)
    before = message_named(written, request.GET.get("earlier", ""))
    stretch = conversation(ticket, before=before)
    oldest = stretch.oldest if stretch.has_earlier else None
    earlier = state.query_string(earlier=str(oldest.public_id)) if oldest else ""
    return {
        "entries": lines_of(stretch.entries),
        "earlier_query": earlier,
        "is_past": before is not None,
    }


def _begun(drafts: dict[str, Any]) -> str:
    """A note somebody began is shown first; a reply otherwise."""
    written = {kind for kind, draft in drafts.items() if draft.text.strip()}
    return "note" if written == {"note"} else "public"


def _placeholder(ticket: Ticket) -> str:
    name = ticket.contact.name if ticket.contact else ticket.requester_name
    if not name:
        return _("Write to the customer…")
    return _("Write to %(name)s…") % {"name": name}


def fields_of(ticket: Ticket) -> list[Field]:
    """The side column: what can be changed is a link to where that happens."""

    def ask(what: str) -> str:
        return reverse("tickets:ticket_ask", args=[ticket.public_id, what])

    category = dict(Category.choices).get(ticket.category, ticket.category)
    level = f"{ticket.level}"
    return [
        Field(
            _("Priority"),
            ticket.get_priority_display(),
            ask("priority"),
            level=LEVELS[ticket.priority],
        ),
        Field(_("Status"), ticket.get_status_display(), ask("status")),
        Field(_("Level"), level),
        Field(
            _("Assignee"),
            ticket.assignee.label if ticket.assignee else _("Nobody"),
            ask("assign"),
            key="a",
        ),
        Field(_("Team"), ticket.team.name if ticket.team else "–", ask("assign")),
        Field(_("Category"), str(category) or "–", ask("details")),
        Field(_("SLA tier"), ticket.tier.name if ticket.tier else "–"),
        Field(_("Channel"), ticket.get_channel_display() or "–"),
    ]


def _notes(ticket: Ticket) -> list[tuple[str, str]]:
    notes = [
        (_("Root cause"), ticket.root_cause),
        (_("Workaround"), ticket.workaround),
        (_("Resolution"), ticket.resolution_note),
    ]
    return [(label, text) for label, text in notes if text]


_FORWARD = {
    "related": gettext_lazy("Related to"),
    "duplicate": gettext_lazy("Duplicate of"),
    "caused_by": gettext_lazy("Caused by"),
    "follow_up": gettext_lazy("Follows up on"),
    "split": gettext_lazy("Split from"),
}
_BACKWARD = {
    "related": gettext_lazy("Related to"),
    "duplicate": gettext_lazy("Duplicated by"),
    "caused_by": gettext_lazy("Caused"),
    "follow_up": gettext_lazy("Followed by"),
    "split": gettext_lazy("Split into"),
}


def _link(ticket: Ticket, link: TicketLink) -> Link:
    is_forward = link.ticket_id == ticket.pk
    words = (_FORWARD if is_forward else _BACKWARD)[link.kind]
    return Link(link.pk, str(words), link.other if is_forward else link.ticket)


def more_actions(ticket: Ticket, user: Any, query: str) -> list[dict[str, Any]]:
    """The menu: what is asked for first opens a dialog, the rest happens at once."""
    is_open = ticket.status not in ("resolved", "closed")
    watching = ticket.watchers.filter(person=user).exists()
    actions = []

    def add(what: str, label: str, icon: str, key: str = "", *, asked: bool) -> None:
        name = "tickets:ticket_ask" if asked else "tickets:ticket_act"
        url = reverse(name, args=[ticket.public_id, what]) + query
        actions.append(
            {"url": url, "label": label, "icon": icon, "key": key, "is_asked": asked}
        )

    if is_open and ticket.status == "waiting":
        add("resume", _("Go on"), "player-play", "w", asked=False)
    elif is_open:
        add("wait", _("Wait for the customer"), "clock", "w", asked=False)
    if is_open and ticket.snoozed_until:
        add("wake", _("Wake now"), "sun", "s", asked=False)
    elif is_open:
        add("snooze", _("Snooze"), "moon", "s", asked=True)
    if ticket.assignee_id is not None and is_open:
        add("release", _("Give back to the queue"), "user", asked=False)
    add("details", _("Edit details"), "pencil", asked=True)
    add("customer", _("Change the customer"), "building", asked=True)
    add("link", _("Link to another ticket"), "link", asked=True)
    add("split", _("Split off messages"), "arrow-up-right", asked=True)
    if watching:
        add("unwatch", _("Stop watching"), "eye", asked=False)
    else:
        add("watch", _("Watch"), "eye", asked=False)
    if ticket.status == "resolved":
        add("close", _("Close"), "check", asked=False)
    add("spam", _("Mark as spam"), "trash", asked=False)
    return actions
