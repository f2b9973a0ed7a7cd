"""What is said on a ticket: replies, internal notes, messages of customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Contact
from events.services import Actor
from organisation.models import User
from tickets.models import (
    Attachment,
    LinkKind,
    Message,
    MessageKind,
    Ticket,
    TicketLink,
)
from tickets.services import clocks
from tickets.services.creating import create_ticket, living
from tickets.services.errors import TicketIsClosed, TicketIsMerged
from tickets.services.messages import (
    Body,
    Writer,
    write_agent_message,
    write_customer_message,
)
from tickets.services.people import may_see, may_work_on
from tickets.services.rows import (
    locked,
    moment,
    record,
    refuse_spam,
    store,
    survivor_of,
)
from tickets.services.statuses import move, rouse
from tickets.services.watching import followers, mentioned_people, tell
from tickets.transitions import BEFORE_WORK, DONE

_MOST_TRIES = 5


@transaction.atomic
def reply(
    ticket: Ticket,
    *,
    by: User,
    text: str,
    cc: Sequence[str] = (),
    status: str | None = None,
    attachments: Sequence[Attachment] = (),
    key: UUID | None = None,
    now: datetime | None = None,
) -> Message:
    """Answer the customer, and leave the ticket in ``status`` if one is given.

    The first answer of a person moves a ticket into progress and stops its
    first-response clock; what a program writes does neither. Raises TicketIsClosed,
    TicketIsMerged, TicketIsSpam, MoveNotAllowed and ValidationError.
    """
    current = locked(ticket)
    refuse_spam(current)
    if current.status == Ticket.Status.CLOSED:
        raise TicketIsClosed(current)
    at = moment(now)
    body = Body(text, cc=cc, attachments=attachments)
    message = write_agent_message(
        current, body, kind=MessageKind.PUBLIC, by=by, at=at,
        channel=current.channel, key=key,
    )  # fmt: skip
    if not message.is_automatic:
        _count_answer(current, at)
        clocks.on_message(current, message, now=at)
    record("ticket_replied", current, by=by, now=at, message=str(message.public_id))
    if status is not None and status != current.status:
        move(current, status, by=by, now=at)
    elif current.status in BEFORE_WORK and not message.is_automatic:
        move(current, "in_progress", by=by, now=at)
    _tell_followers(current, message, by=by)
    return message


@transaction.atomic
def add_note(
    ticket: Ticket,
    *,
    by: User,
    text: str,
    mentions: Iterable[User] = (),
    attachments: Sequence[Attachment] = (),
    key: UUID | None = None,
    now: datetime | None = None,
) -> Message:
    """Say something the customer never reads; whoever is mentioned is told.

    People are mentioned by ``mentions`` or by an @ and their name in the text. A note
    is no answer: it stops no clock. Raises TicketIsMerged and ValidationError.
    """
    current = locked(ticket)
    at = moment(now)
    return write_note(
        current, by=by, text=text, mentions=mentions, attachments=attachments,
        key=key, now=at,
    )  # fmt: skip


def write_note(
    ticket: Ticket,
    *,
    by: User | None,
    text: str,
    mentions: Iterable[User] = (),
    attachments: Sequence[Attachment] = (),
    key: UUID | None = None,
    now: datetime,
) -> Message:
    """The note on a locked ticket."""
    body = Body(text, attachments=attachments)
    message = write_agent_message(
        ticket, body, kind=MessageKind.NOTE, by=by, at=now, key=key
    )
    named = {
        person.pk: person
        for person in [*mentions, *mentioned_people(text)]
        if may_see(person, ticket)
    }
    message.mentions.add(*named)
    Ticket.objects.filter(pk=ticket.pk).update(updated_at=now)
    record("ticket_note_added", ticket, by=by, now=now, message=str(message.public_id))
    tell(
        ticket,
        named.values(),
        by=by,
        key=f"ticket_mention-{message.pk}",
        kind="ticket_mention",
        title=_("%(who)s mentioned you on %(number)s")
        % {"who": message.author_name, "number": ticket.number},
        body=message.text,
    )
    _tell_followers(ticket, message, by=by, but=set(named))
    return message


@transaction.atomic
def receive_customer_message(
    ticket: Ticket,
    *,
    body: Body,
    writer: Writer | None = None,
    by: User | None = None,
    channel: str = "",
    is_automatic: bool = False,
    now: datetime | None = None,
) -> Message:
    """The customer writes; ``message.ticket`` is the ticket on which it stands.

    A merged ticket leads to the one it became. A resolved ticket is reopened; a closed
    one stays closed and a linked new ticket begins. An automatic message (out of
    office) is kept and changes nothing. ``by`` is who passes it on, if anybody.
    """
    current = _locked_survivor(ticket)
    at = moment(now)
    author = _who_is_here(writer or writer_of(ticket), ticket)
    is_over = current.status == Ticket.Status.CLOSED and current.spam_at is None
    if is_over and not is_automatic:
        return _follow_up(current, body, author, by=by, at=at, channel=channel)
    message = write_customer_message(
        current, body, writer=author, at=at, channel=channel, is_automatic=is_automatic
    )
    if ticket.pk != current.pk:
        message.came_from = ticket
        message.save(update_fields=["came_from", "updated_at"])
    record(
        "ticket_message_received", current, by=by, now=at,
        message=str(message.public_id),
    )  # fmt: skip
    if not is_automatic:
        _answered_by_customer(current, message, by=by, at=at)
    return message


def writer_of(ticket: Ticket) -> Writer:
    """Whoever asked in the first place."""
    return Writer(ticket.contact, ticket.requester_name, ticket.requester_email)


def _who_is_here(writer: Writer, ticket: Ticket) -> Writer:
    """The same writer with their contact as it is now, or what it became part of.

    Nobody merges the contact of a ticket that is locked.
    """
    if writer.contact is None:
        return writer
    contact = Contact.objects.filter(pk=writer.contact.pk).first()
    if contact is None and writer.contact.pk == ticket.contact_id:
        contact = Ticket.objects.select_related("contact").get(pk=ticket.pk).contact
    return replace(writer, contact=contact)


def contact_writer(contact: Contact) -> Writer:
    """A known person at the customer."""
    return Writer(contact, contact.name[:120], contact.email)


def _count_answer(ticket: Ticket, at: datetime) -> None:
    ticket.agent_message_count += 1
    ticket.last_agent_message_at = at
    fields = ["agent_message_count", "last_agent_message_at"]
    if ticket.first_responded_at is None and not ticket.is_opened_by_agent:
        ticket.first_responded_at = at
        fields.append("first_responded_at")
    store(ticket, *fields)


def _answered_by_customer(
    ticket: Ticket, message: Message, *, by: Actor | None, at: datetime
) -> None:
    ticket.last_customer_message_at = at
    store(ticket, "last_customer_message_at")
    if ticket.spam_at is not None:
        return
    if ticket.status in DONE or ticket.status == Ticket.Status.WAITING:
        move(ticket, "in_progress", by=by, now=at)
    clocks.on_message(ticket, message, now=at)
    rouse(ticket, by=by, now=at)
    _tell_followers(ticket, message, by=by)


def _follow_up(
    closed: Ticket,
    body: Body,
    writer: Writer,
    *,
    by: User | None,
    at: datetime,
    channel: str,
) -> Message:
    account, contact, team = living(closed.account), writer.contact, closed.team
    # The conversation stays its account's, whoever asked works elsewhere by now.
    if account is not None and contact and contact.account_id != account.pk:
        contact = None
    if team is not None and not may_work_on(team, closed):
        team = None
    ticket = create_ticket(
        by=by,
        subject=closed.subject or closed.number,
        body=body,
        is_from_customer=True,
        now=at,
        account=account,
        contact=contact,
        requester_name=writer.name,
        requester_email=writer.email,
        channel=channel or closed.channel,
        team=team,
    )
    TicketLink.objects.create(ticket=ticket, other=closed, kind=LinkKind.FOLLOW_UP)
    record(
        "ticket_linked", ticket, by=by, now=at,
        kind=LinkKind.FOLLOW_UP.value, other=closed.number,
    )  # fmt: skip
    return ticket.messages.select_related("ticket").latest("id")


def _locked_survivor(ticket: Ticket) -> Ticket:
    """The end of the merge chain, for us alone; it may grow while we look."""
    for _try in range(_MOST_TRIES):
        fresh = Ticket.objects.get(pk=ticket.pk)
        try:
            return locked(survivor_of(fresh))
        except TicketIsMerged:
            continue
    raise TicketIsMerged(ticket)


def _tell_followers(
    ticket: Ticket,
    message: Message,
    *,
    by: Actor | None,
    but: set[int] | frozenset[int] = frozenset(),
) -> None:
    words = {
        MessageKind.NOTE: _("%(who)s added a note to %(number)s"),
        MessageKind.PUBLIC: _("%(who)s wrote on %(number)s"),
    }
    who = message.author_name or message.author_email or _("The customer")
    tell(
        ticket,
        [person for person in followers(ticket) if person and person.pk not in but],
        by=by,
        key=f"ticket_message-{message.pk}",
        kind="ticket_message",
        title=words[MessageKind(message.kind)] % {"who": who, "number": ticket.number},
        body=message.text,
    )
