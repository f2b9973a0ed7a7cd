"""What on-call paging asks of tickets: since when, and who has dealt with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from events.models import Event
from health.models import PageEnd
from health.paging import rose_at
from organisation.models import User
from organisation.permissions import Role
from tickets.models import Message, MessageKind, MessageSide, Ticket, TicketPeriod
from tickets.transitions import DONE

#: What is not needed of a ticket here.
HEAVY = ("custom", "root_cause", "workaround", "resolution_note")


@dataclass(frozen=True)
class Ending:
    """Why nobody needs to be paged any more, since when, and who saw to it."""

    reason: PageEnd
    at: datetime
    by_id: int | None = None


def risen(tickets: Sequence[Ticket]) -> dict[int, datetime]:
    """When each of these last rose to its priority, or was reopened with it."""
    of_ticket: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    periods = TicketPeriod.objects.filter(
        ticket__in=[ticket.pk for ticket in tickets],
        field=TicketPeriod.Field.PRIORITY,
    )
    rows = periods.order_by("ticket", "valid_from", "pk")
    for ticket_id, value, since in rows.values_list("ticket", "value", "valid_from"):
        of_ticket[ticket_id].append((value, since))
    found = {}
    for ticket in tickets:
        known = of_ticket[ticket.pk] or [(ticket.priority, ticket.opened_at)]
        rose = rose_at(known, reopened_at=ticket.reopened_at)
        found[ticket.pk] = rose or ticket.opened_at
    return found


def endings(
    tickets: Mapping[Ticket, datetime], *, paged: Iterable[str], now: datetime
) -> dict[int, Ending]:
    """Which of these need no page any more, by the ticket's id.

    ``tickets`` maps each to the moment from which somebody may have dealt with it.
    """
    taken = _taken(tickets)
    found = {}
    for ticket in tickets:
        ending = taken.get(ticket.pk) or _left(ticket, set(paged), now)
        if ending is not None:
            found[ticket.pk] = ending
    return found


def _left(ticket: Ticket, paged: set[str], now: datetime) -> Ending | None:
    """Why a ticket that nobody took is no matter for on-call people."""
    if ticket.merged_into_id is not None:
        return Ending(PageEnd.MERGED, now)
    if ticket.spam_at is not None:
        return Ending(PageEnd.SPAM, ticket.spam_at)
    if ticket.status in DONE:
        return Ending(PageEnd.RESOLVED, ticket.resolved_at or now)
    if ticket.priority not in paged:
        return Ending(PageEnd.LOWERED, now)
    return None


def _taken(tickets: Mapping[Ticket, datetime]) -> dict[int, Ending]:
    """Which of these a person took or answered, the first time either was done."""
    if not tickets:
        return {}
    first: dict[int, Ending] = {}
    for ticket_id, ending in [*_claims(tickets), *_answers(tickets)]:
        known = first.get(ticket_id)
        if known is None or ending.at < known.at:
            first[ticket_id] = ending
    return first


def _claims(tickets: Mapping[Ticket, datetime]) -> Iterable[tuple[int, Ending]]:
    """Given by a person to somebody who still has it; rules and programs do not count.

    So is a ticket whose opener named at once who works on it.
    """
    held = {ticket.pk: ticket for ticket in tickets if ticket.assignee_id is not None}
    if not held:
        return
    events = Event.objects.filter(
        subject_type="tickets.ticket", subject_id__in=held, kind="ticket_assigned"
    )
    rows = (
        events.filter(data__has_key="assignee")
        .annotate(person=_is_person("actor_id"))
        .order_by("id")
        .values_list(
            "subject_id", "happened_at", "actor_id", "data__assignee", "person"
        )
    )
    moved = set()
    for subject_id, at, actor_id, assignee, is_person in rows:
        ticket_id = subject_id or 0
        moved.add(ticket_id)
        is_given = isinstance(assignee, list) and bool(assignee[-1])
        if is_given and is_person and at >= tickets[held[ticket_id]]:
            yield ticket_id, Ending(PageEnd.CLAIMED, at, actor_id)
    for ticket_id, ticket in held.items():
        is_first = tickets[ticket] <= ticket.opened_at and ticket_id not in moved
        if ticket.is_opened_by_agent and is_first:
            ending = Ending(PageEnd.CLAIMED, ticket.opened_at, ticket.created_by_id)
            yield ticket_id, ending


def _answers(tickets: Mapping[Ticket, datetime]) -> Iterable[tuple[int, Ending]]:
    """Answered in public by a person; the message that opened a ticket is none."""
    since_of = {ticket.pk: since for ticket, since in tickets.items()}
    messages = Message.objects.filter(
        _is_person("author_id"),
        ticket__in=since_of,
        kind=MessageKind.PUBLIC,
        side=MessageSide.AGENT,
        is_automatic=False,
        sent_at__gt=min(since_of.values()),
    )
    rows = messages.order_by("sent_at", "pk").values_list(
        "ticket", "sent_at", "author_id"
    )
    for ticket_id, at, author_id in rows:
        if at > since_of[ticket_id]:
            yield ticket_id, Ending(PageEnd.ANSWERED, at, author_id)


def _is_person(column: str) -> Exists:
    people = User.objects.exclude(role=Role.INTEGRATION)
    return Exists(people.filter(pk=OuterRef(column)))
