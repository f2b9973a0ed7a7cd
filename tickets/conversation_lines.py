"""The lines of a conversation as pages draw them: messages, and what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.custom_words import told_data
from core.formatting import said_moment
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
#: What these hold are codes, and not words that somebody wrote.
_CODES = frozenset({"status", "category", "channel"})
#: What these hold are moments, kept in the notation of machines.
_MOMENTS = frozenset({"snoozed_until"})
_PROMISES = {
    "sla_warning": gettext_lazy("the target of the %(promise)s is near"),
    "sla_breached": gettext_lazy("the target of the %(promise)s was missed"),
}
#: Sentences for the page of the ticket itself, which need not name it.
_HERE = {
    "ticket_absorbed": (gettext_lazy("%(fact)s merged into this ticket"), "source"),
    "ticket_split": (gettext_lazy("%(fact)s split off"), "into"),
    "ticket_change_undone": (gettext_lazy("a change was undone"), ""),
}


@dataclass(frozen=True)
class Change:
    """An event as far as it is said: what happened, and the facts of it."""

    kind: str
    data: Mapping[str, Any]


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


def lines_of(entries: Sequence[Entry]) -> list[Line]:
    """Messages with author and safe text, changes that came together as a sentence."""
    told = iter(told_data([event for entry in entries for event in entry.events]))
    return [
        _written(entry.at, entry.message)
        if entry.message is not None
        else _changed(entry, told)
        for entry in entries
    ]


def _written(at: datetime, message: Message) -> Line:
    return Line(
        at,
        message=message,
        author=author_of(message),
        role=_role(message),
        channel=_channel(message),
        # Sanitised when stored; once more, so that no older rule lets anything by.
        html=mark_safe(safe_html(message.html)),  # noqa: S308
        attachments=tuple(message.attachments.all()),
    )


def _changed(entry: Entry, told: Iterator[dict[str, Any]]) -> Line:
    changes = [Change(event.kind, next(told)) for event in entry.events]
    words = change_words(entry.events[0].actor_label, changes)
    return Line(entry.at, words=words)


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


def change_words(actor: str, changes: Iterable[Change]) -> str:
    """ "Tom Brandt: priority: medium → high" for changes that came together.

    What was changed twice is said once: as it was before, and as it was left.
    """
    said = dict.fromkeys(_words_of(each) for each in _taken_together(list(changes)))
    return f"{actor}: {', '.join(said)}"


def _taken_together(changes: list[Change]) -> list[Change]:
    """One change for one that took several events, with what became of it in all."""
    plain = [each for each in changes if each.kind in _CHANGES]
    changed: dict[str, list[Any]] = {}
    for each in plain:
        for name, pair in _pairs(each.data).items():
            changed[name] = [changed.get(name, pair)[0], pair[1]]
    left = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if len(plain) < 2 or not left:
        return changes
    others = [each for each in changes if each.kind not in _CHANGES]
    return [Change("ticket_updated", left), *others]


def _words_of(change: Change) -> str:
    """What changed, where the event names it; else what happened."""
    if change.kind in _PROMISES:
        metric = str(dict(SlaMetric.choices).get(change.data.get("metric", ""), ""))
        return str(_PROMISES[change.kind]) % {"promise": metric.lower()}
    changed = _changes_of(change.data)
    if changed and change.kind in _CHANGES:
        return changed
    words = _sentence_here(change)
    return f"{words} ({changed})" if changed else words


def _sentence_here(change: Change) -> str:
    if change.kind in _HERE:
        words, name = _HERE[change.kind]
        return str(words) % {"fact": change.data.get(name) or "–"}
    text = sentence(change.kind, "", change.data).text.strip().rstrip(": ")
    return text[:1].lower() + text[1:]


def _changes_of(data: Mapping[str, Any]) -> str:
    """What became of which field; of long texts only that they changed."""
    pairs = _pairs(data)
    short = {name: pair for name, pair in pairs.items() if name not in _LONG_TEXTS}
    said = [changes_in_words(short)]
    said += [str(words) for name, words in _LONG_TEXTS.items() if name in pairs]
    return ", ".join(part for part in said if part)


def _pairs(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """``[before, after]`` of every field that has both."""
    return {
        name: [_side(name, side) for side in value]
        for name, value in data.items()
        if isinstance(value, list) and len(value) == 2
    }


def _side(name: str, value: Any) -> Any:
    if name in _CODES:
        return _spaced(value)
    moment = parse_datetime(value) if name in _MOMENTS and value else None
    if moment is None:
        return value
    return said_moment(localtime(moment), now=localtime(), gettext=_)


def _spaced(code: Any) -> Any:
    return code.replace("_", " ") if isinstance(code, str) else code
