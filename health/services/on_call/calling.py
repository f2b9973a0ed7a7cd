"""One more round of a page: whom to call is written down, sending is another matter.

A round counts when it reached somebody, or when everybody's mailbox refused it for
good. One that reached nobody is not followed by another: it goes on waiting, and those
who came on call meanwhile join it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
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
from health.paging import Rhythm, is_second_due, next_round_at
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
    rhythm = rhythm_of(settings)
    pages = _due(rhythm, now)
    if not pages:
        return 0
    named = list(reachable())
    if all(each.step == OnCallResponder.Step.SECOND for each in named):
        # Waiting for the first step makes no sense when it cannot be called.
        rhythm = replace(rhythm, second_after=timedelta(0))
    events = _advance(pages, rhythm, now)
    sends = _sends(pages, named, now)
    OnCallPage.objects.bulk_update(pages, _FIELDS)
    _write(pages, sends, now)
    _tell_here(pages, sends, now)
    record_events(_event(kind, page, sends, now) for kind, page in events)
    return len(sends)


def _due(rhythm: Rhythm, now: datetime) -> list[OnCallPage]:
    """The pages whose time has come, locked.

    So has it for a last round that reached nobody, as often as rounds are repeated.
    """
    last_again = Q(next_at__isnull=True, last_paged_at__lte=now - rhythm.repeat)
    return list(
        OnCallPage.objects.open()
        .filter(Q(next_at__lte=now) | (last_again & ~_is_spent()))
        .select_related("ticket")
        .defer(*(f"ticket__{name}" for name in HEAVY))
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("next_at", "pk")[:_MOST_AT_ONCE]
    )


def _is_spent() -> Q:
    """Whether the round of a page counts."""
    this_round = PageDelivery.objects.filter(
        page=OuterRef("pk"), round=OuterRef("rounds")
    )
    arrived = Exists(this_round.filter(status=DeliveryStatus.SENT))
    refused = Exists(this_round.filter(status=DeliveryStatus.FAILED))
    waits = Exists(this_round.filter(status=DeliveryStatus.WAITING))
    return Q(arrived) | (Q(refused) & ~Q(waits))


def _write(
    pages: Sequence[OnCallPage], sends: Sequence[PageDelivery], now: datetime
) -> None:
    """Sends of the round replace those of earlier ones; what stands already stays.

    What was dropped from this very round, and is to be sent after all, waits again.
    """
    earlier = PageDelivery.objects.filter(
        page__in=pages, round__lt=F("page__rounds"), status=DeliveryStatus.WAITING
    )
    earlier.update(
        status=DeliveryStatus.DROPPED,
        error=_("The next page took its place."),
        updated_at=now,
    )
    PageDelivery.objects.bulk_create(sends, ignore_conflicts=True)
    dropped = PageDelivery.objects.filter(
        Q(person__in={send.person_id for send in sends} - {None})
        | Q(channel__in={send.channel_id for send in sends} - {None}),
        page__in=pages,
        round=F("page__rounds"),
        status=DeliveryStatus.DROPPED,
    )
    dropped.update(status=DeliveryStatus.WAITING, due_at=now, error="", updated_at=now)


def _advance(
    pages: Sequence[OnCallPage], rhythm: Rhythm, now: datetime
) -> list[tuple[str, OnCallPage]]:
    """Count the round and say when the next is; returns what is worth an event."""
    among = OnCallPage.objects.filter(pk__in=[page.pk for page in pages])
    spent = set(among.filter(_is_spent()).values_list("pk", flat=True))
    events = []
    for page in pages:
        is_second = is_second_due(rhythm, started_at=page.started_at, now=now)
        if is_second and page.escalated_at is None:
            page.escalated_at = now
            events.append(("ticket_page_escalated", page))
        elif page.rounds == 0:
            events.append(("ticket_paged", page))
        if page.rounds == 0 or page.pk in spent:
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
