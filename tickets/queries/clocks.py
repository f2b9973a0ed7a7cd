"""What the conversation says to the clocks: who answered when, who waits since when."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max, Min, QuerySet

from tickets.models import Message, MessageKind, MessageSide


def last_human_reply_at(ticket_id: int) -> datetime | None:
    """The newest public message of a human agent."""
    return _said(ticket_id, MessageSide.AGENT).aggregate(at=Max("sent_at"))["at"]


def unanswered_since(
    ticket_id: int, *, not_before: datetime | None = None
) -> datetime | None:
    """The first question after the newest answer; None without either.

    ``not_before`` leaves out questions that were settled otherwise.
    """
    answered_at = last_human_reply_at(ticket_id)
    if answered_at is None:
        return None
    asked = _said(ticket_id, MessageSide.CUSTOMER).filter(sent_at__gt=answered_at)
    if not_before is not None:
        asked = asked.filter(sent_at__gte=not_before)
    return asked.aggregate(at=Min("sent_at"))["at"]


def _said(ticket_id: int, side: MessageSide) -> QuerySet[Message]:
    return Message.objects.filter(
        ticket_id=ticket_id, kind=MessageKind.PUBLIC, side=side, is_automatic=False
    )
