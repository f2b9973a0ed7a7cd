"""One more round of a page: whom to call is written down, sending is another matter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from events.models import Event
from events.services import build_event, record_events
from health.models import (
    DeliveryStatus,
    OnCallPage,
    OnCallResponder,
    OnCallSettings,
    PageDelivery,
)
from health.paging import is_second_due, next_round_at
from health.queries.on_call import reachable, rhythm_of
from health.queries.on_call_facts import HEAVY
from organisation.models import User
from organisation.notifications import News, notify_each
from tickets.addresses import ticket_path
from tickets.models import Ticket
from tickets.queries.visibility import seen_by

_MOST_AT_ONCE = 200
_FIELDS = ["rounds", "last_paged_at", "next_at", "escalated_at", "updated_at"]


@transaction.atomic
def call_due(settings: OnCallSettings, now: datetime) -> int:
    """Plan the next round of every page that is due; returns how many sends wait.

    A page is locked while its round is planned, and its sends are unique by page, round
    and responder: two workers plan one round.
    """
    pages = list(
        OnCallPage.objects.open()
        .filter(next_at__lte=now)
        .select_related("ticket")
        .defer(*(f"ticket__{name}" for name in HEAVY))
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("next_at", "pk")[:_MOST_AT_ONCE]
    )
    if not pages:
        return 0
    events = _advance(pages, settings, now)
    sends = _sends(pages, list(reachable()), now)
    earlier = PageDelivery.objects.filter(page__in=pages, status=DeliveryStatus.WAITING)
    earlier.update(
        status=DeliveryStatus.DROPPED,
        error=_("The next page took its place."),
        updated_at=now,
    )
    PageDelivery.objects.bulk_create(sends, ignore_conflicts=True)
    OnCallPage.objects.bulk_update(pages, _FIELDS)
    _tell_here(pages, sends, now)
    record_events(_event(kind, page, sends, now) for kind, page in events)
    return len(sends)


def _advance(
    pages: Sequence[OnCallPage], settings: OnCallSettings, now: datetime
) -> list[tuple[str, OnCallPage]]:
    """Count the round and say when the next is; returns what is worth an event."""
    rhythm = rhythm_of(settings)
    events = []
    for page in pages:
        is_second = is_second_due(rhythm, started_at=page.started_at, now=now)
        if is_second and page.escalated_at is None:
            page.escalated_at = now
            events.append(("ticket_page_escalated", page))
        elif page.rounds == 0:
            events.append(("ticket_paged", page))
        page.rounds += 1
        page.last_paged_at = page.updated_at = now
        page.next_at = next_round_at(
            rhythm, started_at=page.started_at, rounds=page.rounds, now=now
        )
    return events


def _sends(
    pages: Sequence[OnCallPage], named: Sequence[OnCallResponder], now: datetime
) -> list[PageDelivery]:
    """Whom to call about what: people only about accounts they may see."""
    people = [each.person for each in named if each.person is not None]
    seen = seen_by(people, [page.ticket for page in pages])
    return [
        PageDelivery(
            page=page,
            round=page.rounds,
            person=each.person,
            channel=each.channel,
            due_at=now,
            created_at=now,
        )
        for page in pages
        for each in named
        if each.step == OnCallResponder.Step.FIRST or page.escalated_at is not None
        if each.person is None or page.ticket_id in seen[each.person.pk]
    ]


def _tell_here(
    pages: Sequence[OnCallPage], sends: Sequence[PageDelivery], now: datetime
) -> None:
    """The same in everybody's news, once per page, however often it is sent."""
    called: dict[int, list[User]] = {page.pk: [] for page in pages}
    for send in sends:
        if send.person is not None:
            called[send.page_id].append(send.person)
    notify_each(
        [
            News(
                people=called[page.pk],
                key=f"on-call-{page.pk}",
                kind="on_call",
                title=_title(page.ticket),
                body=page.ticket.subject,
                path=ticket_path(page.ticket),
            )
            for page in pages
        ],
        now=now,
    )


def _title(ticket: Ticket) -> str:
    return _("%(number)s needs you: %(priority)s, and nobody has it yet") % {
        "number": ticket.number,
        "priority": ticket.get_priority_display().lower(),
    }


def _event(
    kind: str, page: OnCallPage, sends: Sequence[PageDelivery], now: datetime
) -> Event:
    called = [
        send.person.label if send.person else str(send.channel)
        for send in sends
        if send.page_id == page.pk
    ]
    return build_event(
        kind,
        by=None,
        subject=page.ticket,
        account_id=page.ticket.account_id,
        data={"who": ", ".join(called) or _("nobody who may see it")},
        happened_at=now,
    )
