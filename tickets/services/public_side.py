"""What somebody without an account here may do: write to us by the public form, and
read, answer, close, reopen and rate the one ticket their signed link opens."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts.models import Account, Contact
from tickets.models import Attachment, Message, MessageKind, Ticket
from tickets.services.attachments import stored_together
from tickets.services.conversation import receive_customer_message, writer_of
from tickets.services.creating import create_ticket
from tickets.services.errors import TicketIsClosed
from tickets.services.messages import Body
from tickets.services.rating import rate_ticket
from tickets.services.rows import support_settings, survivor_of
from tickets.services.statuses import close, reopen

_WINDOW = 10 * 60
_MOST_FROM_ADDRESS = 10
_MOST_FROM_EMAIL = 5
_MOST_ON_TICKET = 20
#: Whatever is pressed or written behind links, by one address.
_MOST_POSTS = 40
#: Where anybody gets an address: the domain says nothing about the company.
FREE_MAIL = frozenset(
    "aol.com gmail.com gmx.de gmx.net googlemail.com hotmail.com icloud.com live.com "
    "mail.com me.com msn.com outlook.com proton.me protonmail.com t-online.de web.de "
    "yahoo.com yandex.com zoho.com".split()
)


class TooManyRequests(Exception):
    """Somebody writes more often than people do."""


class FormIsOff(Exception):
    """The public form is switched off."""


@dataclass(frozen=True)
class Submission:
    """What the public form sends. ``website`` is a trap that people do not see."""

    name: str
    email: str
    subject: str
    text: str
    category: str = ""
    website: str = ""


def submit_form(
    sent: Submission, *, address: str, now: datetime | None = None
) -> Ticket | None:
    """Open a ticket for somebody who wrote by the form; None for a machine.

    Whoever is known by e-mail address, or whose company is known by its domain, is
    matched to the account; else the ticket has none and waits for triage. Raises
    FormIsOff, TooManyRequests and ValidationError.
    """
    if not support_settings().has_public_form:
        raise FormIsOff
    if sent.website:
        return None
    email = sent.email.strip().lower()
    _refuse_incomplete(sent, email)
    _count("address", address, _MOST_FROM_ADDRESS)
    _count("email", email, _MOST_FROM_EMAIL)
    contact = contact_of(email)
    return create_ticket(
        by=None,
        subject=sent.subject,
        text=sent.text,
        is_from_customer=True,
        now=now,
        account=contact.account if contact else account_of(email),
        contact=contact,
        requester_name=sent.name,
        requester_email=email,
        channel=Ticket.Channel.WEB_FORM,
        category=sent.category,
    )


def contact_of(email: str) -> Contact | None:
    """The one present contact with this address; None where there are several."""
    found = Contact.objects.filter(
        email__iexact=email,
        archived_at__isnull=True,
        account__archived_at__isnull=True,
        account__merged_into__isnull=True,
    ).select_related("account")[:2]
    rows = list(found)
    return rows[0] if len(rows) == 1 else None


def account_of(email: str) -> Account | None:
    """The one live account whose domain this address has."""
    domain = email.rpartition("@")[2]
    if not domain or domain in FREE_MAIL:
        return None
    rows = list(Account.objects.live().filter(domain=domain)[:2])
    return rows[0] if len(rows) == 1 else None


def shown_messages(ticket: Ticket) -> QuerySet[Message]:
    """What the customer may read: public messages, never a note."""
    return ticket.messages.filter(kind=MessageKind.PUBLIC)


def shown_attachments(ticket: Ticket) -> QuerySet[Attachment]:
    """Files of what the customer may read."""
    return Attachment.objects.filter(ticket=ticket, message__kind=MessageKind.PUBLIC)


def answer(
    ticket: Ticket,
    *,
    text: str,
    address: str,
    uploads: Sequence[Any] = (),
    now: datetime | None = None,
) -> Message:
    """The customer writes on the ticket's page; ``message.ticket`` is where it stands.

    ``ticket`` is the one whose link was opened, also when it was merged since: what
    comes by its link goes back with it when the merge is undone. On a closed ticket a
    new one begins, which counts as a request by the form. Raises TooManyRequests,
    before any file is kept, TicketIsMerged and ValidationError.
    """
    present = survivor_of(ticket)
    _count_post(present, address)
    if present.status == Ticket.Status.CLOSED and present.spam_at is None:
        _count("address", address, _MOST_FROM_ADDRESS)
        email = writer_of(ticket).email or (
            ticket.contact.email if ticket.contact else ""
        )
        _count("email", email.lower() or f"ticket-{present.pk}", _MOST_FROM_EMAIL)
    with stored_together(present, uploads, by=None) as files:
        return receive_customer_message(
            ticket,
            body=Body(text, attachments=files),
            writer=writer_of(ticket),
            channel=Ticket.Channel.PORTAL,
            now=now,
        )


def close_by_customer(
    ticket: Ticket, *, address: str, now: datetime | None = None
) -> Ticket:
    """The customer says that it is solved. Raises TooManyRequests."""
    _count_post(ticket, address)
    return close(ticket, by=None, now=now)


def rate_by_customer(
    ticket: Ticket,
    *,
    score: int,
    comment: str,
    address: str,
    now: datetime | None = None,
) -> Ticket:
    """The customer says how it went. Raises TooManyRequests and NotRateable."""
    _count_post(ticket, address)
    return rate_ticket(ticket, score=score, comment=comment, now=now)


@transaction.atomic
def reopen_by_customer(
    ticket: Ticket, *, address: str, now: datetime | None = None
) -> Ticket:
    """The customer says that it is not solved. Raises TooManyRequests, and
    TicketIsClosed once it is closed: a message then begins a new ticket."""
    _count_post(ticket, address)
    row = Ticket.objects.get(pk=ticket.pk)
    if row.status == Ticket.Status.CLOSED:
        raise TicketIsClosed(row)
    return reopen(row, by=None, now=now)


def _refuse_incomplete(sent: Submission, email: str) -> None:
    wrong: dict[str, object] = {}
    try:
        validate_email(email)
    except ValidationError as error:
        wrong["email"] = error.messages
    for name in ("name", "subject", "text"):
        if not getattr(sent, name).strip():
            wrong[name] = _("Please fill this in.")
    if wrong:
        raise ValidationError(wrong)


def _count_post(ticket: Ticket, address: str) -> None:
    """One more from behind a link: limited for the address and for the ticket."""
    _count("posts", address, _MOST_POSTS)
    _count("ticket", str(ticket.pk), _MOST_ON_TICKET)


def _count(what: str, value: str, most: int) -> None:
    """Count one more; without Redis nothing is limited."""
    digest = hashlib.sha256(value.encode()).hexdigest()[:32]
    key = f"public-form:{what}:{digest}"
    try:
        cache.add(key, 0, _WINDOW)
        used = int(cache.incr(key))
    except (RedisError, OSError, ValueError):
        return
    if used > most:
        raise TooManyRequests
