"""What the customer thought of it: one rating per resolving, never by a link alone."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from events.services import Actor
from tickets.models import Ticket
from tickets.services.errors import NotRateable
from tickets.services.rows import locked, moment, record, store
from tickets.transitions import DONE

_LONGEST = 2000


@transaction.atomic
def rate_ticket(
    ticket: Ticket,
    *,
    score: int,
    comment: str = "",
    by: Actor | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Keep the customer's rating, 1 to 5, with a few words if they like.

    ``by`` is the program that passes it on, if one does.
    Raises NotRateable for a ticket that is not resolved or was rated since it was,
    ValidationError for another score.
    """
    current = locked(ticket)
    if not 1 <= score <= 5:
        raise ValidationError({"score": _("Choose 1 to 5.")})
    if not may_rate(current):
        raise NotRateable(_("This has been rated, or is not resolved yet."))
    at = moment(now)
    current.csat, current.csat_at = score, at
    current.csat_comment = comment.replace("\0", "").strip()[:_LONGEST]
    store(current, "csat", "csat_at", "csat_comment")
    record(
        "ticket_rated", current, by=by, now=at,
        score=score, cycle=current.cycle, subject=current.subject,
    )  # fmt: skip
    return current


def may_rate(ticket: Ticket) -> bool:
    """Resolved or closed, and not rated since then."""
    if ticket.status not in DONE or ticket.spam_at is not None:
        return False
    since = ticket.resolved_at or ticket.closed_at
    return ticket.csat_at is None or (since is not None and ticket.csat_at < since)
