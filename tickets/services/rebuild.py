"""Open tickets follow an edited tier or calendar, bit by bit.

A rebuild is a row: it goes on where it was stopped, and running a bit twice changes
nothing more.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from events.services import Actor, record_event
from organisation.models import WorkingCalendar
from tickets.models import (
    ClockRebuild,
    ClockState,
    RebuildStatus,
    SlaClock,
    SlaTier,
    Ticket,
)
from tickets.services.clock_promises import NEW_CALENDAR, REBUILD
from tickets.services.clocks import retarget_many
from tickets.services.rows import moment
from tickets.services.tiers import chosen_tiers

CHUNK = 200


def tickets_to_rebuild(
    *, tier: SlaTier | None = None, calendar: WorkingCalendar | None = None
) -> QuerySet[Ticket]:
    """The open tickets whose clocks an edit would move.

    Of a tier those that have it, and those whose customer belongs to it now; tickets
    that have another tier and keep it are left alone, also where this one names their
    customer.
    """
    tickets = Ticket.objects.open().genuine().filter(tier__isnull=False)
    if calendar is not None:
        running = SlaClock.objects.filter(
            ticket=OuterRef("pk"),
            calendar_version__calendar=calendar,
            state__in=(ClockState.RUNNING, ClockState.PAUSED),
        )
        return tickets.filter(Exists(running))
    if tier is None:
        return tickets.none()
    named = tickets.exclude(tier=tier)
    if not tier.is_default:
        named = named.filter(
            Q(account__in=tier.accounts.all())
            | Q(account__plan__in=tier.plans.all())
            | Q(account__segment__in=tier.segments.all())
        )
    accounts = set(named.order_by().values_list("account_id", flat=True))
    chosen = chosen_tiers(accounts)
    theirs = Q(account__in=[pk for pk in accounts - {None} if chosen.get(pk) == tier])
    if None in accounts and chosen.get(None) == tier:
        theirs |= Q(account__isnull=True)
    return tickets.filter(Q(tier=tier) | theirs)


@transaction.atomic
def start_rebuild(
    *,
    by: Actor | None,
    tier: SlaTier | None = None,
    calendar: WorkingCalendar | None = None,
) -> ClockRebuild:
    """Write down that open tickets shall follow; a worker does it.

    One that waits already for the same tier or calendar is enough.
    """
    waiting = ClockRebuild.objects.filter(
        tier=tier, calendar=calendar, status=RebuildStatus.WAITING
    ).first()
    if waiting is not None:
        return waiting
    rebuild = ClockRebuild.objects.create(
        tier=tier,
        calendar=calendar,
        asked_by_id=getattr(by, "pk", None),
        ticket_count=tickets_to_rebuild(tier=tier, calendar=calendar).count(),
    )
    record_event(
        "clock_rebuild_started",
        by=by,
        subject=tier or calendar,
        data={"tickets": rebuild.ticket_count},
    )
    return rebuild


def continue_rebuilds(now: datetime | None = None) -> int:
    """Work on every unfinished rebuild until it is done; how many tickets that were.

    Each chunk is judged by the moment at which its tickets are held: the whole may take
    minutes, and tickets are worked on meanwhile.
    """
    done = 0
    for rebuild in ClockRebuild.objects.exclude(status=RebuildStatus.FINISHED).order_by(
        "pk"
    ):
        while count := _next_chunk(rebuild.pk, now):
            done += count
    return done


@transaction.atomic
def _next_chunk(pk: int, now: datetime | None) -> int:
    """One chunk, committed with how far it came; 0 when nothing is left to do."""
    rebuild = (
        ClockRebuild.objects.select_for_update(skip_locked=True, of=("self",))
        .exclude(status=RebuildStatus.FINISHED)
        .filter(pk=pk)
        .first()
    )
    if rebuild is None:
        return 0
    found = tickets_to_rebuild(tier=rebuild.tier, calendar=rebuild.calendar)
    ids = list(
        found.filter(pk__gt=rebuild.last_ticket_id)
        .order_by("pk")
        .values_list("pk", flat=True)[:CHUNK]
    )
    if ids:
        rows = Ticket.objects.held().select_related("account").filter(pk__in=ids)
        tickets = list(rows.order_by("pk"))
        reason = REBUILD if rebuild.tier_id else NEW_CALENDAR
        retarget_many(tickets, now=moment(now), reason=reason)
        rebuild.last_ticket_id = ids[-1]
        rebuild.done_count += len(ids)
        rebuild.status = RebuildStatus.RUNNING
    else:
        rebuild.status = RebuildStatus.FINISHED
        rebuild.finished_at = moment(now)
    rebuild.save()
    return len(ids)
