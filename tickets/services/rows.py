"""Taking a ticket to change it, writing it back, and saying so in the event log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from events.models import Event
from events.services import Actor, record_event
from organisation.models import User
from organisation.permissions import Role
from tickets.models import SupportSettings, Ticket
from tickets.services.errors import StaleTicket, TicketIsMerged, TicketIsSpam
from tickets.services.search_words import FOUND_BY, index_tickets

#: Longer chains of merged tickets than this are a fault, not a history.
_LONGEST_CHAIN = 50
#: What is read with a ticket.
_BESIDE = ("account", "contact", "assignee", "team")


def locked(ticket: Ticket, *, expected_version: int | None = None) -> Ticket:
    """The ticket as it is now, for us alone until the transaction ends.

    Raises TicketIsMerged, and StaleTicket for a version that is not the present one.
    """
    rows = Ticket.objects.held().select_related(*_BESIDE)
    current = rows.get(pk=ticket.pk)
    if _is_torn(current):
        current = rows.get(pk=ticket.pk)
    if current.merged_into_id is not None:
        raise TicketIsMerged(current)
    if expected_version is not None and current.version != expected_version:
        raise StaleTicket(current)
    return current


def refuse_spam(ticket: Ticket) -> None:
    """Raise TicketIsSpam for a ticket that nobody has to work on."""
    if ticket.spam_at is not None:
        raise TicketIsSpam(ticket)


def _is_torn(ticket: Ticket) -> bool:
    """Whether the row is newer than what was read beside it.

    Whoever had the ticket until now gave it another customer, or another agent: of the
    ticket we see that, but not the row it names now.
    """
    return any(
        getattr(ticket, f"{name}_id") is not None and getattr(ticket, name) is None
        for name in _BESIDE
    )


def survivor_of(ticket: Ticket) -> Ticket:
    """Where the merge chain of a ticket ends: itself if it was never merged."""
    found, seen = ticket, {ticket.pk}
    while found.merged_into_id is not None and len(seen) < _LONGEST_CHAIN:
        if found.merged_into_id in seen:
            break
        seen.add(found.merged_into_id)
        found = Ticket.objects.get(pk=found.merged_into_id)
    return found


def ends_of(tickets: Iterable[Ticket]) -> set[int]:
    """Where the merge chains of these end; a query for each link of the longest."""
    ends: set[int] = set()
    links = {ticket.pk: ticket.merged_into_id for ticket in tickets}
    for _link in range(_LONGEST_CHAIN):
        ends |= {pk for pk, target in links.items() if target is None}
        onward = {target for target in links.values() if target is not None}
        if not onward:
            break
        rows = Ticket.objects.filter(pk__in=onward)
        links = dict(rows.values_list("pk", "merged_into"))
    return ends


def store(ticket: Ticket, *fields: str) -> None:
    """Write these fields of a locked ticket; its version rises."""
    ticket.version += 1
    names = {*fields, "version", "updated_at"}
    ticket.save(update_fields=sorted(names))
    if FOUND_BY & names:
        index_tickets([ticket.pk])


def record(
    kind: str,
    ticket: Ticket,
    /,
    *,
    by: Actor | None,
    now: datetime | None = None,
    **data: Any,
) -> Event:
    """Record an event of this ticket; it stands on its account's timeline too."""
    return record_event(
        kind,
        by=by,
        subject=ticket,
        account_id=ticket.account_id,
        data=data,
        happened_at=now,
    )


def moment(now: datetime | None) -> datetime:
    """The given time, else the present."""
    return now or timezone.now()


def is_human(by: Actor | None) -> bool:
    """Whether a person acts, and not a program or the system itself."""
    return isinstance(by, User) and by.role != Role.INTEGRATION


def support_settings() -> SupportSettings:
    """How support works here; the defaults where nobody has set anything."""
    return SupportSettings.objects.first() or SupportSettings()


def clean_words(words: Iterable[str], *, longest: int) -> list[str]:
    """Trimmed, without repeats whatever their case, in the order given."""
    seen: dict[str, str] = {}
    for word in words:
        text = " ".join(str(word).split())[:longest]
        if text:
            seen.setdefault(text.lower(), text)
    return list(seen.values())
