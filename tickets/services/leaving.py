"""Open tickets of people who are no longer here go back to where all may claim them.

It looks at how things are and not at what happened: a ticket that is reopened after its
assignee left is let go of, too.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from organisation.models import User
from tickets.models import Ticket
from tickets.services.bulk import bulk_assign

#: Tickets that are held together; whoever works on one of them waits that long.
CHUNK = 200


def release_left(*, now: datetime | None = None) -> int:
    """Take open tickets from disabled people; how many that were.

    Safe to run twice and side by side. What somebody is changing right now is left to
    the next time.
    """
    released = 0
    while count := _release_some(now):
        released += count
    return released


@transaction.atomic
def _release_some(now: datetime | None) -> int:
    gone = User.objects.filter(is_active=False)
    held = Ticket.objects.held(skip_locked=True).in_queue().filter(assignee__in=gone)
    tickets = list(held.order_by("pk").only("pk")[:CHUNK])
    if not tickets:
        return 0
    return bulk_assign(tickets, to=None, by=None, now=now).ticket_count
