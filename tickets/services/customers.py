"""Whose ticket it is: the account, and who there asked."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Contact
from events.services import Actor
from tickets.models import Ticket
from tickets.services.fields import update_ticket


@transaction.atomic
def change_customer(
    ticket: Ticket,
    *,
    account: Account | None,
    contact: Contact | None,
    requester_name: str = "",
    requester_email: str = "",
    by: Actor | None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> Ticket:
    """Say whose ticket this is; its tier and open clocks follow.

    All four are set: without an account it is the contact's, without a name or address
    they are the contact's too. People who may not see the new account no longer have or
    watch the ticket. Raises ValidationError per field for an account or contact that is
    gone, that do not belong together, or that ``by`` may not see, StaleTicket and
    TicketIsMerged.
    """
    if account is None and contact is not None:
        account = contact.account
    if account is not None and account.merged_into is not None:
        account = account.merged_into
    _refuse_gone(ticket, account, contact)
    if contact is not None:
        requester_name = requester_name.strip() or contact.name[:120]
        requester_email = requester_email.strip() or contact.email
    return update_ticket(
        ticket,
        by=by,
        expected_version=expected_version,
        now=now,
        account=account,
        contact=contact,
        requester_name=requester_name,
        requester_email=requester_email,
    )


def _refuse_gone(
    ticket: Ticket, account: Account | None, contact: Contact | None
) -> None:
    """Who had the ticket already may keep it, wherever they went since."""
    wrong = {}
    for name, row in (("account", account), ("contact", contact)):
        is_new = row is not None and row.pk != getattr(ticket, f"{name}_id")
        if row is not None and is_new and row.archived_at is not None:
            words = _("%(name)s is archived. Choose another one.")
            wrong[name] = words % {"name": row.name}
    if wrong:
        raise ValidationError(wrong)
