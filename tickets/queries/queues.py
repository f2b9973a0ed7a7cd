"""Queues: what waits for whom, ordered by what is due first.

Every view is a condition on the same rows, those of the partial indexes on the ticket
table; only finished tickets and spam lie outside.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import OrderBy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.counting import capped_counts
from core.paging import Count, Order, Page, keyset_page
from organisation.facts import viewpoint
from organisation.models import User
from tickets.models import Draft, Ticket, TicketQuerySet
from tickets.models.tickets import GENUINE, IN_QUEUE, PRIORITY_RANK

DUE_SOON = timedelta(hours=4)
PAGE_SIZE = 40


@dataclass(frozen=True)
class View:
    """A queue everybody has: its name for the address, its words, its condition.

    ``hint`` says what to do when it is empty; ``base`` which tickets it narrows.
    """

    key: str
    label: str | Promise
    condition: Callable[[User, datetime], Q]
    empty: str | Promise
    hint: str | Promise = ""
    base: Q = IN_QUEUE

    def where(self, rows: TicketQuerySet, user: User, now: datetime) -> TicketQuerySet:
        """Those of the tickets that stand in this queue."""
        return rows.filter(self.base & self.condition(user, now))


def _is_awake(now: datetime) -> Q:
    return Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)


def _is_late(now: datetime) -> Q:
    """A target was missed, or is being missed though no worker has looked yet."""
    return Q(breached_at__isnull=False) | Q(next_due_at__lt=now)


VIEWS = (
    View(
        "mine",
        _("Mine"),
        lambda user, now: Q(assignee=user) & _is_awake(now),
        _("Nothing waits for you."),
        _("Take a ticket from Unassigned: open it and press t."),
    ),
    View(
        "unassigned",
        _("Unassigned"),
        lambda user, now: Q(assignee__isnull=True) & _is_awake(now),
        _("Every ticket has somebody who looks after it."),
    ),
    View(
        "team",
        _("My team"),
        lambda user, now: (
            Q(team_id=user.team_id) & _is_awake(now) if user.team_id else Q(pk__in=[])
        ),
        _("Nothing waits for your team."),
        _("You see the tickets of the team that stands in your profile."),
    ),
    View(
        "due",
        _("Due soon"),
        lambda user, now: (
            Q(next_due_at__gte=now, next_due_at__lt=now + DUE_SOON) & _is_awake(now)
        ),
        _("Nothing is due in the next four hours."),
    ),
    View(
        "late",
        _("Breached"),
        lambda user, now: _is_late(now),
        _("No open ticket has missed a target."),
    ),
    View(
        "waiting",
        _("Waiting"),
        lambda user, now: Q(status__in=["waiting", "on_hold"]),
        _("No ticket waits for a customer or is on hold."),
    ),
    View("all", _("All open"), lambda user, now: Q(), _("No ticket is open.")),
)
#: Views behind a menu: they are not counted, and not work.
FURTHER_VIEWS = (
    View(
        "snoozed",
        _("Snoozed"),
        lambda user, now: Q(snoozed_until__gt=now),
        _("No ticket is snoozed."),
        _("Press s on a ticket to put it aside until a time you choose."),
    ),
    View(
        "done",
        _("Resolved and closed"),
        lambda user, now: Q(status__in=["resolved", "closed"]),
        _("No ticket has been resolved yet."),
        base=GENUINE,
    ),
    View(
        "everything",
        _("Everything"),
        lambda user, now: Q(),
        _("There is no ticket yet."),
        _("Tickets come from the support form, over the API, or from you."),
        base=GENUINE,
    ),
    View(
        "spam",
        _("Spam"),
        lambda user, now: Q(spam_at__isnull=False),
        _("No ticket is marked as spam."),
        base=Q(),
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


def queue_counts(user: User, *, now: datetime) -> dict[str, Count]:
    """How many tickets each everyday view has, in one query, each to a limit."""

    def lists(now: datetime) -> dict[str, TicketQuerySet]:
        visible = Ticket.objects.visible_to(user)
        return {view.key: view.where(visible, user, now) for view in VIEWS}

    return capped_counts(lists, key=("queue", *viewpoint(user)), now=now)


def own_tickets(user: User) -> TicketQuerySet:
    """The tickets that wait for this person."""
    return Ticket.objects.in_queue().filter(assignee=user)


def in_order(tickets: TicketQuerySet, order: str) -> TicketQuerySet:
    """All of them as the pages follow each other: for files."""
    chosen = ORDERS.get(order, ORDERS["due"])
    value = F(chosen.by) if isinstance(chosen.by, str) else chosen.by
    is_falling = chosen.is_descending
    by = OrderBy(value, descending=is_falling, nulls_last=chosen.is_nullable or None)
    return tickets.order_by(by, "-pk" if is_falling else "pk")


#: What every line of a list says of the ticket itself.
_SHOWN = (
    "public_id", "number", "subject", "status", "priority", "level", "category",
    "tags", "requester_name", "requester_email", "opened_at", "updated_at",
    "next_due_at", "reopen_count", "account", "contact", "assignee", "team", "tier",
)  # fmt: skip


def queue_page(
    tickets: TicketQuerySet,
    user: User,
    *,
    beyond: Collection[str] = (),
    order: str = "due",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[Ticket]:
    """One page of a queue with everything that a row says. Raises CursorRefused.

    ``beyond`` names what rows say besides the ticket's own columns: each table costs
    planning. ``has_draft`` says that the reader has begun to write.
    """
    drafts = Draft.objects.filter(ticket=OuterRef("pk"), author=user)
    drawn = Ticket.objects.only(*_SHOWN, *beyond).annotate(has_draft=Exists(drafts))
    related = {path.partition("__")[0] for path in beyond if "__" in path}
    if related:
        drawn = drawn.select_related(*related)
    return keyset_page(
        tickets,
        order=ORDERS.get(order, ORDERS["due"]),
        after=after,
        before=before,
        size=size,
        drawn=drawn,
    )
