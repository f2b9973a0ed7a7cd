"""What is done to one ticket at the press of a button, remembered so that it may be
undone: as if it had not happened, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from organisation.models import User
from tickets.models import BulkChange, Ticket
from tickets.services.bulk_rows import Batch, remember
from tickets.services.bulk_undo import STATUS_GROUP
from tickets.services.rows import locked, moment

_KEPT = ("assignee_id", *sorted(STATUS_GROUP))

#: A service that changes whose a ticket is or how it stands, at the given instant.
Act = Callable[[Ticket, datetime], object]


@transaction.atomic
def do_undoably(
    ticket: Ticket, act: Act, *, verb: str, by: User, now: datetime | None = None
) -> BulkChange:
    """Do it, and keep what ``undo_bulk`` needs to take it back.

    The change names no ticket when nothing differs. Raises what ``act`` raises.
    """
    was = locked(ticket)
    at = moment(now)
    act(ticket, at)
    row = Ticket.objects.select_related("account").get(pk=ticket.pk)
    batch = Batch([row], at)
    before = {
        name: getattr(was, name)
        for name in _KEPT
        if getattr(was, name) != getattr(row, name)
    }
    if before:
        batch.before[row.pk] = before
    return remember(batch, verb, by=by, more={row.pk: {"version": row.version}})
