"""Background work of this room: thin doors to its services."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from tickets.services import (
    clock_worker,
    leaving,
    left_files,
    rebuild,
    search_words,
    statuses,
    tier_moves,
)


@shared_task
def record_due_promises() -> int:
    """Write down warnings and misses; safe to run twice and side by side."""
    return clock_worker.record_due(timezone.now())


@shared_task
def rebuild_clocks() -> int:
    """Let open tickets follow edited tiers, calendars and customers."""
    return tier_moves.follow_accounts() + rebuild.continue_rebuilds()


@shared_task
def follow_tickets_in_time() -> int:
    """Wake what slept long enough, close what was resolved long enough ago, and let
    go of what somebody has who is no longer here."""
    now = timezone.now()
    followed = statuses.wake_due(now=now) + statuses.close_silent(now=now)
    return followed + leaving.release_left(now=now)


@shared_task
def follow_names() -> int:
    """Find tickets by the present names of their customers."""
    return search_words.follow_names()


@shared_task
def sweep_left_files() -> int:
    """Let go of files nobody sent; safe to run twice and side by side."""
    return left_files.sweep_files(timezone.now())
