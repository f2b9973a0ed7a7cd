"""Customers become one at the moment somebody writes on a ticket of one of them."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.services import merge_accounts, merge_contacts
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import UserFactory
from tests.tickets.races import at_once, faults, holding
from tickets.models import Message, Ticket
from tickets.services import Body, close, create_ticket, receive_customer_message, reply

pytestmark = pytest.mark.django_db(transaction=True)
#: Long enough for the other one to come to where it waits.
A_MOMENT = 0.3


@pytest.fixture
def kept():
    return ContactFactory(account=AccountFactory(name="Acme"), name="Cleo Crane")


@pytest.fixture
def contact():
    return ContactFactory(account=AccountFactory(name="Acme Ltd"), name="C. Crane")


@pytest.fixture
def ticket(contact):
    return create_ticket(by=None, subject="Slow", text="Help", contact=contact)


@pytest.fixture
def agent():
    return UserFactory(role="agent")


def written(ticket: Ticket) -> Message:
    return receive_customer_message(ticket, body=Body("More"))


def while_writing(
    ticket: Ticket, merge: Callable[[], Any], write: Callable[[Ticket], Any] = written
) -> list[Any]:
    """Somebody has the ticket and is about to write when the merge begins."""
    gate = threading.Barrier(2)

    def slowly() -> Any:
        time.sleep(A_MOMENT)
        return write(ticket)

    return at_once(holding(ticket, gate, slowly), lambda: [gate.wait(), merge()])


def while_merging(
    ticket: Ticket, merge: Callable[[], Any], write: Callable[[Ticket], Any] = written
) -> list[Any]:
    """The merge is done, but not yet seen by others, when somebody writes."""
    gate = threading.Barrier(2)

    def slowly() -> None:
        with transaction.atomic():
            merge()
            gate.wait()
            time.sleep(A_MOMENT)

    return at_once(slowly, lambda: [gate.wait(), write(ticket)])


@pytest.mark.parametrize("meeting", [while_writing, while_merging])
@pytest.mark.parametrize("is_closed", [True, False])
def test_a_message_that_meets_a_merge_of_accounts(
    ticket, contact, kept, agent, meeting, is_closed
):
    if is_closed:
        close(ticket, by=agent)

    found = meeting(
        ticket,
        lambda: merge_accounts(
            survivor=kept.account, duplicate=contact.account, by=agent
        ),
    )

    assert not faults(found)
    assert set(Ticket.objects.values_list("account", flat=True)) == {kept.account_id}
    assert Ticket.objects.count() == 1 + is_closed
    assert Message.objects.get(text="More").contact == contact


@pytest.mark.parametrize("meeting", [while_writing, while_merging])
@pytest.mark.parametrize("is_closed", [True, False])
def test_a_message_that_meets_a_merge_of_contacts(
    ticket, contact, agent, meeting, is_closed
):
    other = ContactFactory(account=contact.account, name="Cleo Crane")
    if is_closed:
        close(ticket, by=agent)

    found = meeting(
        ticket, lambda: merge_contacts(survivor=other, duplicate=contact, by=agent)
    )

    assert not faults(found)
    assert set(Ticket.objects.values_list("contact", flat=True)) == {other.pk}
    assert Message.objects.get(text="More").contact == other


@pytest.mark.parametrize("meeting", [while_writing, while_merging])
def test_an_answer_that_meets_a_merge_of_accounts(
    ticket, contact, kept, agent, meeting
):
    found = meeting(
        ticket,
        lambda: merge_accounts(
            survivor=kept.account, duplicate=contact.account, by=agent
        ),
        lambda row: reply(row, by=agent, text="I see", status="resolved"),
    )

    assert not faults(found)
    assert Ticket.objects.get().account == kept.account


def test_a_ticket_opened_while_its_customer_is_merged_is_the_survivors(
    ticket, contact, kept, agent
):
    found = while_merging(
        ticket,
        lambda: merge_accounts(
            survivor=kept.account, duplicate=contact.account, by=agent
        ),
        lambda _ticket: create_ticket(
            by=None, subject="Another", text="Help", contact=contact
        ),
    )

    assert not faults(found)
    assert Ticket.objects.get(subject="Another").account == kept.account


def test_a_ticket_opened_as_its_customer_is_about_to_be_merged_goes_along(
    contact, kept, agent
):
    gate = threading.Barrier(2)

    def opening():
        with transaction.atomic():
            create_ticket(by=None, subject="Another", text="Help", contact=contact)
            gate.wait()
            time.sleep(A_MOMENT)

    found = at_once(
        opening,
        lambda: [
            gate.wait(),
            merge_accounts(survivor=kept.account, duplicate=contact.account, by=agent),
        ],
    )

    assert not faults(found)
    assert Ticket.objects.get(subject="Another").account == kept.account
