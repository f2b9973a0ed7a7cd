"""Splitting a ticket in two, and saying how tickets stand to each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.services import Actor
from organisation.models import User
from tickets.models import (
    Attachment,
    LinkKind,
    Message,
    MessageKind,
    MessageSide,
    Ticket,
    TicketLink,
)
from tickets.services import clocks
from tickets.services.errors import TicketIsMerged
from tickets.services.fields import clean_values
from tickets.services.merging import freshen
from tickets.services.numbers import next_numbers
from tickets.services.periods import open_periods
from tickets.services.rows import locked, moment, record, store, survivor_of
from tickets.services.search_words import index_tickets


@transaction.atomic
def split_ticket(
    ticket: Ticket,
    *,
    messages: Iterable[Message],
    subject: str,
    by: User,
    now: datetime | None = None,
) -> Ticket:
    """Make a new, linked ticket of some messages; returns the new one.

    It counts from its first message on, so that nobody's promise starts over. Raises
    ValidationError for messages of another ticket, or when none or all are chosen.
    """
    current = locked(ticket)
    at = moment(now)
    ids = {message.pk for message in messages}
    chosen = list(current.messages.filter(pk__in=ids).order_by("sent_at", "id"))
    if not chosen or len(chosen) != len(ids):
        raise ValidationError({"messages": _("Choose messages of this ticket.")})
    if not current.messages.exclude(pk__in=ids).exists():
        raise ValidationError({"messages": _("Leave at least one message behind.")})
    new = _part_of(current, chosen, subject=subject, by=by)
    new.save(force_insert=True)
    open_periods([new], at=new.opened_at)
    _hand_over(ids, new)
    index_tickets([current.pk, new.pk])
    _count_answers(current)
    freshen(current, at)
    TicketLink.objects.create(ticket=new, other=current, kind=LinkKind.SPLIT)
    clocks.start_clocks(new, now=at)
    for row in (new, current):
        clocks.recheck(row, now=at)
    record(
        "ticket_created", new, by=by, now=at, priority=new.priority,
        subject=new.subject, split_from=current.number,
    )  # fmt: skip
    record("ticket_split", current, by=by, now=at, into=new.number, messages=len(ids))
    return new


def _hand_over(message_ids: set[int], ticket: Ticket) -> None:
    """These messages, with their files, stand on another ticket from now on."""
    said = Message.objects.filter(pk__in=message_ids)
    said.filter(came_from__isnull=True).update(came_from=F("ticket"))
    said.update(ticket=ticket)
    Attachment.objects.filter(message__in=message_ids).update(ticket=ticket)


def _part_of(
    ticket: Ticket, messages: list[Message], *, subject: str, by: User
) -> Ticket:
    first = messages[0]
    is_customers = first.side == MessageSide.CUSTOMER
    new = Ticket(
        number=next_numbers()[0],
        opened_at=first.sent_at,
        created_by=by,
        account=ticket.account,
        contact=first.contact if is_customers and first.contact else ticket.contact,
        requester_name=(is_customers and first.author_name) or ticket.requester_name,
        requester_email=(is_customers and first.author_email) or ticket.requester_email,
        channel=ticket.channel,
        category=ticket.category,
        priority=ticket.priority,
        level=ticket.level,
        team=ticket.team,
        is_opened_by_agent=not any(m.side == MessageSide.CUSTOMER for m in messages),
        **clean_values(None, {"subject": subject}),
    )
    answers = [m for m in messages if _is_answer(m)]
    asked = [
        m for m in messages if m.side == MessageSide.CUSTOMER and not m.is_automatic
    ]
    new.agent_message_count = len(answers)
    new.last_agent_message_at = answers[-1].sent_at if answers else None
    new.last_customer_message_at = asked[-1].sent_at if asked else None
    if answers and not new.is_opened_by_agent:
        new.first_responded_at = answers[0].sent_at
    return new


def _is_answer(message: Message) -> bool:
    return (
        message.kind == MessageKind.PUBLIC
        and message.side == MessageSide.AGENT
        and not message.is_automatic
    )


def _count_answers(ticket: Ticket) -> None:
    ticket.agent_message_count = ticket.messages.filter(
        kind=MessageKind.PUBLIC, side=MessageSide.AGENT, is_automatic=False
    ).count()
    store(ticket, "agent_message_count")


@transaction.atomic
def link_tickets(
    ticket: Ticket,
    *,
    other: Ticket,
    kind: str,
    by: Actor | None,
    now: datetime | None = None,
) -> bool:
    """Say how one ticket stands to another; False if that was said before.

    If the other was merged its chain is followed. Raises ValidationError and
    TicketIsMerged.
    """
    if kind not in LinkKind.values:
        raise ValidationError({"kind": _("This kind of link does not exist.")})
    other = survivor_of(Ticket.objects.get(pk=other.pk))
    if ticket.pk == other.pk:
        raise ValidationError({"other": _("A ticket cannot be linked to itself.")})
    # Both, in the order of merging: a link must not stay behind on a merged ticket.
    pair = Ticket.objects.held().filter(pk__in=[ticket.pk, other.pk])
    for row in pair.order_by("pk"):
        if row.merged_into_id is not None:
            raise TicketIsMerged(row)
    current = locked(ticket)
    _row, is_new = TicketLink.objects.get_or_create(
        ticket=current, other=other, kind=kind
    )
    if is_new:
        record("ticket_linked", current, by=by, now=now, kind=kind, other=other.number)
    return is_new


@transaction.atomic
def unlink_tickets(
    ticket: Ticket,
    *,
    other: Ticket,
    kind: str,
    by: Actor | None,
    now: datetime | None = None,
) -> bool:
    """Take a link back, from whichever end it was said; False if there was none."""
    current = locked(ticket)
    links = TicketLink.objects.filter(kind=kind)
    gone, _rows = (
        links.filter(ticket=current, other=other)
        | links.filter(ticket=other, other=current)
    ).delete()
    if gone:
        record(
            "ticket_unlinked", current, by=by, now=now, kind=kind, other=other.number
        )
    return bool(gone)
