"""Where tickets are found: their page here, and their page for the customer.

The customer's link carries the ticket's public id with a signature for this purpose
and version. It holds as long as the ticket does and is not renewed, so that a link in
an old e-mail still leads to the conversation; raising ``_VERSION`` ends all of them.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from tickets.models import Ticket

_VERSION = 1
_SEPARATOR = "."


def ticket_path(ticket: Ticket) -> str:
    """The ticket's page for people who work here."""
    return f"/tickets/{ticket.public_id}/"


def public_token(ticket: Ticket) -> str:
    """What opens this one ticket to whoever holds it."""
    return _signer().sign(ticket.public_id.hex)


def public_path(ticket: Ticket) -> str:
    """The ticket's page for the customer."""
    return f"/support/tickets/{public_token(ticket)}/"


def public_address(ticket: Ticket) -> str:
    """The same with the host, for e-mails."""
    return f"{settings.PUBLIC_URL}{public_path(ticket)}"


def ticket_of_token(token: str) -> Ticket | None:
    """The ticket a token opens; None for one we did not sign for this purpose."""
    if len(token) > 200 or "\0" in token:
        return None
    try:
        public_id = UUID(_signer().unsign(token))
    except (BadSignature, ValueError):
        return None
    return Ticket.objects.filter(public_id=public_id).first()


def _signer() -> Signer:
    return Signer(salt=f"tickets.public-page.v{_VERSION}", sep=_SEPARATOR)
