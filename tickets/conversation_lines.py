"""The lines of a conversation as pages draw them: messages, and what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from events.sentences import changes_in_words, sentence
from tickets.models import Attachment, Message, SlaMetric, Ticket
from tickets.queries.conversation import Entry
from tickets.rendering import safe_html

#: Events that are said by what changed alone.
_CHANGES = frozenset({"ticket_updated", "ticket_assigned", "ticket_status_changed"})
#: These stand beside the conversation in full.
_LONG_TEXTS = {
    "root_cause": gettext_lazy("root cause changed"),
    "workaround": gettext_lazy("workaround changed"),
    "resolution_note": gettext_lazy("resolution changed"),
}
_PROMISES = {
    "sla_warning": gettext_lazy("the target of the %(promise)s is near"),
    "sla_breached": gettext_lazy("the target of the %(promise)s was missed"),
}


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
    """ "Tom Brandt: priority: medium → high" for changes that came together.

    What was changed twice is said once: as it was before, and as it was left.
    """
    events = list(events)
    said = dict.fromkeys(_event_words(event) for event in _taken_together(events))
    return f"{events[0].actor_label}: {', '.join(said)}"


def _taken_together(events: list[Event]) -> list[Event]:
    """One event for a change that took several, with what they changed in all."""
    plain = [event for event in events if event.kind in _CHANGES]
    changed: dict[str, list[Any]] = {}
    for event in plain:
        for name, pair in _pairs(event.data).items():
            changed[name] = [changed.get(name, pair)[0], pair[1]]
    left = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if len(plain) < 2 or not left:
        return events
    whole = Event(kind="ticket_updated", data=left)
    others = [event for event in events if event.kind not in _CHANGES]
    return [whole, *others]


def _event_words(event: Event) -> str:
    """What changed, where the event names it; else what happened."""
    if event.kind in _PROMISES:
        metric = str(dict(SlaMetric.choices).get(event.data.get("metric"), ""))
        return str(_PROMISES[event.kind]) % {"promise": metric.lower()}
    changed = _changes_of(event.data)
    if changed and event.kind in _CHANGES:
        return changed.replace("_", " ")
    words = sentence(event.kind, "", event.data).text.strip().rstrip(": ")
    words = words[:1].lower() + words[1:]
    return f"{words} ({changed})" if changed else words


def _changes_of(data: Mapping[str, Any]) -> str:
    """What became of which field; of long texts only that they changed."""
    pairs = _pairs(data)
    short = {name: pair for name, pair in pairs.items() if name not in _LONG_TEXTS}
    said = [changes_in_words(short)]
    said += [str(words) for name, words in _LONG_TEXTS.items() if name in pairs]
    return ", ".join(part for part in said if part)


def _pairs(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """``[before, after]`` of every field, custom ones too, by its name."""
    pairs = {
        name: value
        for name, value in data.items()
        if isinstance(value, list) and len(value) == 2
    }
    before, after = pairs.pop("custom", ({}, {}))
    for key in sorted({*before, *after}):
        pairs[key] = [before.get(key), after.get(key)]
    return pairs
