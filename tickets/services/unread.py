"""Not answering past what the customer wrote meanwhile."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tickets.models import Message, MessageSide, Ticket
from tickets.services.errors import CustomerWroteMeanwhile

MOST_NAMED = 50


@transaction.atomic
def refuse_unread(ticket: Ticket, *, seen: UUID | None) -> None:
    """Raise CustomerWroteMeanwhile for messages after the last one that was seen.

    Until the transaction ends nobody writes on the ticket. Without ``seen``, or where
    that message is not here, nothing is known and nothing is refused.
    """
    Ticket.objects.held().only("pk").get(pk=ticket.pk)
    here = Message.objects.filter(ticket=ticket)
    known = here.filter(public_id=seen) if seen is not None else here.none()
    last_seen = known.values_list("pk", flat=True).first()
    if last_seen is None:
        return
    unread = here.filter(
        side=MessageSide.CUSTOMER, is_automatic=False, pk__gt=last_seen
    )
    if messages := list(unread.order_by("pk")[:MOST_NAMED]):
        raise CustomerWroteMeanwhile(messages)
