"""Who is on call, and the pages there were."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from core.paging import Order, Page, keyset_page
from health.models import (
    OnCallPage,
    OnCallPageQuerySet,
    OnCallResponder,
    OnCallSettings,
    PageDelivery,
    PageEnd,
)
from health.paging import Rhythm
from health.queries.on_call_facts import HEAVY
from organisation.models import User
from organisation.permissions import ROLE_PERMISSIONS, Permission, Role
from tickets.models import Ticket

NEWEST_FIRST = Order("started", "started_at", is_descending=True, is_nullable=False)
ACKNOWLEDGEMENTS = (PageEnd.ACKNOWLEDGED, PageEnd.CLAIMED, PageEnd.ANSWERED)
#: How long the ticket says who acknowledged it.
_SAID_FOR = timedelta(days=1)


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
    return pages.select_related("ended_by").order_by("-started_at", "-pk").first()


def pages_for(user: User) -> OnCallPageQuerySet:
    """Pages this person may read of, with what a list shows."""
    people = PageDelivery.objects.select_related("person", "channel")
    return (
        OnCallPage.objects.visible_to(user)
        .select_related("ticket__account", "ended_by")
        .defer(*(f"ticket__{name}" for name in HEAVY))
        .prefetch_related(Prefetch("deliveries", people.order_by("round", "pk")))
    )


def page_list(
    user: User, *, only_open: bool = False, after: str = "", before: str = ""
) -> Page[OnCallPage]:
    """One page of the pages, the newest first. Raises CursorRefused."""
    pages = pages_for(user)
    if only_open:
        pages = pages.open()
    return keyset_page(pages, order=NEWEST_FIRST, after=after, before=before)
