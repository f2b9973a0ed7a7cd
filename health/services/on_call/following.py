"""Pages begin, repeat and end as their tickets demand.

Everything is read from what stands on the tickets, so it does not matter who changed
them, how many at once, or how long nobody looked. Several workers may do this at the
same time: rows are locked, and a round of a page is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from events.models import Event
from events.services import build_event, record_events
from health.models import OnCallPage, OnCallSettings, PageEnd
from health.queries.on_call import on_call_settings, reachable
from health.queries.on_call_facts import HEAVY, Ending, endings, risen
from health.services.on_call.calling import call_due
from tickets.models import Ticket, TicketPeriod

#: What rose longer ago than this, unseen, is no news: an import, not an emergency.
OLDEST = timedelta(days=3)
_MOST_AT_ONCE = 5000
#: Ends that are taken back when what they stood for is.
_RESUMABLE = (
    PageEnd.CLAIMED,
    PageEnd.RESOLVED,
    PageEnd.LOWERED,
    PageEnd.SPAM,
    PageEnd.MERGED,
)


def follow_tickets(now: datetime) -> int:
    """End what is over, begin what is new, page what is due; returns how many sends.

    The sends wait in rows; ``send_pages`` hands them over.
    """
    settings = on_call_settings()
    end_pages(settings, now)
    if settings.paging_since is None or not reachable().exists():
        return 0
    begin_pages(settings, now)
    return call_due(settings, now)


@transaction.atomic
def end_pages(settings: OnCallSettings, now: datetime) -> int:
    """Nobody is paged any more about what somebody took or what is no emergency."""
    pages = list(
        OnCallPage.objects.open()
        .select_related("ticket")
        .defer(*(f"ticket__{name}" for name in HEAVY))
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")[:_MOST_AT_ONCE]
    )
    since = {page.ticket: page.raised_at for page in pages}
    found = endings(since, paged=settings.priorities, now=now)
    ended = [page for page in pages if page.ticket_id in found]
    for page in ended:
        _end(page, found[page.ticket_id], now)
    _save_ends(ended)
    return len(ended)


@transaction.atomic
def stand_down(settings: OnCallSettings, *, is_off: bool, now: datetime) -> int:
    """End open pages that would not begin as it is set up now."""
    pages = OnCallPage.objects.open().select_related("ticket")
    if not is_off:
        pages = pages.exclude(ticket__priority__in=settings.priorities)
    rows = list(pages.select_for_update(of=("self",)).order_by("pk"))
    for page in rows:
        _end(page, Ending(PageEnd.STOOD_DOWN, now), now)
    _save_ends(rows)
    return len(rows)


def _end(page: OnCallPage, ending: Ending, now: datetime) -> None:
    page.ended_at = max(page.started_at, ending.at)
    page.end_reason, page.ended_by_id = ending.reason, ending.by_id
    page.next_at, page.updated_at = None, now


def _save_ends(pages: Sequence[OnCallPage]) -> None:
    if not pages:
        return
    fields = ["ended_at", "ended_by", "end_reason", "next_at", "updated_at"]
    OnCallPage.objects.bulk_update(pages, fields)
    record_events(_event(page) for page in pages)


def _event(page: OnCallPage) -> Event:
    return build_event(
        "ticket_page_ended",
        by=None,
        subject=page.ticket,
        account_id=page.ticket.account_id,
        data={"reason": page.end_reason, "pages": page.rounds},
    )


@transaction.atomic
def begin_pages(settings: OnCallSettings, now: datetime) -> int:
    """A page for each ticket that rose since we last looked and that nobody took.

    What was paged already goes on being paged when what ended it is taken back: given
    back, no spam after all, reopened by an undo. However old it is, and however often
    paging was set up anew since: on call knows of it.
    """
    since = {
        priority: max(settings.since(priority) or now, now - OLDEST)
        for priority in settings.priorities
    }
    tickets = _candidates(settings, min(since.values()), now)
    rose = risen(tickets)
    known = {
        (page.ticket_id, page.raised_at): page.pk
        for page in OnCallPage.objects.filter(ticket__in=[t.pk for t in tickets])
    }
    wanted = {
        ticket: rose[ticket.pk]
        for ticket in tickets
        if rose[ticket.pk] >= since[ticket.priority]
        or (ticket.pk, rose[ticket.pk]) in known
    }
    over = endings(wanted, paged=settings.priorities, now=now) if wanted else {}
    open_now = {ticket: at for ticket, at in wanted.items() if ticket.pk not in over}
    again = {(ticket.pk, at) for ticket, at in open_now.items()} & known.keys()
    ended = OnCallPage.objects.filter(
        _is_resumable(now), pk__in=[known[one] for one in again]
    )
    count = ended.update(
        ended_at=None, ended_by=None, end_reason="", next_at=now, updated_at=now
    )
    new = {
        ticket: at for ticket, at in open_now.items() if (ticket.pk, at) not in known
    }
    oldest_first = sorted(new.items(), key=lambda item: (item[1], item[0].pk))
    return count + _create(oldest_first, now)


def _is_resumable(now: datetime) -> Q:
    """Pages that ended for a reason that may be taken back.

    Whoever is put on call takes over what was paged a moment ago, but is not woken for
    what nobody was on call for in days.
    """
    stood_down = Q(end_reason=PageEnd.STOOD_DOWN, ended_at__gte=now - OLDEST)
    return Q(end_reason__in=_RESUMABLE) | stood_down


def _candidates(
    settings: OnCallSettings, earliest: datetime, now: datetime
) -> list[Ticket]:
    """Open tickets without an open page that may have risen, or be paged on.

    The newest changes first: what rose just now is looked at, however many there are.
    """
    of_ticket = OnCallPage.objects.filter(ticket=OuterRef("pk"))
    has_risen = Exists(
        TicketPeriod.objects.filter(
            ticket=OuterRef("pk"),
            field=TicketPeriod.Field.PRIORITY,
            value__in=settings.priorities,
            valid_from__gte=earliest,
        )
    )
    is_new = Q(opened_at__gte=earliest) | Q(reopened_at__gte=earliest) | has_risen
    return list(
        Ticket.objects.in_queue()
        .filter(
            (is_new & Q(updated_at__gte=earliest))
            | Exists(of_ticket.filter(_is_resumable(now))),
            ~Exists(of_ticket.open()),
            priority__in=settings.priorities,
        )
        .defer(*HEAVY)
        .order_by("-updated_at", "-pk")[:_MOST_AT_ONCE]
    )


def _create(risen_tickets: Iterable[tuple[Ticket, datetime]], now: datetime) -> int:
    """One row each; where another worker was faster, its row stays."""
    rows = [
        OnCallPage(
            public_id=uuid4(),
            ticket=ticket,
            priority=ticket.priority,
            raised_at=raised_at,
            started_at=now,
            next_at=now,
        )
        for ticket, raised_at in risen_tickets
    ]
    OnCallPage.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
