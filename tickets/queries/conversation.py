"""One ticket with everything its page shows, in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Avg, Count, Prefetch, Q, QuerySet

from core.public_ids import public_id
from events.models import Event
from organisation.models import User
from tickets.models import (
    Attachment,
    Draft,
    Message,
    Ticket,
    TicketLink,
    TicketQuerySet,
    Watcher,
)

CUSTOMER_DAYS = 90
#: Changes beside the conversation; the messages themselves are shown anyway.
QUIET_KINDS = (
    "ticket_created",
    "ticket_replied",
    "ticket_note_added",
    "ticket_message_received",
    "ticket_watched",
    "ticket_unwatched",
    "ticket_page_ended",
)
MOST_EVENTS = 200
#: A page shows this many messages; earlier ones when asked for.
MOST_MESSAGES = 50


@dataclass(frozen=True)
class CustomerFacts:
    """How support went for this customer lately."""

    tickets: int
    csat: float | None


@dataclass(frozen=True)
class Entry:
    """One thing in a conversation: a message, or changes that came together."""

    at: datetime
    message: Message | None
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Stretch:
    """A piece of a conversation; with ``has_earlier`` it goes on before ``oldest``."""

    entries: list[Entry]
    oldest: Message | None
    has_earlier: bool


def tickets_for_page(user: User) -> TicketQuerySet:
    """Tickets this person may see, with what the head of the page says."""
    return Ticket.objects.visible_to(user).select_related(
        "account__owner",
        "account__segment",
        "account__plan",
        "contact",
        "assignee",
        "team",
        "tier",
        "created_by",
    )


def target_of(ticket: Ticket, user: User) -> Ticket | None:
    """What a merged ticket became part of, if this person may see that."""
    if ticket.merged_into_id is None:
        return None
    seen = Ticket.objects.visible_to(user).only("public_id", "number")
    return seen.filter(pk=ticket.merged_into_id).first()


def conversation(
    ticket: Ticket, *, before: Message | None = None, most: int = MOST_MESSAGES
) -> Stretch:
    """The newest messages, or those just before one, and the changes between them.

    In the order they happened; as many queries for ten messages as for thousands.
    """
    rows = Message.objects.filter(ticket=ticket).select_related("came_from")
    messages, has_earlier = newest_of(rows, before=before, most=most)
    oldest = messages[0] if messages else None
    entries = [Entry(message.sent_at, message, ()) for message in messages]
    entries += _changes(ticket, since=oldest if has_earlier else None, before=before)
    in_order = sorted(entries, key=lambda entry: (entry.at, entry.message is None))
    return Stretch(in_order, oldest, has_earlier=has_earlier)


def newest_of(
    rows: QuerySet[Message], *, before: Message | None, most: int = MOST_MESSAGES
) -> tuple[list[Message], bool]:
    """The newest of these, or those just before one; and whether more came before."""
    if before is not None:
        same_time = Q(sent_at=before.sent_at, pk__lt=before.pk)
        rows = rows.filter(Q(sent_at__lt=before.sent_at) | same_time)
    found = list(
        rows.select_related("author", "contact")
        .prefetch_related(Prefetch("attachments", Attachment.objects.order_by("id")))
        .order_by("-sent_at", "-id")[: most + 1]
    )
    return found[:most][::-1], len(found) > most


def message_named(rows: QuerySet[Message], text: str) -> Message | None:
    """The one of these messages that an id in an address means."""
    named = public_id(text)
    return rows.filter(public_id=named).first() if named is not None else None


def _changes(
    ticket: Ticket, *, since: Message | None, before: Message | None
) -> list[Entry]:
    """What was changed between two messages, the newest of it where that is a lot."""
    events = Event.objects.filter(
        subject_type="tickets.ticket", subject_id=ticket.pk
    ).exclude(kind__in=QUIET_KINDS)
    if since is not None:
        events = events.filter(happened_at__gte=since.sent_at)
    if before is not None:
        events = events.filter(happened_at__lt=before.sent_at)
    entries = []
    newest_first = events.order_by("-id")[:MOST_EVENTS]
    for _key, group in groupby(reversed(newest_first), key=_same_change):
        changed = tuple(group)
        entries.append(Entry(changed[0].happened_at, None, changed))
    return entries


def newest_message(ticket: Ticket) -> Message | None:
    """What was written last, whenever it was said."""
    return Message.objects.filter(ticket=ticket).order_by("pk").last()


def _same_change(event: Event) -> tuple[object, ...]:
    """What one person changed within a minute is one line."""
    return event.actor_id, event.happened_at.replace(second=0, microsecond=0)


def links_of(ticket: Ticket, user: User) -> list[TicketLink]:
    """Links from and to this ticket whose other end the reader may see."""
    visible = Ticket.objects.visible_to(user)
    return list(
        TicketLink.objects.filter(
            Q(ticket=ticket, other__in=visible) | Q(other=ticket, ticket__in=visible)
        )
        .select_related("ticket", "other")
        .order_by("id")
    )


def watchers_of(ticket: Ticket) -> list[Watcher]:
    """Who is told, people here first."""
    return list(
        Watcher.objects.filter(ticket=ticket)
        .select_related("person")
        .order_by("email", "person__name")
    )


def drafts_of(ticket: Ticket, user: User) -> dict[str, Draft]:
    """What this person has begun to write, by kind."""
    return {
        draft.kind: draft for draft in Draft.objects.filter(ticket=ticket, author=user)
    }


def customer_facts(ticket: Ticket, *, now: datetime) -> CustomerFacts | None:
    """How many tickets the account opened lately, and how it rated them."""
    if ticket.account_id is None:
        return None
    since = now - timedelta(days=CUSTOMER_DAYS)
    row = (
        Ticket.objects.genuine()
        .filter(account_id=ticket.account_id)
        .aggregate(
            tickets=Count("pk", filter=Q(opened_at__gte=since)),
            csat=Avg("csat", filter=Q(csat_at__gte=since)),
        )
    )
    return CustomerFacts(**row)
