"""Where tickets are found: their page here, and their page for the customer.

The customer's link carries the ticket's public id and whom it was made for, with a
signature for this purpose and version. It is not renewed, so that a link in an old
e-mail still leads to the conversation, until the ticket is another customer's; raising
``_VERSION`` ends all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac

from tickets.models import Ticket, Watcher

_VERSION = 2
_SEPARATOR = "."
_MARK = 12


@dataclass(frozen=True)
class CustomerLink:
    """A ticket's link as somebody holds it: the ticket, and for whom it was made."""

    ticket: Ticket
    account: str
    address: str

    def opens(self, ticket: Ticket) -> bool:
        """Whether that ticket, or the one it became, is still theirs.

        It is while it belongs to the same account, or while the address they asked
        from stands on it; who was put in copy stays so, whosever the ticket is.
        """
        if self.account and self.account == _account_mark(ticket):
            return True
        if not self.address:
            return not self.account and ticket.account_id is None
        if self.address == _address_mark(ticket.requester_email):
            return True
        watching = Watcher.objects.filter(ticket=ticket, person__isnull=True)
        emails = watching.values_list("email", flat=True)
        return any(self.address == _address_mark(email) for email in emails)


def ticket_path(ticket: Ticket) -> str:
    """The ticket's page for people who work here."""
    return f"/tickets/{ticket.public_id}/"


def public_token(ticket: Ticket) -> str:
    """What opens this one ticket to whoever holds it."""
    marks = _account_mark(ticket), _address_mark(ticket.requester_email)
    return _signer().sign("-".join((ticket.public_id.hex, *marks)))


def public_path(ticket: Ticket) -> str:
    """The ticket's page for the customer."""
    return f"/support/tickets/{public_token(ticket)}/"


def public_address(ticket: Ticket) -> str:
    """The same with the host, for e-mails."""
    return f"{settings.PUBLIC_URL}{public_path(ticket)}"


def link_of_token(token: str) -> CustomerLink | None:
    """The link a token is; None for one we did not sign for this purpose."""
    if len(token) > 200 or "\0" in token:
        return None
    try:
        key, account, address = _signer().unsign(token).split("-")
        public_id = UUID(key)
    except (BadSignature, ValueError):
        return None
    ticket = Ticket.objects.filter(public_id=public_id).first()
    return None if ticket is None else CustomerLink(ticket, account, address)


def _account_mark(ticket: Ticket) -> str:
    return _mark("account", str(ticket.account_id or ""))


def _address_mark(email: str) -> str:
    return _mark("address", email.strip().lower())


def _mark(kind: str, said: str) -> str:
    """A few letters that tell nothing of what they stand for; none for nothing."""
    salt = f"tickets.public-page.{kind}"
    return salted_hmac(salt, said).hexdigest()[:_MARK] if said else ""


def _signer() -> Signer:
    return Signer(salt=f"tickets.public-page.v{_VERSION}", sep=_SEPARATOR)
