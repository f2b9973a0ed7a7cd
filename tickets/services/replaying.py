"""Messages that came from another ticket, told to the clocks of the one they are in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tickets.models import (
    Message,
    MessageKind,
    MessageSide,
    SlaClock,
    SlaMetric,
    Ticket,
)
from tickets.services import clocks
from tickets.services.tiers import RESPONSES


def conversation_in(messages: Sequence[Message]) -> list[Message]:
    """What people said in public, oldest first."""
    said = (m for m in messages if m.kind == MessageKind.PUBLIC and not m.is_automatic)
    return sorted(said, key=lambda message: (message.sent_at, message.pk))


def replay(ticket: Ticket, messages: Sequence[Message], *, now: datetime) -> None:
    """Answers among the messages end response clocks, open questions start one.

    For a locked ticket whose messages these are already.
    """
    said = conversation_in(messages)
    answers = [each for each in said if each.side == MessageSide.AGENT]
    asked = [each for each in said if each.side == MessageSide.CUSTOMER]
    since = _open_responses(ticket).order_by("started_at").first()
    for answer in answers:
        if since is not None and answer.sent_at >= since.started_at:
            clocks.on_message(ticket, answer, now=now)
            break
    # Who waits for a first response is not promised a next one yet.
    waits = _open_responses(ticket).filter(metric=SlaMetric.FIRST_RESPONSE).exists()
    if asked and not waits:
        clocks.on_message(ticket, asked[-1], now=now)


def _open_responses(ticket: Ticket):
    return SlaClock.objects.filter(
        ticket=ticket, metric__in=RESPONSES, stopped_at__isnull=True
    )
