"""What customers see: the form, and their ticket behind a signed link."""

import pytest

from organisation.models import Organisation
from tests.factories.accounts import ContactFactory
from tests.factories.organisation import UserFactory
from tickets import services
from tickets.addresses import public_path
from tickets.models import SupportSettings, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    contact = ContactFactory(name="Priya Nair", email="priya@northwind.example")
    return services.create_ticket(
        by=None, subject="Exports time out", text="It stops.", contact=contact
    )


def asked(**changes):
    return {
        "name": "Priya Nair",
        "email": "priya@northwind.example",
        "category": "",
        "subject": "Exports time out",
        "text": "It stops after 30 seconds.",
        "website": "",
    } | changes


def test_a_request_by_the_form_becomes_a_ticket_of_the_contact(client):
    contact = ContactFactory(email="priya@northwind.example")

    answer = client.post("/support/", asked())

    ticket = Ticket.objects.get()
    assert (ticket.contact, ticket.account) == (contact, contact.account)
    assert ticket.channel == "web_form"
    assert ticket.number in answer.content.decode()
    assert public_path(ticket) in answer.content.decode()


def test_a_stranger_waits_for_triage(client):
    client.post("/support/", asked(email="who@gmail.com"))

    assert Ticket.objects.get().account is None


def test_a_machine_that_fills_the_trap_is_thanked_and_nothing_happens(client):
    answer = client.post("/support/", asked(website="https://spam.example"))

    assert "We answer by e-mail." in answer.content.decode()
    assert not Ticket.objects.exists()


def test_what_is_missing_is_named_beside_the_field(client):
    answer = client.post("/support/", asked(email="nobody", text=""))

    assert answer.status_code == 422
    assert "your attention" in answer.content.decode()
    assert "Exports time out" in answer.content.decode()


def test_the_form_can_be_switched_off(client):
    SupportSettings.objects.update_or_create(id=1, defaults={"has_public_form": False})

    assert client.get("/support/").status_code == 404
    assert client.post("/support/", asked()).status_code == 404
    assert not Ticket.objects.exists()


def test_whoever_has_the_link_reads_the_conversation_but_no_notes(client, ticket):
    agent = UserFactory(role="agent")
    services.reply(ticket, by=agent, text="We look at it.")
    services.add_note(ticket, by=agent, text="Known bug, do not tell.")

    html = client.get(public_path(ticket)).content.decode()

    assert "It stops." in html
    assert "We look at it." in html
    assert "Known bug" not in html


def test_a_changed_link_leads_nowhere(client, ticket):
    path = public_path(ticket)

    assert client.get(path[:-3] + "xy/").status_code == 404
    assert client.get("/support/tickets/abc/").status_code == 404


def test_the_customer_answers_and_the_ticket_goes_on(client, ticket):
    agent = UserFactory(role="agent")
    services.reply(ticket, by=agent, text="Is it better?", status="waiting")

    client.post(public_path(ticket) + "answer/", {"text": "No."})

    ticket.refresh_from_db()
    assert ticket.status == "in_progress"
    assert ticket.messages.filter(side="customer").count() == 2


def test_the_customer_confirms_rates_and_writes_again(client, ticket):
    services.resolve(ticket, by=UserFactory(role="agent"))
    path = public_path(ticket)

    client.post(path + "close/")
    client.post(path + "rate/", {"score": "5", "comment": "Quick."})
    client.post(path + "answer/", {"text": "It is back."})

    ticket.refresh_from_db()
    assert (ticket.status, ticket.csat) == ("closed", 5)
    assert Ticket.objects.exclude(pk=ticket.pk).get().subject == ticket.subject


def test_opening_the_link_changes_nothing(client, ticket):
    services.resolve(ticket, by=UserFactory(role="agent"))
    before = Ticket.objects.values().get(pk=ticket.pk)

    for rest in ("", "close/", "reopen/", "rate/"):
        client.get(public_path(ticket) + rest)

    assert Ticket.objects.values().get(pk=ticket.pk) == before


def test_the_customer_opens_it_again(client, ticket):
    services.resolve(ticket, by=UserFactory(role="agent"))

    client.post(public_path(ticket) + "reopen/")

    ticket.refresh_from_db()
    assert ticket.status == "in_progress"
    assert ticket.reopen_count == 1


def test_scripts_of_customers_appear_as_text(client, ticket):
    text = "<script>alert(1)</script>"
    client.post(public_path(ticket) + "answer/", {"text": text})
    Organisation.objects.update(name=text)

    assert "<script>alert" not in client.get(public_path(ticket)).content.decode()
