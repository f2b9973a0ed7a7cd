"""Keeping what tickets are found by: written with each change, in one statement.

Whoever writes or moves messages, or changes what a ticket says of its people, calls
``index_tickets`` in the same transaction. Only the names of accounts and contacts are
followed afterwards: a large account has thousands of tickets.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Q

from core.staging import Stage
from events.models import Event
from events.services import open_events, settle_events
from tickets.models import Ticket

#: Columns of a ticket that it is found by.
FOUND_BY = frozenset(
    {"subject", "requester_name", "requester_email", "account", "contact"}
)
CONSUMER = "ticket_words"
KINDS = (
    "account_updated",
    "account_merged",
    "contact_updated",
    "contact_left",
    "contact_merged",
)
_NAMES = frozenset({"name", "domain", "email"})
#: So many tickets are held at once while their names are followed.
_AT_ONCE = 100

# A search vector larger than a megabyte is an error, and whoever writes would get it.
# A byte of text makes fewer than eight of its vector (a character stands in two lexemes
# at most, the whole and the part, and may grow in lower case; each lexeme has five
# more), so beside at most 7,000 bytes of names 100,000 of messages always fit. The
# newest come first; of the message that no longer fits, as many characters as would fit
# with four bytes each.
_INDEX = """
INSERT INTO tickets_ticketwords (ticket_id, words)
SELECT t.id, to_tsvector('simple', concat_ws(' ',
    t.number, t.subject, t.requester_name, t.requester_email, c.name, c.email, a.name,
    a.domain, said.words))
FROM tickets_ticket t
LEFT JOIN accounts_account a ON a.id = t.account_id
LEFT JOIN accounts_contact c ON c.id = t.contact_id
LEFT JOIN LATERAL (
    SELECT string_agg(
        left(m.text, (CASE WHEN m.taken <= 100000 THEN m.size
                           ELSE (100000 - m.taken + m.size) / 4 END)::int),
        ' ' ORDER BY m.sent_at DESC, m.id DESC) AS words
    FROM (
        SELECT id, sent_at, text, octet_length(text) + 1 AS size,
            sum(octet_length(text) + 1) OVER (ORDER BY sent_at DESC, id DESC) AS taken
        FROM tickets_message WHERE ticket_id = t.id) m
    WHERE m.taken - m.size < 100000) said ON true
WHERE {which}
ON CONFLICT (ticket_id) DO UPDATE SET words = EXCLUDED.words
WHERE tickets_ticketwords.words <> EXCLUDED.words
"""
# A new ticket with its first message: what it says is at hand, and the rule above comes
# down to one message that fits, or the first of its characters.
_INDEX_NEW = """
INSERT INTO tickets_ticketwords (ticket_id, words)
SELECT %(id)s, to_tsvector('simple', concat_ws(' ',
    %(number)s, %(subject)s, %(requester_name)s, %(requester_email)s,
    (SELECT concat_ws(' ', name, email) FROM accounts_contact WHERE id = %(contact)s),
    (SELECT concat_ws(' ', name, domain) FROM accounts_account WHERE id = %(account)s),
    %(said)s))
"""
_MOST_BYTES = 100_000
_INDEX_ALL = _INDEX.format(which="true")
_INDEX_SOME = _INDEX.format(which="t.id = ANY(%(ids)s)")
_INDEX_STAGED = _INDEX.format(
    which="t.id IN (SELECT target_id FROM {s} WHERE outcome IN ('created', 'updated'))"
)


def index_tickets(ids: Iterable[int]) -> None:
    """Write anew what these tickets are found by."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEX_SOME, {"ids": list(ids)})


def index_new_ticket(ticket: Ticket, said: str) -> None:
    """Write what a ticket is found by that has just this one message."""
    fits = len(said.encode()) < _MOST_BYTES
    values: dict[str, int | str | None] = {
        "id": ticket.pk,
        "number": ticket.number,
        "subject": ticket.subject,
        "requester_name": ticket.requester_name,
        "requester_email": ticket.requester_email,
        "contact": ticket.contact_id,
        "account": ticket.account_id,
        "said": said if fits else said[: _MOST_BYTES // 4],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INDEX_NEW, values)


def index_all_tickets() -> None:
    """The same for every ticket, after many were written at once."""
    with connection.cursor() as cursor:
        cursor.execute(_INDEX_ALL)


def index_staged(stage: Stage) -> None:
    """The same for the tickets that an import created or changed."""
    stage.run(_INDEX_STAGED)


def follow_names() -> int:
    """Find tickets by the present names of their customers.

    An event is done with when all its tickets are; returns how many events.
    """
    done = 0
    while found := open_events(CONSUMER, kinds=KINDS):
        ids = _tickets_of([event for event in found if _is_renaming(event)])
        for begin in range(0, len(ids), _AT_ONCE):
            _index_held(ids[begin : begin + _AT_ONCE])
        settle_events(CONSUMER, found)
        done += len(found)
    return done


def _tickets_of(renamed: Iterable[Event]) -> list[int]:
    accounts, contacts = set(), set()
    for event in renamed:
        if event.kind.startswith("account"):
            accounts.add(event.account_id)
        else:
            contacts.add(event.subject_id)
    tickets = Ticket.objects.filter(Q(account__in=accounts) | Q(contact__in=contacts))
    return list(tickets.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _index_held(ids: Iterable[int]) -> None:
    """Nobody writes on a ticket while its words are read, nor waits long for it."""
    rows = Ticket.objects.held().filter(pk__in=ids).order_by("pk").only("pk")
    index_tickets(row.pk for row in rows)


def _is_renaming(event: Event) -> bool:
    return event.kind.endswith("_merged") or bool(_NAMES & event.data.keys())
