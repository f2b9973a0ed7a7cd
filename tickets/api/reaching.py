"""What every door to tickets shares: which rows exist, refusals in the API's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.api import ChangedMeanwhile, Conflict
from core.paging import Order
from organisation.api_views import Resource
from organisation.models import User
from organisation.permissions import Permission
from tickets.models import Message, SlaClock, Ticket, TicketQuerySet, Watcher
from tickets.models.tickets import PRIORITY_RANK
from tickets.serializers.tickets import TicketShape
from tickets.serializers.unread import NewMessage
from tickets.services import (
    AlreadyClaimed,
    AlreadyUndone,
    CannotMerge,
    ChangedSince,
    CustomerWroteMeanwhile,
    MoveNotAllowed,
    NotRateable,
    StaleTicket,
    TicketIsClosed,
    TicketIsMerged,
    TicketIsSpam,
    TooLateToUndo,
    refuse_unread,
)

CLOCKS = Prefetch(
    "clocks",
    SlaClock.objects.select_related("tier_version__tier").order_by(
        "cycle", "started_at", "pk"
    ),
    to_attr="shown_clocks",
)
WATCHERS = Prefetch(
    "watchers",
    Watcher.objects.select_related("person").order_by("email", "person__name", "pk"),
)


def _target_seen_by(person: User) -> Prefetch:
    """What a ticket became part of, where this person may see it."""
    seen = Ticket.objects.visible_to(person).only("public_id")
    return Prefetch("merged_into", seen, to_attr="seen_target")


_REFUSALS = (
    AlreadyClaimed,
    CannotMerge,
    ChangedSince,
    MoveNotAllowed,
    NotRateable,
    TicketIsClosed,
    TicketIsMerged,
    TicketIsSpam,
    TooLateToUndo,
)


@contextmanager
def refusals() -> Iterator[None]:
    """Say what services refuse as the problem it is: 409 or 412."""
    try:
        yield
    except StaleTicket as error:
        raise ChangedMeanwhile(error.current.version) from error
    except AlreadyUndone as error:
        raise Conflict("This change was undone before.") from error
    except _REFUSALS as error:
        raise Conflict(str(error)) from error


class CustomerWrote(Conflict):
    """The customer wrote after what the caller has read."""

    default_code = "customer_wrote_meanwhile"

    def __init__(self, error: CustomerWroteMeanwhile) -> None:
        super().__init__(str(error))
        self.members = {"new_messages": NewMessage(error.messages, many=True).data}


@contextmanager
def having_read(ticket: Ticket, seen: UUID | None) -> Iterator[None]:
    """Do what stands inside unless the customer wrote after the message ``seen``.

    Without ``seen`` nothing is checked; it has to be a message of the ticket.
    """
    with refusals(), transaction.atomic():
        if seen is not None:
            _check_read(ticket, seen)
        yield


def _check_read(ticket: Ticket, seen: UUID) -> None:
    is_here = ticket.messages.filter(public_id=seen).exists()
    if not is_here and ticket.merged_into_id is None:
        raise ValidationError({"last_seen_message": ["Name a message of this ticket."]})
    try:
        refuse_unread(ticket, seen=seen)
    except CustomerWroteMeanwhile as error:
        raise CustomerWrote(error) from error


class TicketDoor(Resource):
    """Tickets the caller may see; all others do not exist."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    write_permission = Permission.EDIT_TICKETS
    queryset: QuerySet[Any] = Ticket.objects.none()
    shape: ClassVar[type[BaseSerializer]] = TicketShape
    has_version = True
    expandable: ClassVar[Sequence[str]] = ("assignee", "team")
    orders = {
        "opened": Order("opened", "opened_at", is_nullable=False),
        "updated": Order("updated", "updated_at", is_nullable=False),
        "due": Order("due", "next_due_at"),
        "priority": Order("priority", PRIORITY_RANK, is_nullable=False),
    }

    def get_queryset(self) -> TicketQuerySet:
        return (
            Ticket.objects.visible_to(self.person)
            .select_related("account", "contact", "assignee", "team", "tier")
            .prefetch_related(CLOCKS, _target_seen_by(self.person))  # type: ignore[no-redef]
            .defer("account__search", "account__custom", "contact__search")
        )

    def messages_of(self, ticket: Ticket) -> QuerySet[Message]:
        """The conversation with what a message shows."""
        return (
            Message.objects.filter(ticket=ticket)
            .select_related("author", "contact", "came_from", "ticket")
            .prefetch_related("attachments")
            .defer("contact__search")
        )

    def tickets_named(self, ids: Sequence[Any], field: str) -> list[Ticket]:
        """The tickets of these ids, in their order; 400 for one that is not there."""
        found = {
            row.public_id: row
            for row in Ticket.objects.visible_to(self.person).filter(public_id__in=ids)
        }
        if set(ids) - set(found):
            raise ValidationError({field: ["One of these tickets does not exist."]})
        return [found[public_id] for public_id in dict.fromkeys(ids)]

    def done(self, act: Callable[[], object]) -> Response:
        """Do it, and answer with the ticket as it now is."""
        with refusals():
            act()
        return self.answered(self.get_object())

    def done_having_read(
        self, ticket: Ticket, seen: UUID | None, act: Callable[[], object]
    ) -> Response:
        """The same, unless the customer wrote after the message ``seen``."""
        with having_read(ticket, seen):
            act()
        return self.answered(self.get_object())
