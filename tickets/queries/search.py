"""Searching tickets by number, subject, people, and what was written on them.

The words of a search may stand in different places of a ticket, so they are asked of
one row of words per ticket (``TicketWords``). Taking the tickets of each word and
keeping those that have all of them would need no such row, but two words that are
common each and rare together then mean reading hundreds of thousands of messages,
where the index of whole tickets intersects its own lists.

Words that few tickets have together are looked up first and the list narrowed to what
was found; words that stand everywhere would find half the table, so there the list is
walked in its order and asked row by row, which finds a page at once. Which it is, the
newest tickets tell: even to count so many finds in the index takes long.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import BooleanField, F, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Func

from accounts.querysets import prefix_words
from tickets.models import TicketQuerySet, TicketWords

#: Up to so many finds are looked up; beyond, the words stand everywhere.
MOST_FOUND = 10_000
#: Of so many newest tickets at most so many may contain words that are looked up.
NEWEST, MOST_OF_NEWEST = 1_000, 20
_LONGEST = 100
_NUMBER = re.compile(r"([A-Za-z]{1,5}-|[A-Za-z]{1,5})?(\d{1,15})", re.ASCII)

_FIND = """
SELECT
    CASE WHEN is_rare THEN ARRAY(
        SELECT ticket_id FROM tickets_ticketwords
        WHERE words @@ to_tsquery('simple', %(query)s) LIMIT %(most)s) END,
    ARRAY(SELECT id FROM tickets_ticket WHERE number = ANY(%(numbers)s))
FROM (
    SELECT count(*) <= %(of_newest)s AS is_rare FROM (
        SELECT words FROM tickets_ticketwords ORDER BY ticket_id DESC LIMIT %(newest)s
    ) newest
    WHERE words @@ to_tsquery('simple', %(query)s)
    OFFSET 0) sample
"""


def matching(tickets: TicketQuerySet, text: str) -> TicketQuerySet:
    """Those of ``tickets`` that contain words beginning with each word of ``text``.

    A ticket's number finds it; its letters may be left out.
    """
    words, numbers = _asked(text.strip()[:_LONGEST])
    if not words:
        return tickets.none() if text.strip() else tickets
    found = _found(words, numbers)
    if found is not None:
        return tickets.filter(_IsAmong(F("pk"), Value(_as_array(found))))
    query = SearchQuery(words, search_type="raw", config="simple")
    has_words = TicketWords.objects.filter(ticket=OuterRef("pk"), words=query)
    # As EXISTS, PostgreSQL might gather every ticket with the words beforehand.
    is_found = Subquery(
        has_words.values(is_found=Value(True))[:1], output_field=BooleanField()
    )
    return tickets.filter(Q(number__in=numbers) | Q(is_found))


def _asked(text: str) -> tuple[str, list[str]]:
    """The words as PostgreSQL asks for them, and the ticket numbers they may be."""
    terms = [_term(word) for word in text.split()]
    words = " & ".join(term for term in terms if term)
    number = _NUMBER.fullmatch(text)
    if number is None:
        return words, []
    numbers = [text, text.upper(), text.lower()]
    return words, numbers if number[1] else [*numbers, f"T-{text}"]


def _term(word: str) -> str:
    """One word to ask for; the number of a ticket may be given without its letters.

    PostgreSQL reads T-1001 as "t" and "-1001"; every word with a T begins with "t".
    """
    number = _NUMBER.fullmatch(word)
    if number is not None:
        letters, digits = number.groups()
        if letters is None:
            return f"('{digits}':* | '-{digits}':*)"
        if letters.endswith("-"):
            return f"'-{digits}':*"
    return prefix_words(word)


def _found(words: str, numbers: list[str]) -> list[int] | None:
    """Ids of tickets that contain the words; None when there are too many."""
    values: dict[str, Any] = {
        "query": words,
        "numbers": numbers,
        "most": MOST_FOUND + 1,
        "newest": NEWEST,
        "of_newest": MOST_OF_NEWEST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND, values)
        found, numbered = cursor.fetchone()
    if found is None or len(found) > MOST_FOUND:
        return None
    return sorted({*found, *numbered})


def _as_array(ids: list[int]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"


class _IsAmong(Func):
    """``id = ANY(array)``: one value, where IN takes thousands of them apart."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    conditional = True
    output_field = BooleanField()
