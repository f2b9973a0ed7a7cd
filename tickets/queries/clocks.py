"""What conversations say to the clocks: who said something in public, and when."""

from __future__ import annotations

from collections.abc import Iterable

from tickets.models import Message, MessageKind, MessageSide


def said_in(ticket_ids: Iterable[int]) -> dict[int, dict[str, list]]:
    """When people spoke in public, by ticket id and side, oldest first: one query.

    Notes, programs and automatic messages say nothing here.
    """
    found: dict[int, dict[str, list]] = {
        pk: {MessageSide.CUSTOMER: [], MessageSide.AGENT: []} for pk in ticket_ids
    }
    rows = Message.objects.filter(
        ticket_id__in=found,
        kind=MessageKind.PUBLIC,
        side__in=(MessageSide.CUSTOMER, MessageSide.AGENT),
        is_automatic=False,
    )
    for pk, side, at in rows.order_by("sent_at").values_list(
        "ticket_id", "side", "sent_at"
    ):
        found[pk][side].append(at)
    return found
