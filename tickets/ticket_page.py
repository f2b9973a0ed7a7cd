"""What the page of one ticket shows: conversation, clocks, fields, who else is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.http import AuthenticatedRequest
from events.models import Event
from events.sentences import changes_in_words, sentence
from organisation.permissions import Permission
from tickets.addresses import public_path
from tickets.categories import Category
from tickets.clock_sheet import clock_sheet
from tickets.models import Attachment, Message, Ticket, TicketLink
from tickets.queries.conversation import (
    Entry,
    clocks_of,
    conversation,
    customer_facts,
    drafts_of,
    links_of,
    watchers_of,
)
from tickets.queue_page import QueueState
from tickets.rendering import safe_html
from tickets.rows import LEVELS
from tickets.services.clocks import explain_clock

#: Events that are said by what changed alone.
_CHANGES = frozenset({"ticket_updated", "ticket_assigned", "ticket_status_changed"})


@dataclass(frozen=True)
class Line:
    """One entry of the conversation, ready to be drawn."""

    at: datetime
    message: Message | None = None
    author: str = ""
    role: str = ""
    html: str = ""
    channel: str = ""
    attachments: tuple[Attachment, ...] = ()
    words: str = ""


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
    entries = [line_of(entry) for entry in conversation(ticket)]
    messages = [entry.message for entry in entries if entry.message]
    drafts = drafts_of(ticket, user)
    mode = request.GET.get("write", "") or _begun(drafts)
    state = QueueState(user, request.GET, now)
    return {
        "ticket": ticket,
        "entries": entries,
        "last_message_id": str(messages[-1].public_id) if messages else "",
        "clocks": [
            clock_sheet(clock, explain_clock(clock, now=now), now=now)
            for clock in clocks_of(ticket)
        ],
        "fields": fields_of(ticket),
        "notes": _notes(ticket),
        "links": [_link(ticket, link) for link in links_of(ticket, user)],
        "watchers": watchers_of(ticket),
        "customer": customer_facts(ticket, now=now),
        "public_link": public_path(ticket),
        "more_actions": more_actions(ticket, user, state.query_string(write="")),
        "mode": mode,
        "begun_as": mode,
        "composer_key": uuid4(),
        "written": drafts[mode].text if mode in drafts else "",
        "placeholder": _placeholder(ticket),
        "queue_query": state.query_string(write=""),
        "is_asleep": bool(ticket.snoozed_until and ticket.snoozed_until > now),
        "is_done": ticket.status in ("resolved", "closed"),
        "is_frozen": ticket.spam_at is not None or ticket.merged_into_id is not None,
        "may_edit": user.has_perm_code(Permission.EDIT_TICKETS),
        "may_see_health": user.has_perm_code(Permission.VIEW_HEALTH),
        "may_see_revenue": user.has_perm_code(Permission.VIEW_REVENUE),
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


def line_of(entry: Entry) -> Line:
    """A message with its author and safe text, or changes in one sentence."""
    message = entry.message
    if message is None:
        return Line(entry.at, words=change_words(entry.events))
    return Line(
        entry.at,
        message=message,
        author=author_of(message),
        role=_role(message),
        channel=_channel(message),
        # Sanitised when stored; once more, so that no older rule lets anything by.
        html=mark_safe(safe_html(message.html)),  # noqa: S308
        attachments=tuple(message.attachments.all()),
    )


def author_of(message: Message) -> str:
    """Who wrote, as a name."""
    if message.author is not None:
        return message.author.label
    if message.contact is not None:
        return message.contact.name
    return message.author_name or message.author_email or _("Automatic")


def _role(message: Message) -> str:
    if message.side == "customer":
        return _("customer")
    level = message.author.support_level if message.author else None
    return _("agent, level %(level)s") % {"level": level} if level else _("agent")


def _channel(message: Message) -> str:
    """By which way it came, as part of a line: "e-mail", "web form", "API"."""
    words = str(dict(Ticket.Channel.choices).get(message.channel, ""))
    return words if words.isupper() else words.lower()


def change_words(events: Iterable[Event]) -> str:
    """ "Tom Brandt: priority: medium → high" for changes that came together."""
    events = list(events)
    said = dict.fromkeys(_event_words(event) for event in events)
    return f"{events[0].actor_label}: {', '.join(said)}"


def _event_words(event: Event) -> str:
    """What changed, where the event names it; else what happened."""
    changed = changes_in_words(event.data)
    if changed and event.kind in _CHANGES:
        return changed.replace("_", " ")
    words = sentence(event.kind, "", event.data).text.rstrip(": ")
    words = words[:1].lower() + words[1:]
    return f"{words} ({changed})" if changed else words


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
            ticket.assignee.label if ticket.assignee else _("nobody"),
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
