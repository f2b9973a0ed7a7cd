"""What somebody has begun to write: one reply and one note each, per ticket."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from organisation.models import User
from tickets.models import Draft, MessageKind, Ticket
from tickets.services.messages import MOST_CHARACTERS, sent_with


@transaction.atomic
def save_draft(ticket: Ticket, *, by: User, kind: MessageKind | str, text: str) -> None:
    """Keep what is written so far; nothing written, nothing kept."""
    kind = MessageKind(kind)
    if not text.strip():
        discard_draft(ticket, by=by, kind=kind)
        return
    Draft.objects.update_or_create(
        ticket=ticket,
        author=by,
        kind=kind,
        defaults={"text": text.replace("\0", "")[:MOST_CHARACTERS]},
    )


@transaction.atomic
def follow_composer(
    ticket: Ticket,
    *,
    by: User,
    kind: MessageKind | str,
    text: str,
    begun_as: str = "",
    key: UUID | None = None,
) -> None:
    """Keep what stands in the composer, on the side where it stands now.

    Text that was begun on the other side leaves no copy there, where it might be sent
    to whom it is not meant for. What arrives after its own sending is not kept.
    """
    # A sending under way on this ticket is waited for.
    Ticket.objects.held().only("pk").get(pk=ticket.pk)
    message = sent_with(key, by=by)
    if message is not None and message.text.startswith(text.strip()):
        return
    forget_other_side(ticket, by=by, kind=kind, begun_as=begun_as)
    save_draft(ticket, by=by, kind=kind, text=text)


def forget_other_side(
    ticket: Ticket, *, by: User, kind: MessageKind | str, begun_as: str
) -> None:
    """Unless the text was always of this kind, drop what is kept of the other one."""
    if begun_as != kind:
        others = Draft.objects.filter(ticket=ticket, author=by).exclude(kind=kind)
        others.delete()


def discard_draft(ticket: Ticket, *, by: User, kind: MessageKind | str) -> None:
    """Forget it."""
    Draft.objects.filter(ticket=ticket, author=by, kind=kind).delete()


def drafts_of(ticket: Ticket, *, by: User) -> dict[str, str]:
    """What this person has begun, by kind."""
    rows = Draft.objects.filter(ticket=ticket, author=by)
    return dict(rows.values_list("kind", "text"))
