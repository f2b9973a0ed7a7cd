"""What customers see: the form, and their ticket behind a signed link."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from organisation.models import Organisation
from tests.factories.accounts import ContactFactory
from tests.factories.organisation import UserFactory
from tickets import services
from tickets.addresses import public_path
from tickets.models import Attachment, SupportSettings, Ticket
from tickets.services.attachments import store_attachment
from tickets.tasks import sweep_left_files

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


def test_only_a_stranger_gets_the_link_at_once(client):
    ContactFactory(email="priya@northwind.example")

    known = client.post("/support/", asked()).content.decode()
    strange = client.post("/support/", asked(email="who@gmail.com")).content.decode()

    assert "/support/tickets/" not in known
    assert public_path(Ticket.objects.latest("pk")) in strange


def test_a_stranger_waits_for_triage(client):
    client.post("/support/", asked(email="who@gmail.com"))

    assert Ticket.objects.get().account is None


def test_a_machine_that_fills_the_trap_is_thanked_and_nothing_happens(client):
    answer = client.post("/support/", asked(website="https://spam.example"))

    assert "We will get in touch with you." in answer.content.decode()
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


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return lambda: [each for each in tmp_path.rglob("*") if each.is_file()]


def with_file(text="See"):
    return {"text": text, "uploads": [SimpleUploadedFile("a.txt", b"rows: 4")]}


def test_whoever_writes_too_often_leaves_no_files(client, ticket, media):
    for _time in range(20):
        client.post(public_path(ticket) + "answer/", {"text": "x"})

    answer = client.post(public_path(ticket) + "answer/", with_file())

    assert answer.status_code == 429
    assert "See" in answer.content.decode()
    assert media() == []


def test_a_refused_message_leaves_no_files(client, ticket, media):
    data = {"text": "See", "uploads": [
        SimpleUploadedFile("a.txt", b"rows"), SimpleUploadedFile("b.exe", b"MZ" * 99),
    ]}  # fmt: skip

    answer = client.post(public_path(ticket) + "answer/", data)

    assert answer.status_code == 422
    assert (media(), Attachment.objects.count()) == ([], 0)


def test_what_nobody_sent_is_swept_away_after_a_day(client, ticket, media):
    client.post(public_path(ticket) + "answer/", with_file())
    (kept,) = media()
    lone = Path(kept).with_name("lone")
    lone.write_bytes(b"x")
    file = SimpleUploadedFile("c.txt", b"unsent")
    row = store_attachment(ticket, file=file, name="c.txt", by=None)
    assert sweep_left_files() == 0

    ago = timezone.now() - timedelta(days=2)
    Attachment.objects.filter(pk=row.pk).update(created_at=ago)
    for each in media():
        os.utime(each, (ago.timestamp(), ago.timestamp()))

    assert sweep_left_files() == 2
    assert media() == [kept]
    assert Attachment.objects.get().message is not None


def test_closing_and_writing_again_is_limited_as_the_form_is(client, ticket):
    path = public_path(ticket)
    for _time in range(12):
        client.post(path + "close/")
        answer = client.post(path + "answer/", {"text": "Again"})
        path = answer.headers.get("Location", path)

    assert answer.status_code == 429
    assert Ticket.objects.count() == 6


def test_opening_again_and_again_is_limited(client, ticket):
    agent = UserFactory(role="agent")
    for _time in range(22):
        services.resolve(ticket, by=agent)
        answer = client.post(public_path(ticket) + "reopen/")

    assert answer.status_code == 429
    ticket.refresh_from_db()
    assert ticket.reopen_count == 20


def test_nobody_here_speaks_as_the_customer(client, ticket):
    services.resolve(ticket, by=UserFactory(role="agent"))
    client.force_login(UserFactory(role="leader"))
    path = public_path(ticket)

    sent = [
        client.post(path + "answer/", {"text": "I am the customer"}),
        client.post(path + "close/"),
        client.post(path + "reopen/"),
        client.post(path + "rate/", {"score": "5"}),
    ]

    assert {answer.status_code for answer in sent} == {403}
    assert ticket.messages.count() == 1
    assert "the ticket itself" in client.get(path).content.decode()
    own = client.get(f"/tickets/{ticket.public_id}/").content.decode()
    assert path not in own


def opens(client, path):
    return client.get(path).status_code == 200


def moved(ticket, account, contact=None):
    email = contact.email if contact else ticket.requester_email
    services.change_customer(
        ticket, account=account, contact=contact, requester_email=email, by=None
    )
    ticket.refresh_from_db()


def test_the_link_of_a_former_customer_ends_and_comes_back_with_the_ticket(
    client, ticket
):
    was, path = ticket.contact, public_path(ticket)
    right = ContactFactory(name="Ben", email="ben@right.example")

    moved(ticket, right.account, right)

    assert not opens(client, path)
    assert client.post(f"{path}answer/", {"text": "Still mine?"}).status_code == 404
    assert opens(client, public_path(ticket))
    moved(ticket, was.account, was)
    assert opens(client, path)


def test_a_colleague_who_takes_over_leaves_the_link_as_it_is(client, ticket):
    path = public_path(ticket)
    colleague = ContactFactory(account=ticket.account, email="new@northwind.example")

    moved(ticket, ticket.account, colleague)

    assert opens(client, path)


def test_a_stranger_keeps_the_link_when_their_account_is_found(client):
    ticket = services.create_ticket(
        by=None, subject="Who?", text="Me.", requester_email="sam@else.example"
    )
    path = public_path(ticket)

    moved(ticket, ContactFactory(email="sam@else.example").account)

    assert opens(client, path)


def test_the_link_of_a_merged_ticket_ends_with_the_one_it_became(client, ticket):
    colleague = ContactFactory(account=ticket.account, email="li@northwind.example")
    other = services.create_ticket(
        by=None, subject="Again", text="Still.", contact=colleague
    )
    path = public_path(other)
    services.merge_tickets([other], into=ticket, by=None)
    assert opens(client, path)

    right = ContactFactory(name="Ben", email="ben@right.example")
    moved(Ticket.objects.get(pk=ticket.pk), right.account, right)

    assert not opens(client, path)


def test_the_link_of_a_former_customer_opens_nothing_the_ticket_is_merged_into(
    client, ticket
):
    path = public_path(ticket)
    right = ContactFactory(name="Ben", email="ben@right.example")
    other = services.create_ticket(by=None, subject="Hi", text="Me.", contact=right)

    moved(ticket, right.account, right)
    services.merge_tickets([Ticket.objects.get(pk=ticket.pk)], into=other, by=None)

    assert not opens(client, path)
