"""The few tickets somebody means who types into the search of the whole platform."""

from __future__ import annotations

from tickets.models import Ticket, TicketQuerySet
from tickets.queries.search import matching


def quick_tickets(visible: TicketQuerySet, text: str, *, limit: int) -> list[Ticket]:
    """The ticket of that number first, then those with the words, last changed first.

    ``visible`` are the tickets the person may see; spam and merged ones stay out.
    """
    if not text:
        return []
    rows = (
        visible.genuine()
        .select_related("account")
        .only("public_id", "number", "subject", "status", "updated_at", "account__name")
    )
    named = rows.filter(number__in=[text, text.upper(), f"T-{text}"])
    found = matching(rows, text).order_by("-updated_at", "-pk")
    return list(dict.fromkeys([*named, *found[:limit]]))[:limit]
