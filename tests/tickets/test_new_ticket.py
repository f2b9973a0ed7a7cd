"""A ticket opened by hand: whose it is follows from the address, never by chance."""

import pytest
from django.urls import reverse
from django.utils import timezone

from organisation.models import Organisation
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import UserFactory
from tickets.models import Ticket


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


def open_ticket(client, **answers):
    return client.post(
        reverse("tickets:ticket_create"),
        {
            "requester_email": "cleo@acme.test", "account": "", "subject": "By phone",
            "text": "She called.", "is_from_customer": "yes", "channel": "phone",
            "priority": "medium", **answers,
        },
    )  # fmt: skip


def test_an_archived_contact_asks_for_nothing_any_more(desk, contact):
    contact.archived_at = timezone.now()
    contact.save()

    open_ticket(desk)

    ticket = Ticket.objects.get()
    assert (ticket.contact, ticket.account) == (None, None)
    assert ticket.requester_email == "cleo@acme.test"


def test_one_address_at_two_accounts_asks_which(desk, contact):
    other = ContactFactory(
        account=AccountFactory(name="Acme Labs"), email="Cleo@Acme.test"
    )

    asked = open_ticket(desk)
    open_ticket(desk, account="Acme Labs")

    assert asked.status_code == 422
    assert "people at Acme and Acme Labs. Choose the account." in asked.text
    assert Ticket.objects.get().contact == other


def test_who_is_still_there_comes_before_who_left(desk, contact, account):
    contact.left_on = timezone.localdate()
    contact.save()
    still = ContactFactory(account=account, email="cleo@acme.test")

    open_ticket(desk)

    assert Ticket.objects.get().contact == still


def test_the_account_is_found_by_its_domain_too(desk):
    account = AccountFactory(name="Beta", domain="beta.example")

    open_ticket(desk, account="beta.example")

    assert Ticket.objects.get().account == account


def test_who_may_not_see_one_of_the_accounts_is_not_told_of_it(desk, agent, contact):
    Organisation.objects.update(row_scope="book")
    contact.account.owner = agent
    contact.account.save()
    hidden = AccountFactory(name="Hidden", owner=UserFactory())
    ContactFactory(account=hidden, email="cleo@acme.test")

    open_ticket(desk)

    assert Ticket.objects.get().contact == contact
