"""What conversations say to the clocks: who answered when, who waits since when.

For any number of tickets in one query each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Exists, Max, OuterRef, QuerySet

from tickets.models import Message, MessageKind, MessageSide


def last_answers(ticket_ids: Iterable[int]) -> Mapping[int, datetime]:
    """The newest public message of a human agent, by ticket id."""
    answers = _said(MessageSide.AGENT).filter(ticket_id__in=ticket_ids)
    found = answers.order_by().values("ticket_id").annotate(at=Max("sent_at"))
    return dict(found.values_list("ticket_id", "at"))


def open_questions(ticket_ids: Iterable[int]) -> Mapping[int, Sequence[datetime]]:
    """The questions after the newest answer, where there is one, by ticket id."""
    answers = _said(MessageSide.AGENT).filter(ticket=OuterRef("ticket"))
    later = answers.filter(sent_at__gte=OuterRef("sent_at"))
    asked = _said(MessageSide.CUSTOMER).filter(
        Exists(answers), ~Exists(later), ticket_id__in=ticket_ids
    )
    found: dict[int, list[datetime]] = {}
    for pk, at in asked.order_by().values_list("ticket_id", "sent_at"):
        found.setdefault(pk, []).append(at)
    return found


def _said(side: MessageSide) -> QuerySet[Message]:
    return Message.objects.filter(
        kind=MessageKind.PUBLIC, side=side, is_automatic=False
    )
