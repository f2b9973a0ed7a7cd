"""Answering over the API: not past a message of the customer that was not read."""

import uuid

import pytest

from tests.factories.accounts import AccountFactory, ContactFactory
from tickets.services import Body, add_note, create_ticket, receive_customer_message

NOW = "Now it lost rows as well."


@pytest.fixture
def ticket():
    contact = ContactFactory(account=AccountFactory(name="Acme"), name="Cleo Crane")
    return create_ticket(by=None, subject="Slow", text="Help", contact=contact)


@pytest.fixture
def seen(api, ticket):
    """The last message a program has read."""
    return api.get(of(ticket, "messages/")).json()["results"][-1]["id"]


def of(ticket, rest=""):
    return f"/api/v1/tickets/{ticket.public_id}/{rest}"


def status(api, ticket):
    return api.get(of(ticket)).json()["status"]


def test_a_reply_past_an_unread_message_is_409_and_names_it(api, ticket, seen):
    unread = receive_customer_message(ticket, body=Body(NOW))

    answer = api.post(
        of(ticket, "messages/"),
        {"text": "Done.", "status": "resolved", "last_seen_message": seen},
    )

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "/api/v1/problems/customer_wrote_meanwhile"
    (new,) = body["new_messages"]
    assert (new["id"], new["author_name"]) == (str(unread.public_id), "Cleo Crane")
    assert new["sent_at"]
    assert not ticket.messages.filter(side="agent").exists()
    assert status(api, ticket) == "new"

    again = {"text": "I see.", "last_seen_message": new["id"]}
    assert api.post(of(ticket, "messages/"), again).status_code == 201


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("resolve/", {"note": "Restarted"}),
        ("close/", {}),
        ("status/", {"status": "waiting"}),
    ],
)
def test_moving_a_ticket_waits_for_the_reader_too(api, ticket, seen, address, body):
    receive_customer_message(ticket, body=Body(NOW))

    answer = api.post(of(ticket, address), body | {"last_seen_message": seen})

    assert answer.status_code == 409
    assert len(answer.json()["new_messages"]) == 1
    fresh = api.get(of(ticket)).json()
    assert (fresh["status"], fresh["resolution_note"]) == ("new", "")

    assert api.post(of(ticket, address), body).status_code == 200


def test_what_was_read_or_written_by_others_stops_no_program(api, ticket, admin, seen):
    add_note(ticket, by=admin, text="I know this one.")
    receive_customer_message(ticket, body=Body("Out of office."), is_automatic=True)

    answer = api.post(of(ticket, "resolve/"), {"last_seen_message": seen})

    assert answer.status_code == 200


def test_without_saying_what_was_seen_nothing_is_refused(api, ticket):
    receive_customer_message(ticket, body=Body(NOW))

    assert api.post(of(ticket, "messages/"), {"text": "x"}).status_code == 201


def test_only_messages_of_the_ticket_can_have_been_seen(api, ticket, seen):
    other = create_ticket(by=None, subject="Two", text="x", account=ticket.account)

    for name in (seen, str(uuid.UUID(int=1))):
        answer = api.post(
            of(other, "messages/"), {"text": "x", "last_seen_message": name}
        )
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == "/last_seen_message"
    assert other.messages.count() == 1


def test_what_the_customer_said_is_kept_whatever_was_seen(api, ticket, seen):
    answer = api.post(
        of(ticket, "messages/"),
        {"text": "By phone", "side": "customer", "last_seen_message": seen},
    )

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/last_seen_message"
