"""Spam: out of the queues with its clocks stopped, and back without a trace."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from events.services import Actor
from tickets.models import Ticket
from tickets.services import clocks
from tickets.services.rows import locked, moment, record, store


@transaction.atomic
def mark_spam(
    ticket: Ticket, *, by: Actor | None, now: datetime | None = None
) -> Ticket:
    """Nobody has to answer this: it leaves every queue and its clocks stop."""
    current = locked(ticket)
    if current.spam_at is not None:
        return current
    at = moment(now)
    current.spam_at = at
    store(current, "spam_at")
    clocks.cancel_clocks(current, now=at)
    record("ticket_marked_spam", current, by=by, now=at)
    return current


@transaction.atomic
def unmark_spam(
    ticket: Ticket, *, by: Actor | None, now: datetime | None = None
) -> Ticket:
    """It was a customer after all: the clocks go on as if they had never stopped."""
    current = locked(ticket)
    if current.spam_at is None:
        return current
    at = moment(now)
    since, current.spam_at = current.spam_at, None
    store(current, "spam_at")
    clocks.restore_clocks(current, since=since, now=at)
    record("ticket_unmarked_spam", current, by=by, now=at)
    return current
