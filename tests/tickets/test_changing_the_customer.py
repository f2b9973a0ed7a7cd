"""Whose ticket it is, changed on its page; a stranger's ticket finds its account."""

import re

import pytest
from django.utils import timezone

from accounts.models import Account
from events.models import Event
from tests.factories.accounts import AccountFactory, ContactFactory
from tickets import services
from tickets.models import Ticket


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def beta():
    return AccountFactory(name="Beta", domain="beta.example")


@pytest.fixture
def dora(beta):
    return ContactFactory(account=beta, name="Dora Dent", email="dora@beta.example")


@pytest.fixture
def stranger(opened):
    return opened(
        contact=None, requester_name="D. Dent", requester_email="dora@beta.example"
    )


def address(ticket):
    return f"/tickets/{ticket.public_id}/ask/customer/"


def asked(client, ticket):
    """The form as it opens: the values of its fields."""
    html = client.get(address(ticket)).text
    inputs = re.findall(r"<input[^>]*>", html)
    values = {}
    for tag in inputs:
        name = re.search(r' name="(\w+)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if name:
            values[name[1]] = value[1] if value else ""
    names = ("version", "account", "contact", "requester_name", "requester_email")
    clear = {"&lt;": "<", "&gt;": ">"}
    for name in names:
        for sign, plain in clear.items():
            values[name] = values[name].replace(sign, plain)
    return {name: values[name] for name in names}


def change(client, ticket, **answers):
    return client.post(address(ticket), asked(client, ticket) | answers, follow=True)


def fresh(ticket):
    return Ticket.objects.select_related("account", "contact").get(pk=ticket.pk)


def test_of_a_stranger_the_page_says_who_it_probably_is(desk, stranger, dora):
    page = desk.get(f"/tickets/{stranger.public_id}/").text
    assert "The address belongs to Beta." in page

    form = asked(desk, stranger)
    assert form["account"] == "Beta (beta.example)"
    assert form["contact"] == "Dora Dent <dora@beta.example>"

    change(desk, stranger)
    assert (fresh(stranger).account, fresh(stranger).contact) == (dora.account, dora)
    assert Event.objects.get(kind="ticket_updated").data["account"] == [None, "Beta"]


def test_a_domain_is_enough_and_who_asked_stays(desk, stranger, beta):
    assert asked(desk, stranger)["contact"] == ""

    change(desk, stranger)

    ticket = fresh(stranger)
    assert (ticket.account, ticket.contact) == (beta, None)
    assert ticket.requester_name == "D. Dent"


def test_addresses_that_anybody_gets_suggest_nothing(desk, opened):
    AccountFactory(name="Gmail", domain="gmail.com")
    ticket = opened(contact=None, requester_email="someone@gmail.com")

    assert asked(desk, ticket)["account"] == ""
    assert "belongs to" not in desk.get(f"/tickets/{ticket.public_id}/").text


def test_a_contact_brings_the_account_and_a_name_along(desk, ticket, dora):
    change(desk, ticket, account="", contact="dora dent")

    found = fresh(ticket)
    assert (found.account, found.contact) == (dora.account, dora)
    assert found.requester_name == "Dora Dent"
    assert found.requester_email == "dora@beta.example"


def test_another_account_leaves_the_old_contact_behind(desk, ticket, beta):
    change(desk, ticket, account="beta.example")

    found = fresh(ticket)
    assert (found.account, found.contact) == (beta, None)
    assert found.requester_email == "cleo@acme.test"


def test_who_asked_may_be_known_at_the_other_account_too(desk, ticket, beta):
    twin = ContactFactory(account=beta, name="C. Crane", email="Cleo@acme.test")

    change(desk, ticket, account="Beta")

    assert fresh(ticket).contact == twin


def test_who_is_meant_must_be_clear_and_belong_there(desk, ticket, dora):
    ContactFactory(account=dora.account, name="Dora Dent")

    several = change(desk, ticket, account="Beta", contact="Dora Dent")
    nobody = change(desk, ticket, account="Acme", contact="Dora Dent")

    assert "Several people are called that." in several.text
    assert "There is nobody of this name or address." in nobody.text
    assert fresh(ticket).account == ticket.account


def test_nothing_changes_when_the_form_is_sent_as_it_opened(desk, ticket):
    version = fresh(ticket).version

    change(desk, ticket)

    assert fresh(ticket).version == version


def test_what_changed_meanwhile_is_said_once_and_may_be_written_over(
    desk, ticket, beta, agent
):
    sent = asked(desk, ticket) | {"account": "Beta"}
    services.reply(ticket, by=agent, text="Looking.")

    refused = desk.post(address(ticket), sent)
    assert refused.status_code == 422
    assert "was changed meanwhile. Close this" in refused.text

    (version,) = re.findall(r'name="version" value="(\d+)"', refused.text)
    desk.post(address(ticket), sent | {"version": version})
    assert fresh(ticket).account == beta


def test_people_at_the_account_are_offered_while_one_types(desk, dora):
    ContactFactory(name="Dorothea", email="")
    ContactFactory(account=dora.account, name="Dorian", archived_at="2026-01-01T00:00Z")

    everywhere = desk.get("/tickets/contacts/?contact=dor").text
    there = desk.get("/tickets/contacts/?contact=dor&account=Beta").text

    assert everywhere.count("<option") == 2
    assert there.count("<option") == 1
    assert "Dora Dent &lt;dora@beta.example&gt;" in there
    assert "<option" not in desk.get("/tickets/contacts/?contact=").text


@pytest.mark.parametrize("what", ["archived", "namesake"])
def test_the_account_that_is_left_as_it_is_stays_whatever_became_of_it(
    desk, opened, what
):
    twin = AccountFactory(name="Twin", domain="")
    ticket = opened(account=twin, contact=None)
    if what == "archived":
        Account.objects.filter(pk=twin.pk).update(archived_at=timezone.now())
    else:
        AccountFactory(name="Twin", domain="")

    page = change(desk, ticket, requester_name="Nora Neu")

    assert page.status_code == 200
    ticket.refresh_from_db()
    assert (ticket.requester_name, ticket.account) == ("Nora Neu", twin)
