"""What the clocks of tickets are asked and told: the rows, and who spoke when."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, Value, When

from tickets.models import (
    Message,
    MessageKind,
    MessageSide,
    SlaClock,
    SlaMetric,
    Ticket,
)

_ORDER = Case(
    *(When(metric=metric, then=Value(place)) for place, metric in enumerate(SlaMetric))
)


def clocks_of(ticket: Ticket) -> list[SlaClock]:
    """Every promise of a ticket, responses first, each from its first cycle on."""
    return list(
        SlaClock.objects.filter(ticket=ticket)
        .select_related("tier_version__tier", "calendar_version__calendar")
        .order_by(_ORDER, "cycle")
    )


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
