"""A conversation of any length: the newest messages, and the way to earlier ones."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.tickets import MessageFactory
from tests.tickets.conftest import START
from tickets import services
from tickets.addresses import public_path
from tickets.models import Message, MessageKind
from tickets.queries.conversation import conversation


@pytest.fixture
def long(ticket):
    """120 messages, a minute apart; those of one minute are told apart by their id."""
    Message.objects.bulk_create(
        MessageFactory.build(
            ticket=ticket,
            kind=MessageKind.PUBLIC,
            text=f"Line {number:03}",
            html=f"<p>Line {number:03}</p>",
            sent_at=START + timedelta(minutes=1 + number // 2),
        )
        for number in range(120)
    )
    return ticket


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


def lines(html):
    return re.findall(r"Line \d{3}", html)


def test_the_newest_are_shown_and_the_rest_on_request(desk, long):
    page = desk.get(f"/tickets/{long.public_id}/?view=all").text
    assert lines(page) == [f"Line {number:03}" for number in range(70, 120)]

    (earlier,) = re.findall(r'id="earlier" href="([^"]+)"', page)
    more = desk.get(earlier.replace("&amp;", "&"), headers={"HX-Request": "true"}).text

    assert lines(more) == [f"Line {number:03}" for number in range(20, 70)]
    assert "<html" not in more
    assert "composer" not in more


def test_without_javascript_one_goes_back_page_by_page_and_forward_again(desk, long):
    shown = []
    address = f"/tickets/{long.public_id}/"
    while address:
        page = desk.get(address).text
        shown = lines(page) + shown
        found = re.findall(r'id="earlier" href="([^"]+)"', page)
        address = found[0].replace("&amp;", "&") if found else ""

    assert shown == [f"Line {number:03}" for number in range(120)]
    assert "It is slow" in page
    assert "Show the newest messages" in page


def test_a_place_that_does_not_exist_is_the_end_of_the_conversation(desk, long):
    for place in ("nonsense", "6d8ce5b7-6e45-4a63-a6f0-19ee0d0a3a55", ""):
        page = desk.get(f"/tickets/{long.public_id}/?earlier={place}").text
        assert lines(page)[-1] == "Line 119"


def test_changes_stand_once_in_the_stretch_where_they_happened(long, agent):
    for minutes in (5, 55):
        at = START + timedelta(minutes=minutes, seconds=30)
        services.update_ticket(long, by=agent, tags=[f"at-{minutes}"], now=at)

    newest = conversation(long)
    middle = conversation(long, before=newest.oldest)
    first = conversation(long, before=middle.oldest)

    assert [_tags_given(part) for part in (newest, middle, first)] == [
        [["at-55"]],
        [],
        [["at-5"]],
    ]
    assert (newest.has_earlier, middle.has_earlier, first.has_earlier) == (
        True, True, False,
    )  # fmt: skip


def _tags_given(stretch):
    events = [event for entry in stretch.entries for event in entry.events]
    return [event.data["tags"][1] for event in events]


def test_a_long_conversation_takes_as_many_queries_as_a_short_one(long, opened):
    short = opened()
    MessageFactory(ticket=short)

    def queries(ticket):
        with CaptureQueriesContext(connection) as found:
            conversation(ticket)
        return len(found)

    assert queries(long) == queries(short)


def note_of(ticket, text):
    written = Message.objects.filter(ticket=ticket, text=text)
    written.update(kind=MessageKind.NOTE, side="agent")
    return written.get()


def test_a_customer_sees_the_newest_too_and_goes_back_page_by_page(client, long):
    note_of(long, "Line 100")
    address, shown, sizes = public_path(long), [], []
    while address:
        page = client.get(address).text
        sizes.append(page.count('class="message-body"'))
        shown = lines(page) + shown
        found = re.findall(r'href="([^"]+)">Show earlier messages', page)
        address = found[0] if found else ""

    assert sizes == [50, 50, 20]
    assert shown == [f"Line {number:03}" for number in range(120) if number != 100]
    assert "Show the newest messages" in page


def test_a_note_is_no_place_in_what_a_customer_reads(client, long):
    note = note_of(long, "Line 100")

    page = client.get(f"{public_path(long)}?earlier={note.public_id}").text

    assert lines(page)[-1] == "Line 119"
