"""The composer: drafts that stay on their side, and sending once."""

import io
import re
from uuid import uuid4

import pytest

from tests.factories.accounts import ContactFactory
from tests.factories.organisation import UserFactory
from tickets import services
from tickets.models import Draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(role="agent"))
    return client


@pytest.fixture
def ticket():
    return services.create_ticket(
        by=None, subject="Exports", text="It stops.", contact=ContactFactory()
    )


def url(ticket, rest=""):
    return f"/tickets/{ticket.public_id}/{rest}"


def show(client, ticket):
    return client.get(url(ticket)).content.decode()


def typed(desk, ticket, kind, text="Between us: a pain.", **more):
    return desk.post(url(ticket, "draft/"), {"kind": kind, "text": text} | more)


def sent(desk, ticket, kind, text="Between us: a pain.", **more):
    return desk.post(url(ticket, "write/"), {"kind": kind, "text": text} | more)


def test_what_was_typed_as_a_reply_and_kept_as_a_note_never_comes_back(desk, ticket):
    typed(desk, ticket, "public", begun_as="public")
    sent(desk, ticket, "note", begun_as="public")

    assert not Draft.objects.exists()
    assert "></textarea>" in show(desk, ticket)


def test_text_that_changed_sides_and_back_leaves_no_second_draft(desk, ticket):
    typed(desk, ticket, "note", begun_as="note")
    typed(desk, ticket, "public", begun_as="")
    typed(desk, ticket, "note", begun_as="")

    assert Draft.objects.get().kind == "note"
    sent(desk, ticket, "note", begun_as="")
    assert not Draft.objects.exists()


def test_a_reply_begun_earlier_outlives_a_note_written_beside_it(desk, ticket):
    typed(desk, ticket, "public", "Dear Priya", begun_as="public")
    typed(desk, ticket, "note", begun_as="note")
    sent(desk, ticket, "note", begun_as="note")

    assert Draft.objects.get().text == "Dear Priya"


def test_a_draft_that_arrives_after_the_sending_is_not_kept(desk, ticket):
    key = str(uuid4())
    sent(desk, ticket, "public", "Dear Priya, done.", key=key)

    typed(desk, ticket, "public", "Dear Priya", key=key)
    assert not Draft.objects.exists()

    typed(desk, ticket, "public", "Something else", key=key)
    assert Draft.objects.get().text == "Something else"


def test_sending_twice_sends_once(desk, ticket):
    key = str(uuid4())
    for _time in range(2):
        file = io.BytesIO(b"rows: 40000")
        file.name = "log.txt"
        answer = sent(desk, ticket, "public", "Hello", key=key, uploads=[file])
        assert answer.status_code == 302
    assert ticket.messages.filter(side="agent").count() == 1
    assert ticket.attachments.count() == 1

    sent(desk, ticket, "public", "From an old page, but new", key=key)
    assert ticket.messages.filter(side="agent").count() == 2


def test_each_composer_names_the_message_it_will_become(desk, ticket):
    html = show(desk, ticket)

    key = re.search(r'name="key" value="([0-9a-f-]{36})"', html)[1]
    sent(desk, ticket, "public", "Hello", key=key)
    assert ticket.messages.filter(public_id=key).exists()
    assert f'name="key" value="{key}"' not in show(desk, ticket)


def test_a_done_ticket_offers_only_what_can_be_done_with_it(desk, ticket):
    agent = UserFactory(role="agent")
    services.resolve(ticket, by=agent)
    resolved = show(desk, ticket)
    services.close(ticket, by=agent)
    closed = show(desk, ticket)

    assert "Send and wait" not in resolved
    assert 'data-shortcut="r"' in resolved
    assert 'data-shortcut="r"' not in closed
    assert "To write to the customer, reopen the ticket." in closed
