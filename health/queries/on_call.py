"""Who is on call, and the pages there were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from core.paging import Order, Page, keyset_page
from health.models import (
    AlertChannel,
    DeliveryStatus,
    OnCallPage,
    OnCallPageQuerySet,
    OnCallResponder,
    OnCallSettings,
    PageDelivery,
    PageEnd,
)
from health.paging import Rhythm
from health.queries.on_call_facts import HEAVY, endings
from organisation.models import User
from organisation.permissions import ROLE_PERMISSIONS, Permission, Role
from tickets.models import Ticket

NEWEST_FIRST = Order("started", "started_at", is_descending=True, is_nullable=False)
#: How long the ticket says who acknowledged it.
_SAID_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Call:
    """A person or channel that was paged, and how often that went out or failed."""

    person: User | None
    channel: AlertChannel | None
    sent: int
    failed: int

    @property
    def label(self) -> str:
        """Who or what that is."""
        return self.person.label if self.person else str(self.channel or "")


def on_call_settings() -> OnCallSettings:
    """How paging is set up; the defaults where nobody has set anything."""
    return OnCallSettings.objects.first() or OnCallSettings()


def rhythm_of(settings: OnCallSettings) -> Rhythm:
    """The settings as the arithmetic reads them."""
    second = settings.second_after_minutes
    return Rhythm(
        repeat=timedelta(minutes=settings.repeat_minutes),
        most_pages=settings.most_pages,
        second_after=timedelta(minutes=second) if second else None,
    )


def responders() -> QuerySet[OnCallResponder]:
    """Everybody named, the first step first."""
    rows = OnCallResponder.objects.select_related("person", "channel")
    return rows.order_by("step", "person__name", "channel__name", "pk")


def reachable() -> QuerySet[OnCallResponder]:
    """Those who can be reached now: people who may sign in, channels that are on."""
    return responders().filter(
        Q(person__is_active=True) | Q(channel__isnull=False, channel__is_on=True)
    )


def people_for_call() -> list[User]:
    """People who may be put on call: those who see tickets."""
    seeing = [
        role for role in Role if Permission.VIEW_TICKETS in ROLE_PERMISSIONS[role]
    ]
    return list(User.objects.people().filter(role__in=seeing).order_by("name", "email"))


def may_acknowledge(person: User) -> bool:
    """Whether this person works on tickets, or is on call for them."""
    if person.has_perm_code(Permission.EDIT_TICKETS):
        return True
    return OnCallResponder.objects.filter(person=person).exists()


def page_to_show(ticket: Ticket) -> OnCallPage | None:
    """The open page of a ticket, else the one somebody acknowledged just lately."""
    lately = Q(
        end_reason=PageEnd.ACKNOWLEDGED, ended_at__gte=timezone.now() - _SAID_FOR
    )
    pages = OnCallPage.objects.filter(Q(ended_at__isnull=True) | lately, ticket=ticket)
    newest = pages.select_related("ended_by", "ticket").defer("ticket__custom")
    return newest.order_by("-started_at", "-pk").first()


def is_over(page: OnCallPage, now: datetime) -> bool:
    """Whether somebody took an open page's ticket a moment ago, and nobody saw yet."""
    if page.ended_at is not None:
        return False
    paged = on_call_settings().priorities
    return bool(endings({page.ticket: page.raised_at}, paged=paged, now=now))


def pages_for(user: User) -> OnCallPageQuerySet:
    """Pages this person may read of, with what a list shows."""
    return (
        OnCallPage.objects.visible_to(user)
        .select_related("ticket__account", "ended_by")
        .defer(
            *(f"ticket__{name}" for name in HEAVY),
            "ticket__account__search",
            "ticket__account__custom",
        )
    )


def page_list(
    user: User, *, only_open: bool = False, after: str = "", before: str = ""
) -> Page[OnCallPage]:
    """One page of the pages, the newest first, with their calls. Raises CursorRefused.

    ``page.calls`` says who was called, however many pages there are.
    """
    pages = pages_for(user)
    if only_open:
        pages = pages.open()
    found = keyset_page(pages, order=NEWEST_FIRST, after=after, before=before)
    with_calls(found.rows)
    return found


def with_calls(pages: Sequence[OnCallPage]) -> Sequence[OnCallPage]:
    """The same pages, each with ``calls``: one query for all of them."""
    rows = (
        PageDelivery.objects.filter(page__in=[page.pk for page in pages])
        .values("page", "person", "channel")
        .annotate(
            sent=Count("pk", filter=Q(status=DeliveryStatus.SENT)),
            failed=Count("pk", filter=Q(status=DeliveryStatus.FAILED)),
            first=Min("pk"),
        )
        .order_by("first")
    )
    counted = list(rows)
    people = User.objects.in_bulk({row["person"] for row in counted} - {None})
    channels = AlertChannel.objects.in_bulk(
        {row["channel"] for row in counted} - {None}
    )
    calls: dict[int, list[Call]] = defaultdict(list)
    for row in counted:
        person, channel = people.get(row["person"]), channels.get(row["channel"])
        calls[row["page"]].append(Call(person, channel, row["sent"], row["failed"]))
    for page in pages:
        page.calls = calls[page.pk]
    return pages
