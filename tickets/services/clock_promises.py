"""What a ticket is promised now: its tier, and which versions hold for it."""

from __future__ import annotations

from tickets.models import SlaTierVersion, Ticket
from tickets.services.clock_batch import ClockBatch
from tickets.services.promises import Promises

#: The newest versions of tier and calendar, and not those the clocks began with.
REBUILD = "rebuild"
#: The newest version of the calendar alone.
NEW_CALENDAR = "calendar"
#: It comes back: from a resolve, or from spam.
RETURN = "return"
#: Reasons for which the ticket may belong to another tier by now.
_MAY_MOVE_TIER = frozenset({"priority", "account", "tier", REBUILD, RETURN})


def promises_now(
    batch: ClockBatch, ticket: Ticket, reason: str = ""
) -> Promises | None:
    """What holds for the ticket; its versions stay unless the reason moves them."""
    is_moved = reason in _MAY_MOVE_TIER and _follow_tier(batch, ticket)
    clocks = batch.clocks(ticket)
    version: SlaTierVersion | None = None
    if not is_moved and reason != REBUILD:
        # A miss keeps the version it was promised in, which may be another tier's.
        held = [clock.tier_version for clock in clocks]
        version = max(
            (each for each in held if each.tier_id == ticket.tier_id),
            key=lambda each: each.number,
            default=None,
        )
    version = version or batch.newest_version(ticket.tier_id)
    if version is None:
        return None
    kept = () if reason in (REBUILD, NEW_CALENDAR) else clocks
    return batch.book.promises_for(ticket, version, kept=kept)


def _follow_tier(batch: ClockBatch, ticket: Ticket) -> bool:
    """Give the ticket the tier it belongs to now; whether that is another one."""
    tier_id = batch.tier_id_for(ticket)
    if tier_id is None or tier_id == ticket.tier_id:
        return False
    ticket.tier_id = tier_id
    return True
