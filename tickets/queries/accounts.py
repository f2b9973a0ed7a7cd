"""Tickets of one account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.utils import timezone

from accounts.models import Account
from tickets.models import Ticket, TicketQuerySet

WINDOW = timedelta(days=90)


@dataclass(frozen=True)
class TicketFigures:
    """How support went for an account in 90 days."""

    open: int
    opened: int
    resolution: timedelta | None
    csat: float | None


def tickets_of(account: Account, *, state: str = "") -> TicketQuerySet:
    """Tickets of an account: ``open``, ``done`` or all, with what a row shows.

    Neither spam nor what became part of another ticket is among them.
    """
    genuine = Ticket.objects.genuine().filter(account=account)
    rows = genuine.select_related("contact", "assignee")
    if state == "open":
        return rows.open()
    if state == "done":
        return rows.filter(status__in=["resolved", "closed"])
    return rows


def figures_of(account: Account) -> TicketFigures:
    """Open now; opened, mean time to resolve and satisfaction of 90 days."""
    since = timezone.now() - WINDOW
    took = ExpressionWrapper(
        F("resolved_at") - F("opened_at"), output_field=DurationField()
    )
    # A resolution before the opening is a contradiction of the source, not a duration.
    done = Q(resolved_at__gte=since) & Q(resolved_at__gte=F("opened_at"))
    row = (
        Ticket.objects.genuine()
        .filter(account=account)
        .aggregate(
            open=Count("pk", filter=~Q(status__in=["resolved", "closed"])),
            opened=Count("pk", filter=Q(opened_at__gte=since)),
            resolution=Avg(took, filter=done),
            csat=Avg("csat", filter=Q(csat_at__gte=since)),
        )
    )
    return TicketFigures(**row)
