"""Searching tickets by number, subject and what was written on them.

A word that few tickets contain is looked up first and the list narrowed to what was
found; a word that stands everywhere would find half the table, so there the list is
walked in its order and asked row by row, which finds a page at once. Which it is, the
newest tickets and messages tell: even to count so many finds in the index takes long.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import BooleanField, F, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Func

from accounts.querysets import prefix_words
from tickets.models import Message, TicketQuerySet

#: Up to so many finds are looked up; beyond, the word stands everywhere.
MOST_FOUND = 10_000
#: Of so many newest rows at most so many may contain a word that is looked up.
NEWEST, MOST_OF_NEWEST = 1_000, 20
_NUMBER = re.compile(r"([A-Za-z]{1,5}-|[A-Za-z]{1,5})?(\d{1,15})", re.ASCII)

_FIND = """
SELECT
    CASE WHEN is_rare THEN ARRAY(
        SELECT id FROM tickets_ticket
        WHERE search @@ to_tsquery('simple', %(query)s) LIMIT %(most)s) END,
    CASE WHEN is_rare THEN ARRAY(
        SELECT ticket_id FROM tickets_message
        WHERE search @@ to_tsquery('simple', %(query)s) LIMIT %(most)s) END,
    ARRAY(SELECT id FROM tickets_ticket WHERE number = ANY(%(numbers)s))
FROM (
    SELECT GREATEST(
        (SELECT count(*) FROM (
            SELECT search FROM tickets_ticket ORDER BY id DESC LIMIT %(newest)s) t
        WHERE search @@ to_tsquery('simple', %(query)s)),
        (SELECT count(*) FROM (
            SELECT search FROM tickets_message ORDER BY id DESC LIMIT %(newest)s) m
        WHERE search @@ to_tsquery('simple', %(query)s))) <= %(of_newest)s AS is_rare
    OFFSET 0) newest
"""


def matching(tickets: TicketQuerySet, text: str) -> TicketQuerySet:
    """Those of ``tickets`` that contain words beginning with each word of ``text``.

    A ticket's number finds it whatever else is asked for; its letters may be left out.
    """
    words, numbers = _asked(text.strip())
    if not words:
        return tickets.none() if text.strip() else tickets
    found = _found(words, numbers)
    if found is not None:
        return tickets.filter(_IsAmong(F("pk"), Value(_as_array(found))))
    query = SearchQuery(words, search_type="raw", config="simple")
    said = Message.objects.filter(ticket=OuterRef("pk"), search=query)
    # As EXISTS, PostgreSQL might gather every message with the word beforehand.
    is_said = Subquery(
        said.values(is_said=Value(True))[:1], output_field=BooleanField()
    )
    return tickets.filter(Q(search=query) | Q(number__in=numbers) | Q(is_said))


def _asked(text: str) -> tuple[str, list[str]]:
    """The words as PostgreSQL asks for them, and the ticket numbers they may be."""
    number = _NUMBER.fullmatch(text)
    if number is None:
        return prefix_words(text), []
    letters, digits = number.groups()
    numbers = [text, text.upper(), text.lower()]
    if letters is None:
        return f"'{digits}':* | '-{digits}':*", [*numbers, f"T-{digits}"]
    # PostgreSQL reads T-1001 as "t" and "-1001"; every word with a T begins with "t".
    words = f"'-{digits}':*" if letters.endswith("-") else prefix_words(text)
    return words, numbers


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
        titled, said, numbered = cursor.fetchone()
    if titled is None or max(len(titled), len(said)) > MOST_FOUND:
        return None
    return sorted({*titled, *said, *numbered})


def _as_array(ids: list[int]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"


class _IsAmong(Func):
    """``id = ANY(array)``: one value, where IN takes thousands of them apart."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    conditional = True
    output_field = BooleanField()
