"""Searching tickets by number, subject and what was written on them.

A word that few tickets contain is looked up first and the list narrowed to what was
found; a word that stands everywhere would find half the table, so there the list is
walked in its order and asked row by row, which finds a page at once.
"""

from __future__ import annotations

import re

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from accounts.querysets import prefix_words
from tickets.models import Message, TicketQuerySet

#: Up to so many tickets are looked up; beyond, the word stands everywhere.
MOST_FOUND = 20_000
_NUMBER = re.compile(r"[A-Za-z]{1,5}-?\d{1,15}|\d{1,15}", re.ASCII)

_FIND = """
SELECT id FROM tickets_ticket WHERE search @@ to_tsquery('simple', %(query)s)
UNION
SELECT ticket_id FROM tickets_message WHERE search @@ to_tsquery('simple', %(query)s)
LIMIT %(most)s
"""


def matching(tickets: TicketQuerySet, text: str) -> TicketQuerySet:
    """Those of ``tickets`` that contain words beginning with each word of ``text``.

    A ticket's number finds it whatever else is asked for.
    """
    words = prefix_words(text)
    if not words:
        return tickets.none() if text.strip() else tickets
    found = _found(words)
    if found is None:
        query = SearchQuery(words, search_type="raw", config="simple")
        said = Message.objects.filter(ticket=OuterRef("pk"), search=query)
        return tickets.filter(Q(search=query) | Exists(said))
    condition = Q(pk__in=found)
    if _NUMBER.fullmatch(text.strip()):
        condition |= Q(number__iexact=text.strip())
    return tickets.filter(condition)


def _found(words: str) -> list[int] | None:
    """Ids of tickets that contain the words; None when there are too many."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"query": words, "most": MOST_FOUND + 1})
        ids = [pk for (pk,) in cursor.fetchall()]
    return None if len(ids) > MOST_FOUND else ids
