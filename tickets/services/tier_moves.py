"""Customers whose plan or segment changed, or who became another one: their open
tickets change tier with them.

A resolved ticket follows when it is reopened. An edit of a tier moves nobody: that is
what recomputing open tickets is for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from events.models import Event
from events.services import open_events, settle_events
from tickets.models import Ticket
from tickets.services.clocks import retarget_many
from tickets.services.rows import moment
from tickets.transitions import DONE

CONSUMER = "sla_tiers"
KINDS = ("account_updated", "account_merged", "segment_changed")
#: Tickets that are held together; whoever works on one of them waits that long.
CHUNK = 200
#: The plan as a person changes it, and as an import does.
_PLAN = {"plan", "plan_id"}


def follow_accounts(now: datetime | None = None) -> int:
    """Give open tickets of changed accounts the tier they belong to now.

    An event is done with when all its tickets are; returns how many events.
    """
    done = 0
    while found := open_events(CONSUMER, kinds=KINDS):
        ids = list(_tickets_of(found).order_by("pk").values_list("pk", flat=True))
        for begin in range(0, len(ids), CHUNK):
            _follow(ids[begin : begin + CHUNK], now)
        settle_events(CONSUMER, found)
        done += len(found)
    return done


def _tickets_of(found: Iterable[Event]):
    accounts = {
        event.account_id
        for event in found
        if event.account_id is not None
        and (event.kind != "account_updated" or _PLAN & event.data.keys())
    }
    rows = Ticket.objects.open().genuine()
    return rows.filter(account_id__in=accounts, tier__isnull=False)


@transaction.atomic
def _follow(ids: Iterable[int], now: datetime | None) -> None:
    held = Ticket.objects.held().filter(pk__in=ids).select_related("account")
    tickets = [
        ticket
        for ticket in held.order_by("pk")
        if ticket.status not in DONE and ticket.tier_id is not None
    ]
    retarget_many(tickets, now=moment(now), reason="tier")
