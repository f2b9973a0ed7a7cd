"""Finding warnings and misses: detected by an index, decided by the clock's own time.

Any number of workers may run at once, and any time may have passed since the last
run: each warning and each miss is written once.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models, transaction
from django.db.models import F, QuerySet

from tickets.models import ClockState, SlaClock, SlaEventKind
from tickets.services.clock_records import Happening, breach, record_happenings
from tickets.services.clock_rows import refresh_next_due

BATCH = 500


def record_due(now: datetime) -> int:
    """Write down every warning and miss until now; returns how many were new.

    Goes on until nothing is left. Tickets somebody works on this moment are passed
    over: their own change decides, or the next run.
    """
    found = 0
    for is_breach in (False, True):
        while batch := _record_batch(now, is_breach=is_breach):
            found += batch
    return found


def _due(now: datetime, *, is_breach: bool) -> QuerySet[SlaClock]:
    running = SlaClock.objects.filter(state=ClockState.RUNNING)
    if is_breach:
        # At the very instant of due a promise can still be kept.
        return running.filter(breached_at__isnull=True, due_at__lt=now)
    return running.filter(warned_at__isnull=True, warn_at__lte=now)


@transaction.atomic
def _record_batch(now: datetime, *, is_breach: bool) -> int:
    """One batch, its rows and tickets held; 0 when none is left to take."""
    clocks = list(
        _due(now, is_breach=is_breach)
        .select_related("ticket")
        .order_by("due_at" if is_breach else "warn_at", "pk")
        .select_for_update(of=("self", "ticket"), no_key=True, skip_locked=True)[:BATCH]
    )
    if not clocks:
        return 0
    record_happenings(
        [_happening(clock, is_breach=is_breach) for clock in clocks],
        tickets={clock.ticket_id: clock.ticket for clock in clocks},
        now=now,
    )
    column = "breached_at" if is_breach else "warned_at"
    SlaClock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(
        **{column: F("due_at" if is_breach else "warn_at")}
    )
    if is_breach:
        refresh_next_due({clock.ticket_id for clock in clocks})
    return len(clocks)


def _happening(clock: SlaClock, *, is_breach: bool) -> Happening:
    if is_breach:
        return breach(clock, _known(clock.due_at))
    return Happening(clock, SlaEventKind.WARNING, _known(clock.warn_at))


def _known(at: datetime | None) -> datetime:
    """What the query asked for cannot be empty."""
    if at is None:
        raise models.ObjectDoesNotExist
    return at
