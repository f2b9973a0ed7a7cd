"""Canned replies: own and shared ones, filled in for a ticket."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from events.models import Event
from tests.factories.organisation import UserFactory
from tickets.models import CannedReply
from tickets.services.canned_replies import (
    changeable_replies,
    delete_canned_reply,
    filled_reply,
    replies_for,
    save_canned_reply,
)


@pytest.fixture
def lead():
    return UserFactory(role="lead", name="Lea Lead")


def save(by, reply=None, **values):
    given = {"name": "Hello", "body": "Hi", "is_shared": False} | values
    return save_canned_reply(reply, by=by, **given)


def test_a_reply_is_filled_in_for_its_ticket(ticket, agent):
    body = (
        "Dear {{contact.first_name}}, {{ticket.number}} of {{account.name}}: "
        "{{agent.name}}"
    )
    reply = save(agent, body=body)

    assert filled_reply(reply, ticket, by=agent) == (
        f"Dear Cleo, {ticket.number} of Acme: Ada Agent"
    )


def test_an_unknown_field_is_named_and_the_known_ones_listed(agent):
    with pytest.raises(ValidationError) as refused:
        save(agent, body="{{contact.shoe_size}}")

    (words,) = refused.value.message_dict["body"]
    assert "contact.shoe_size" in words
    assert "contact.first_name" in words


def test_people_have_their_own_replies_and_the_shared_ones(agent, colleague, lead):
    own = save(agent)
    shared = save(lead, is_shared=True)
    save(colleague)

    assert set(replies_for(agent)) == {own, shared}
    assert set(changeable_replies(agent)) == {own}
    assert set(changeable_replies(lead)) == {shared}


def test_shared_replies_belong_to_who_sets_up_support(agent, colleague, lead):
    shared = save(lead, is_shared=True)
    own = save(agent)

    with pytest.raises(PermissionDenied):
        save(agent, is_shared=True, name="Mine")
    with pytest.raises(PermissionDenied):
        save(agent, shared, name="Changed")
    with pytest.raises(PermissionDenied):
        delete_canned_reply(own, by=colleague)
    save(lead, shared, name="Changed", is_shared=True)
    delete_canned_reply(own, by=agent)
    assert CannedReply.objects.get().name == "Changed"
    kinds = Event.objects.filter(kind__startswith="canned_reply").values_list("kind")
    assert len(kinds) == 4


def test_a_name_is_taken_once(agent):
    save(agent)

    with pytest.raises(ValidationError):
        save(agent, name="hello ")
