"""The words of a ticket are an extra: no text keeps anybody from writing."""

import itertools
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from tests.tickets.conftest import START
from tickets.models import Message, MessageKind, MessageSide, Ticket, TicketWords
from tickets.queries import search
from tickets.services import reply
from tickets.services.messages import MOST_CHARACTERS
from tickets.services.search_words import index_all_tickets

LATER = START + timedelta(hours=1)
LONGER, WIDER = "\u0130", "\u023a"
LATIN = "abcdefghijklmnopqrstuvwxyz"


def _characters(first, count):
    return [chr(code) for code in range(first, first + count)]


HAN, OLD = _characters(0x4E00, 3000), _characters(0x10400, 40)


def _words(signs, length):
    return map("".join, itertools.product(signs, repeat=length))


def _numbered(pattern):
    return (pattern.format(number) for number in itertools.count(1))


def _joined(words, count):
    while chain := "-".join(itertools.islice(words, count)):
        yield chain


def _cut(parts, separator=" "):
    """What fills three messages with these."""
    most = 3 * MOST_CHARACTERS
    text = separator.join(itertools.islice(parts, most))[:most]
    return [text[at : at + MOST_CHARACTERS] for at in range(0, len(text), 100_000)]


TEXTS = {
    "words": lambda: _cut(itertools.islice(_words(LATIN, 4), 60_000)),
    "words of one character": lambda: _cut(
        iter(_characters(0x4E00, 20_000) + _characters(0x20000, 40_000))
    ),
    "short words": lambda: _cut(itertools.islice(_words(HAN, 2), 100_000)),
    "pairs": lambda: _cut(itertools.islice(_joined(_words(HAN, 20), 2), 7_500)),
    "wide pairs": lambda: _cut(itertools.islice(_joined(_words(OLD, 8), 2), 18_000)),
    "chains": lambda: _cut(itertools.islice(_joined(_words(HAN, 2), 100), 1_000)),
    "chains of one character": lambda: _cut(
        _joined(iter(_characters(0x4E00, 20_000) + _characters(0x20000, 40_000)), 50)
    ),
    "one chain": lambda: _cut(_words(LATIN, 3), "-"),
    "pages": lambda: _cut(
        itertools.islice(_numbered("http://a{0}.example.com/b{0}/c.html?d=e#f"), 8_000)
    ),
    "short pages": lambda: _cut(itertools.islice(_numbered("a{0}.bc/d{0}"), 25_000)),
    "addresses": lambda: _cut(
        itertools.islice(_numbered("a{0}.b-c_d@e{0}.example.com"), 12_000)
    ),
    "files": lambda: _cut(itertools.islice(_numbered("/a{0}/b-{0}/c.txt"), 20_000)),
    "numbers": lambda: _cut(itertools.islice(_numbered("-{0}.5"), 50_000)),
    "sums": lambda: _cut(itertools.islice(_numbered("{0}"), 60_000), "-"),
    "characters that grow": lambda: _cut(
        LONGER * 9 + word + "-" + WIDER * 9 + word for word in _words(LATIN, 3)
    ),
    "one word": lambda: ["\U00010400" * MOST_CHARACTERS] * 3,
    "longest words": lambda: _cut(word + "\u4e00" * 680 for word in _words(LATIN, 2)),
    "the same again": lambda: _cut(itertools.repeat("a", 150_000)),
    "dots": lambda: _cut(itertools.repeat("a", 150_000), "."),
    "slashes": lambda: _cut(itertools.repeat("a", 150_000), "/"),
    "ats": lambda: _cut(itertools.repeat("a", 150_000), "@"),
    "hyphens": lambda: _cut(itertools.repeat("a", 150_000), "-"),
    "tags": lambda: _cut(itertools.repeat("<a href=b", 30_000)),
}


def _say(ticket, texts):
    """Messages as they stand in the table, without what they are found by."""
    Message.objects.bulk_create(
        Message(
            ticket=ticket,
            kind=MessageKind.PUBLIC,
            side=MessageSide.CUSTOMER,
            text=text,
            sent_at=START + timedelta(minutes=number),
        )
        for number, text in enumerate(texts, 1)
    )


def found(text):
    rows = search.matching(Ticket.objects.all(), text)
    return sorted(rows.values_list("subject", flat=True))


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_keeps_anybody_from_answering(opened, agent, name):
    ticket = opened(subject="Written to the brim")
    _say(ticket, TEXTS[name]())

    reply(ticket, by=agent, text="We look at the zeppelin.", now=LATER)

    assert found("zeppelin brim") == ["Written to the brim"]


@pytest.mark.parametrize("name", ["chains", "pairs", "wide pairs"])
def test_tickets_written_at_once_are_found_whatever_stands_in_them(opened, name):
    ticket = opened(subject="Written to the brim")
    opened(subject="Harmless")
    _say(ticket, TEXTS[name]())

    index_all_tickets()

    assert found("brim") == ["Written to the brim"]
    assert found("harmless") == ["Harmless"]


def test_tickets_from_before_there_were_words_get_the_same_ones(opened):
    for name in ("words", "wide pairs"):
        _say(opened(subject=name), TEXTS[name]())
    index_all_tickets()
    now = dict(TicketWords.objects.values_list("ticket", "words"))
    TicketWords.objects.all().delete()

    migration = import_module("tickets.migrations.0010_words_of_tickets")
    with connection.cursor() as cursor:
        cursor.execute(migration.FILL)

    assert dict(TicketWords.objects.values_list("ticket", "words")) == now


def test_of_an_endless_conversation_the_newest_words_are_found(opened, agent):
    ticket = opened(subject="Endless", text="It began with an aardvark.")
    filled = "filler " * 6_000
    _say(
        ticket, ["An elephant. " + filled, "A giraffe. " + filled, filled, "A quagga."]
    )
    index_all_tickets()

    assert found("quagga giraffe endless") == ["Endless"]
    assert found("elephant") == ["Endless"]
    assert found("aardvark") == []


def test_words_of_one_message_beyond_its_share_are_left_out(opened, agent):
    ticket = opened(subject="Long")
    _say(ticket, ["giraffe " + "filler " * 14_000 + "zebra"])
    index_all_tickets()

    assert found("giraffe zebra") == ["Long"]
    reply(ticket, by=agent, text="quagga " + "reply " * 2_000, now=LATER)
    assert found("quagga giraffe") == ["Long"]
    assert found("zebra") == []
