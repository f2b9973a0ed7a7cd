"""Who may see which tickets, for several people and tickets at once."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.sight import accounts_seen_by
from organisation.models import User
from organisation.permissions import Permission
from tickets.models import Ticket


def seen_by(people: Iterable[User], tickets: Iterable[Ticket]) -> dict[int, set[int]]:
    """Ids of the tickets that each of these people may see, by the person's id.

    The same rule as ``Ticket.objects.visible_to``, in two queries for any number.
    """
    account_of = {ticket.pk: ticket.account_id for ticket in tickets}
    known = list(people)
    accounts = accounts_seen_by(
        known, {account for account in account_of.values() if account is not None}
    )
    return {
        person.pk: {
            pk
            for pk, account in account_of.items()
            if account is None or account in accounts[person.pk]
        }
        if person.has_perm_code(Permission.VIEW_TICKETS)
        else set()
        for person in known
    }
