"""How a ticket begins: its number, its first message, its clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Account
from core.inserting import insert
from events.services import Actor
from organisation.models import User
from tickets.categories import first_level
from tickets.models import Message, MessageKind, Ticket, Watcher
from tickets.services import clocks
from tickets.services.fields import clean_values, refuse_stranger
from tickets.services.messages import (
    Body,
    Writer,
    write_agent_message,
    write_customer_message,
)
from tickets.services.numbers import next_place
from tickets.services.people import refuse_blind_team, refuse_unable, refuse_unseen
from tickets.services.periods import open_periods
from tickets.services.rows import is_human, moment, record
from tickets.services.watching import tell

#: What may be given when a ticket is opened, besides its first message.
OPENING = frozenset(
    {
        "account", "contact", "requester_name", "requester_email", "channel",
        "category", "priority", "level", "team", "assignee", "tags", "custom",
    }
)  # fmt: skip


_HOLD = "SELECT merged_into_id FROM accounts_account WHERE id = %s FOR KEY SHARE"


@transaction.atomic
def create_ticket(
    *,
    by: User | None,
    subject: str,
    text: str = "",
    body: Body | None = None,
    is_from_customer: bool | None = None,
    now: datetime | None = None,
    **values: Any,
) -> Ticket:
    """Open a ticket with its first message; its clocks start.

    The account follows from the contact where none is given, the level from the
    category and the team from the level. A ticket that a person here opens has no
    first-response clock, unless ``is_from_customer`` says that they only wrote down
    what a customer asked. Raises ValidationError with messages per field, also for an
    assignee or team that may not see the account.
    """
    at = moment(now)
    from_customer = not is_human(by) if is_from_customer is None else is_from_customer
    ticket = _new_ticket(values | {"subject": subject}, by=by, at=at)
    ticket.is_opened_by_agent = not from_customer
    if from_customer:
        ticket.last_customer_message_at = at
    elif is_human(by):
        ticket.last_agent_message_at, ticket.agent_message_count = at, 1
    _take_place(ticket)
    begun = clocks.begun_clocks(ticket, now=at)
    begun.show()
    insert([ticket])
    open_periods([ticket], at=at)
    message = _first_message(ticket, body or Body(text), by=by, at=at)
    if message.cc:
        copied = [Watcher(ticket=ticket, email=address) for address in message.cc]
        Watcher.objects.bulk_create(copied, ignore_conflicts=True)
    begun.flush()
    ticket.shown_clocks = begun.clocks(ticket)
    _say_created(ticket, by=by, at=at)
    return ticket


def _new_ticket(values: Mapping[str, Any], *, by: User | None, at: datetime) -> Ticket:
    unknown = set(values) - OPENING - {"subject"}
    if unknown:
        raise TypeError(f"Not known: {', '.join(sorted(unknown))}")
    if not str(values["subject"]).strip():
        raise ValidationError({"subject": _("A ticket needs a subject.")})
    ticket = Ticket(opened_at=at, created_by=by, **clean_values(None, values))
    if ticket.account_id is None and ticket.contact is not None:
        ticket.account = ticket.contact.account
    account = living(ticket.account)
    if account != ticket.account and ticket.contact is not None:
        ticket.contact.refresh_from_db(fields=["account"])
    ticket.account = account
    refuse_stranger(ticket)
    if ticket.contact is not None:
        ticket.requester_name = ticket.requester_name or ticket.contact.name[:120]
        ticket.requester_email = ticket.requester_email or ticket.contact.email
    if values.get("level") is None:
        ticket.level = first_level(ticket.category, ticket.priority)
    refuse_blind_team(ticket.team, ticket)
    if ticket.assignee is not None:
        refuse_unable(ticket.assignee)
        refuse_unseen(ticket.assignee, ticket, field="assignee")
        ticket.status = Ticket.Status.ASSIGNED
    return ticket


def _take_place(ticket: Ticket) -> None:
    """Its id and number, and the team of its level where none is given."""
    place = next_place(ticket.level)
    ticket.pk, ticket.number = place.id, place.number
    if ticket.team_id is None:
        ticket.team_id = place.team_id


def living(account: Account | None) -> Account | None:
    """An account that was merged is the one it became.

    The row is held until the transaction ends: a merge that is under way is waited for,
    and a later one finds the ticket.
    """
    if account is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [account.pk])
        found = cursor.fetchone()
    if found is None or found[0] is None:
        return account
    return Account.objects.get(pk=found[0])


def _first_message(
    ticket: Ticket, body: Body, *, by: User | None, at: datetime
) -> Message:
    channel = ticket.channel
    if ticket.is_opened_by_agent:
        return write_agent_message(
            ticket,
            body,
            kind=MessageKind.PUBLIC,
            by=by,
            at=at,
            channel=channel,
            is_first=True,
        )
    writer = Writer(ticket.contact, ticket.requester_name, ticket.requester_email)
    return write_customer_message(
        ticket, body, writer=writer, at=at, channel=channel, is_first=True
    )


def _say_created(ticket: Ticket, *, by: Actor | None, at: datetime) -> None:
    record(
        "ticket_created",
        ticket,
        by=by,
        now=at,
        priority=ticket.priority,
        subject=ticket.subject,
        channel=ticket.channel,
        category=ticket.category,
    )
    tell(
        ticket,
        [ticket.assignee],
        by=by,
        key=f"ticket_assigned-{ticket.pk}-{ticket.version}",
        kind="ticket_assigned",
        title=_("%(number)s is yours") % {"number": ticket.number},
        body=ticket.subject,
    )
