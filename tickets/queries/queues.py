"""Queues: what waits for whom, ordered by what is due first.

Every view is a condition on the same rows, those of the partial indexes on the ticket
table; only finished tickets and spam lie outside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.paging import Count, Order, Page, capped_counts, keyset_page
from organisation.models import User
from tickets.models import Draft, SlaClock, Ticket, TicketQuerySet
from tickets.models.tickets import PRIORITY_RANK

DUE_SOON = timedelta(hours=4)
PAGE_SIZE = 40


@dataclass(frozen=True)
class View:
    """A queue everybody has: its name for the address, its words, its condition."""

    key: str
    label: str | Promise
    where: Callable[[TicketQuerySet, User, datetime], TicketQuerySet]
    empty: str | Promise


def _awake(rows: TicketQuerySet, now: datetime) -> TicketQuerySet:
    return rows.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now))


def _is_late(now: datetime) -> Q:
    """A target was missed, or is being missed though no worker has looked yet."""
    return Q(breached_at__isnull=False) | Q(next_due_at__lt=now)


VIEWS = (
    View(
        "mine",
        _("Mine"),
        lambda rows, user, now: _awake(rows.in_queue().filter(assignee=user), now),
        _("Nothing waits for you. Unassigned tickets are one view further."),
    ),
    View(
        "unassigned",
        _("Unassigned"),
        lambda rows, user, now: _awake(
            rows.in_queue().filter(assignee__isnull=True), now
        ),
        _("Every ticket has somebody who looks after it."),
    ),
    View(
        "team",
        _("My team"),
        lambda rows, user, now: (
            _awake(rows.in_queue().filter(team_id=user.team_id), now)
            if user.team_id
            else rows.none()
        ),
        _("Nothing waits for your team."),
    ),
    View(
        "due",
        _("Due soon"),
        lambda rows, user, now: _awake(
            rows.in_queue().filter(
                next_due_at__gte=now, next_due_at__lt=now + DUE_SOON
            ),
            now,
        ),
        _("Nothing is due in the next four hours."),
    ),
    View(
        "late",
        _("Breached"),
        lambda rows, user, now: rows.in_queue().filter(_is_late(now)),
        _("No open ticket has missed a target."),
    ),
    View(
        "waiting",
        _("Waiting"),
        lambda rows, user, now: rows.in_queue().filter(
            status__in=["waiting", "on_hold"]
        ),
        _("No ticket waits for a customer or is on hold."),
    ),
    View(
        "all",
        _("All open"),
        lambda rows, user, now: rows.in_queue(),
        _("No ticket is open."),
    ),
)
#: Views behind a menu: they are not counted, and not work.
FURTHER_VIEWS = (
    View(
        "snoozed",
        _("Snoozed"),
        lambda rows, user, now: rows.in_queue().filter(snoozed_until__gt=now),
        _("No ticket is snoozed."),
    ),
    View(
        "done",
        _("Resolved and closed"),
        lambda rows, user, now: rows.genuine().filter(
            status__in=["resolved", "closed"]
        ),
        _("No ticket has been resolved yet."),
    ),
    View(
        "everything",
        _("Everything"),
        lambda rows, user, now: rows.genuine(),
        _("There is no ticket yet."),
    ),
    View(
        "spam",
        _("Spam"),
        lambda rows, user, now: rows.filter(spam_at__isnull=False),
        _("No ticket is marked as spam."),
    ),
)
BY_KEY = {view.key: view for view in (*VIEWS, *FURTHER_VIEWS)}

ORDERS = {
    "due": Order("due", "next_due_at"),
    "priority": Order("priority", PRIORITY_RANK, is_nullable=False),
    "updated": Order("updated", "updated_at", is_descending=True, is_nullable=False),
}
ORDER_WORDS = (
    ("due", _("Due first")),
    ("priority", _("Priority")),
    ("updated", _("Last changed")),
)


def queue(
    user: User, view: str, *, now: datetime, visible: TicketQuerySet | None = None
) -> TicketQuerySet:
    """The tickets of a view that this person may see; an unknown name is *all*.

    ``visible`` saves asking again what that is.
    """
    chosen = BY_KEY.get(view, BY_KEY["all"])
    rows = Ticket.objects.visible_to(user) if visible is None else visible
    return chosen.where(rows, user, now)


def queue_counts(
    user: User, *, now: datetime, visible: TicketQuerySet | None = None
) -> dict[str, Count]:
    """How many tickets each everyday view has, in one query, each to a limit."""
    if visible is None:
        visible = Ticket.objects.visible_to(user)
    return capped_counts({view.key: view.where(visible, user, now) for view in VIEWS})


def own_tickets(user: User) -> TicketQuerySet:
    """The tickets that wait for this person."""
    return Ticket.objects.in_queue().filter(assignee=user)


def queue_page(
    tickets: TicketQuerySet,
    user: User,
    *,
    order: str = "due",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[Ticket]:
    """One page of a queue with everything that a row says. Raises CursorRefused.

    ``has_draft`` says that the reader has begun to write; ``paused`` that a clock
    stands still.
    """
    rows = (
        tickets.select_related("account", "assignee", "contact", "team", "tier")
        .annotate(
            has_draft=Exists(Draft.objects.filter(ticket=OuterRef("pk"), author=user)),
            is_paused=Exists(
                SlaClock.objects.filter(ticket=OuterRef("pk"), state="paused")
            ),
        )
        .defer(
            "search",
            "custom",
            "root_cause",
            "workaround",
            "resolution_note",
            "account__search",
            "account__custom",
        )
    )
    return keyset_page(
        rows,
        order=ORDERS.get(order, ORDERS["due"]),
        after=after,
        before=before,
        size=size,
    )
