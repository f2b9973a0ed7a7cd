"""Who may see which tickets, for several people and tickets at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import BooleanField, ExpressionWrapper, Q

from accounts.models import Account
from accounts.querysets import own_accounts
from organisation.models import Organisation, User
from organisation.permissions import Permission
from tickets.models import Ticket

#: A select list is not endless.
_PEOPLE_AT_ONCE = 500


def seen_by(people: Iterable[User], tickets: Iterable[Ticket]) -> dict[int, set[int]]:
    """Ids of the tickets that each of these people may see, by the person's id.

    The same rule as ``Ticket.objects.visible_to``, in two queries for any number.
    """
    account_of = {ticket.pk: ticket.account_id for ticket in tickets}
    free = {pk for pk, account in account_of.items() if account is None}
    scope = Organisation.objects.values_list("row_scope", flat=True).first() or "all"
    found: dict[int, set[int]] = {}
    narrowed: dict[int, Q] = {}
    for person in people:
        own = own_accounts(person, scope=scope)
        if not person.has_perm_code(Permission.VIEW_TICKETS):
            found[person.pk] = set()
        elif own is None:
            found[person.pk] = set(account_of)
        else:
            found[person.pk] = set(free)
            narrowed[person.pk] = own
    accounts = {account for account in account_of.values() if account is not None}
    for person_id, mine in _accounts_of(narrowed, accounts).items():
        found[person_id] |= {
            pk for pk, account in account_of.items() if account in mine
        }
    return found


def _accounts_of(narrowed: dict[int, Q], accounts: set[int]) -> dict[int, set[int]]:
    """Which of the accounts each person's rule admits: a column for each person."""
    found: dict[int, set[int]] = {pk: set() for pk in narrowed}
    rules = list(narrowed.items()) if accounts else []
    for start in range(0, len(rules), _PEOPLE_AT_ONCE):
        columns = {
            f"seen_by_{pk}": ExpressionWrapper(own, output_field=BooleanField())
            for pk, own in rules[start : start + _PEOPLE_AT_ONCE]
        }
        rows = Account.objects.filter(pk__in=accounts).order_by().annotate(**columns)
        for row in rows.values("pk", *columns):
            for pk, _own in rules[start : start + _PEOPLE_AT_ONCE]:
                if row[f"seen_by_{pk}"]:
                    found[pk].add(row["pk"])
    return found
