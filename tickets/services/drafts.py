"""What somebody has begun to write: one reply and one note each, per ticket."""

from __future__ import annotations

from django.db import transaction

from organisation.models import User
from tickets.models import Draft, MessageKind, Ticket
from tickets.services.messages import MOST_CHARACTERS


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


def discard_draft(ticket: Ticket, *, by: User, kind: MessageKind | str) -> None:
    """Forget it."""
    Draft.objects.filter(ticket=ticket, author=by, kind=kind).delete()


def drafts_of(ticket: Ticket, *, by: User) -> dict[str, str]:
    """What this person has begun, by kind."""
    rows = Draft.objects.filter(ticket=ticket, author=by)
    return dict(rows.values_list("kind", "text"))
