"""Finding accounts, contacts and tickets by the beginnings of words."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import BooleanField, Case, Value, When
from django.db.models.functions import Lower

from accounts.models import Account, Contact
from accounts.querysets import AccountQuerySet, prefix_query
from tickets.models import Ticket, TicketQuerySet
from tickets.queries.quick import quick_tickets

#: Matches looked at before the best are picked: a single letter finds half of all rows.
CANDIDATES = 2000
TEXT_LENGTH = 100


@dataclass(frozen=True)
class Found:
    """What a search finds; ``has_more_…`` says that the list goes on."""

    text: str
    accounts: list[Account] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    has_more_accounts: bool = False
    has_more_contacts: bool = False
    has_more_tickets: bool = False

    @property
    def is_empty(self) -> bool:
        """Nothing was found."""
        return not self.accounts and not self.contacts and not self.tickets

    @property
    def has_more(self) -> bool:
        """Any of the lists goes on."""
        return self.has_more_accounts or self.has_more_contacts or self.has_more_tickets


def search(
    visible: AccountQuerySet, text: str, *, limit: int, tickets: TicketQuerySet
) -> Found:
    """Whatever has, for each word of the text, a word that begins with it.

    ``visible`` are the accounts the person may see; contacts follow their account.
    Names that begin with the text come first. ``tickets`` are the visible ones; what
    was written on them counts too.
    """
    text = " ".join(text[:TEXT_LENGTH].replace("\0", " ").split())
    query = prefix_query(text)
    if query is None:
        return Found(text)
    live = visible.live()
    accounts = list(
        Account.objects.filter(
            pk__in=live.filter(search=query).order_by().values("pk")[:CANDIDATES]
        )
        .select_related("segment", "owner")
        .defer("search", "custom")
        .order_by(_begins_with(text), Lower("name"), "pk")[: limit + 1]
    )
    contacts = list(
        Contact.objects.filter(
            pk__in=Contact.objects.filter(
                search=query, archived_at__isnull=True, account__in=live
            )
            .order_by()
            .values("pk")[:CANDIDATES]
        )
        .select_related("account")
        .only("name", "email", "title", "public_id", "account__name")
        .order_by(_begins_with(text), Lower("name"), "pk")[: limit + 1]
    )
    quick = quick_tickets(tickets, text, limit=limit + 1)
    return Found(
        text,
        accounts=accounts[:limit],
        contacts=contacts[:limit],
        tickets=quick[:limit],
        has_more_accounts=len(accounts) > limit,
        has_more_contacts=len(contacts) > limit,
        has_more_tickets=len(quick) > limit,
    )


def _begins_with(text: str) -> Case:
    """False sorts before True: names beginning with the text, then the others."""
    return Case(
        When(name__istartswith=text, then=Value(False)),
        default=Value(True),
        output_field=BooleanField(),
    )
