"""A ticket as a line of a list: how far it is from its promise, in words and tone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core.formatting import duration
from tickets.models import Ticket

LEVELS = {"critical": 4, "high": 3, "medium": 2, "low": 1}
SOON = timedelta(hours=2)


@dataclass(frozen=True)
class TicketRow:
    """One line: the ticket, its priority as 1–4, and the words about its due time.

    ``tone`` is ``late``, ``due`` (soon) or empty; ``has_draft`` says that the reader
    has begun to write.
    """

    ticket: Ticket
    level: int
    due: str
    tone: str
    has_draft: bool = False


def ticket_rows(tickets: Iterable[Ticket], *, now: datetime) -> list[TicketRow]:
    """The lines of these tickets, in their order."""
    return [
        TicketRow(
            ticket,
            LEVELS[ticket.priority],
            *due_words(ticket, now=now),
            has_draft=getattr(ticket, "has_draft", False),
        )
        for ticket in tickets
    ]


def due_words(ticket: Ticket, *, now: datetime) -> tuple[str, str]:
    """How far the first promise is away, and how much that matters."""
    if ticket.status in ("resolved", "closed"):
        return "", ""
    due = ticket.next_due_at
    if due is None:
        if ticket.status == "waiting":
            return _("waiting"), ""
        return (_("on hold"), "") if ticket.status == "on_hold" else ("", "")
    if due < now:
        return _("%(time)s late") % {"time": duration(now - due)}, "late"
    return duration(due - now), "due" if due - now <= SOON else ""
