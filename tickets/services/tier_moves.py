"""Customers whose plan or segment changed, or who became another one: their open
tickets change tier with them.

A resolved ticket follows when it is reopened. An edit of a tier moves nobody: that is
what recomputing open tickets is for.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from events.services import claim_events
from tickets.models import Ticket
from tickets.services.clocks import retarget_many

CONSUMER = "sla_tiers"
KINDS = ("account_updated", "account_merged", "segment_changed")
BATCH = 500
#: The plan as a person changes it, and as an import does.
_PLAN = {"plan", "plan_id"}


def follow_accounts(now: datetime) -> int:
    """Give open tickets of changed accounts the tier they belong to now.

    Each event is taken once, with its tickets or not at all; returns how many events.
    """
    done = 0
    while count := _follow_batch(now):
        done += count
    return done


@transaction.atomic
def _follow_batch(now: datetime) -> int:
    found = claim_events(CONSUMER, kinds=KINDS, limit=BATCH)
    accounts = {
        event.account_id
        for event in found
        if event.account_id is not None
        and (event.kind != "account_updated" or _PLAN & event.data.keys())
    }
    tickets = (
        Ticket.objects.open()
        .genuine()
        .filter(account_id__in=accounts, tier__isnull=False)
        .select_related("account")
        .held()
        .order_by("pk")
    )
    retarget_many(tickets, now=now, reason="tier")
    return len(found)
