"""Background work of this room: thin doors to its services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from tickets.services import clock_worker, rebuild, tier_moves


@shared_task
def record_due_promises() -> int:
    """Write down warnings and misses; safe to run twice and side by side."""
    return clock_worker.record_due(timezone.now())


@shared_task
def rebuild_clocks() -> int:
    """Let open tickets follow edited tiers, calendars and customers."""
    now = timezone.now()
    return tier_moves.follow_accounts(now) + rebuild.continue_rebuilds(now)
