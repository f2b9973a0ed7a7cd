"""Answering, resolving: not past a message of the customer that nobody has read."""

import re

import pytest

from tickets.models import Message
from tickets.services import Body, add_note, receive_customer_message


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def seen(desk, ticket):
    """What the page showed as the last message."""
    page = desk.get(f"/tickets/{ticket.public_id}/").text
    (found,) = set(re.findall(r'name="seen" value="([^"]+)"', page))
    return found


def write(client, ticket, **more):
    words = {"kind": "public", "text": "Done, I think.", "then": "resolved", "cc": ""}
    return client.post(f"/tickets/{ticket.public_id}/write/", words | more)


def status(ticket):
    ticket.refresh_from_db()
    return ticket.status


def test_a_message_that_came_meanwhile_is_shown_first(desk, ticket, seen):
    receive_customer_message(ticket, body=Body("Now it lost rows as well."))

    answer = write(desk, ticket, seen=seen)

    assert answer.status_code == 422
    assert "The customer wrote meanwhile. Read it first" in answer.text
    assert "Now it lost rows as well." in answer.text
    assert ">Done, I think.</textarea>" in answer.text
    assert not ticket.messages.filter(side="agent").exists()

    (now_seen,) = set(re.findall(r'name="seen" value="([^"]+)"', answer.text))
    write(desk, ticket, seen=now_seen)
    assert status(ticket) == "resolved"


def test_resolving_without_a_word_waits_for_the_reader_too(desk, ticket, seen):
    receive_customer_message(ticket, body=Body("Still broken."))

    answer = desk.post(f"/tickets/{ticket.public_id}/act/resolve/", {"seen": seen})

    assert answer.status_code == 409
    assert "Read it first" in answer.text
    assert "Still broken." in answer.text
    assert status(ticket) == "new"


def test_what_colleagues_or_machines_write_stops_nobody(desk, ticket, seen, colleague):
    add_note(ticket, by=colleague, text="I know this one.")
    receive_customer_message(ticket, body=Body("Out of office."), is_automatic=True)

    write(desk, ticket, seen=seen)

    assert status(ticket) == "resolved"


def test_a_note_may_be_added_at_any_time(desk, ticket, seen):
    receive_customer_message(ticket, body=Body("And another thing."))

    write(desk, ticket, seen=seen, kind="note", then="")

    assert Message.objects.filter(kind="note", text="Done, I think.").exists()


def test_who_does_not_say_what_they_saw_is_not_held_up(desk, ticket):
    receive_customer_message(ticket, body=Body("And another thing."))

    write(desk, ticket)

    assert status(ticket) == "resolved"


def test_who_leaves_the_page_is_no_longer_seen(client, ticket, agent, colleague):
    page = f"/tickets/{ticket.public_id}"

    def seen_by_agent():
        client.force_login(agent)
        return client.get(f"{page}/presence/").text

    client.force_login(colleague)
    client.get(f"{page}/presence/")
    assert "Ben Bell" in seen_by_agent()
    client.force_login(colleague)
    assert client.post(f"{page}/leave/").status_code == 204
    assert "Ben Bell" not in seen_by_agent()
