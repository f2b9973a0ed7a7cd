"""Writing one entry of a conversation, with its files; what follows from it is said in
the services that call this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.inserting import insert
from organisation.models import User
from tickets.models import Attachment, Draft, Message, MessageKind, MessageSide, Ticket
from tickets.rendering import html_of, safe_html, text_of
from tickets.services.rows import clean_words, is_human
from tickets.services.search_words import index_new_ticket, index_tickets

MOST_CHARACTERS = 100_000
MOST_COPIES = 50


@dataclass(frozen=True)
class Writer:
    """Who writes from the customer's side: a known contact, or a name and address."""

    contact: Any = None
    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Body:
    """What is written: Markdown, or HTML from elsewhere; who else reads it; its files.

    ``attachments`` were uploaded before; they belong to whoever writes.
    """

    text: str = ""
    html: str = ""
    cc: Sequence[str] = ()
    attachments: Sequence[Attachment] = field(default_factory=tuple)

    def clean(self) -> tuple[str, str]:
        """Safe HTML and plain text. Raises ValidationError for nothing or too much."""
        if len(self.text) > MOST_CHARACTERS or len(self.html) > 5 * MOST_CHARACTERS:
            raise ValidationError(
                {"text": _("A message has at most 100,000 characters.")}
            )
        html = safe_html(self.html) if self.html else html_of(self.text)
        text = text_of(html) if self.html else self.text.replace("\0", "").strip()
        if not text and not self.attachments:
            raise ValidationError({"text": _("Write something first.")})
        return html, text


def write_agent_message(
    ticket: Ticket,
    body: Body,
    *,
    kind: MessageKind,
    by: User | None,
    at: datetime,
    channel: str = "",
    key: UUID | None = None,
    is_first: bool = False,
) -> Message:
    """A reply or a note of somebody here; their draft of that kind is done with.

    What a program writes is automatic: it never counts as a response. ``key`` becomes
    the public id of the message, unless another one has it. ``is_first`` says that the
    ticket has just been written.
    """
    html, text = body.clean()
    is_person = is_human(by)
    message = Message(
        ticket=ticket,
        kind=kind,
        side=MessageSide.AGENT if is_person else MessageSide.BOT,
        author=by,
        author_name=by.label if by else "",
        html=html,
        text=text,
        cc=clean_addresses(body.cc),
        channel=channel,
        sent_at=at,
        is_automatic=not is_person,
    )
    if key is not None and not Message.objects.filter(public_id=key).exists():
        message.public_id = key
    _write(message, is_first=is_first)
    take_attachments(message, body.attachments, by=by)
    if by is not None and not is_first:
        Draft.objects.filter(ticket=ticket, author=by, kind=kind).delete()
    return message


def sent_with(key: UUID | None, *, by: User) -> Message | None:
    """What this person sent from the composer that had this key."""
    if key is None:
        return None
    return Message.objects.filter(public_id=key, author=by).first()


def write_customer_message(
    ticket: Ticket,
    body: Body,
    *,
    writer: Writer,
    at: datetime,
    channel: str = "",
    is_automatic: bool = False,
    is_first: bool = False,
) -> Message:
    """A public message from the customer's side; ``is_first`` as with those of ours."""
    html, text = body.clean()
    contact = writer.contact
    message = Message(
        ticket=ticket,
        kind=MessageKind.PUBLIC,
        side=MessageSide.CUSTOMER,
        contact=contact,
        author_name=(writer.name or (contact.name if contact else ""))[:120],
        author_email=writer.email or (contact.email if contact else ""),
        html=html,
        text=text,
        cc=clean_addresses(body.cc),
        channel=channel,
        sent_at=at,
        is_automatic=is_automatic,
    )
    _write(message, is_first=is_first)
    take_attachments(message, body.attachments, by=None)
    return message


def _write(message: Message, *, is_first: bool) -> None:
    insert([message])
    if is_first:
        index_new_ticket(message.ticket, message.text)
    else:
        index_tickets([message.ticket_id])


def take_attachments(
    message: Message, attachments: Iterable[Attachment], *, by: User | None
) -> None:
    """Files uploaded before become part of the message.

    Raises ValidationError for one of another ticket, of somebody else, or sent before.
    """
    ids = {each.pk for each in attachments}
    if not ids:
        return
    free = Attachment.objects.filter(pk__in=ids, message__isnull=True, uploaded_by=by)
    if by is not None:
        free = free.filter(ticket=message.ticket_id)
    # A customer's message may stand on another ticket than the one it was sent to.
    taken = free.update(message=message, ticket=message.ticket_id)
    if taken != len(ids):
        raise ValidationError({"attachments": _("One of these files is not here.")})


def clean_addresses(addresses: Iterable[str]) -> list[str]:
    """E-mail addresses in lower case, each once. Raises ValidationError."""
    found = [each.lower() for each in clean_words(addresses, longest=254)]
    if len(found) > MOST_COPIES:
        raise ValidationError({"cc": _("A message has at most 50 copies.")})
    for address in found:
        try:
            validate_email(address)
        except ValidationError as wrong:
            raise ValidationError({"cc": wrong.messages}) from wrong
    return found
