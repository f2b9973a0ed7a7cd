"""People without an account here: the form, the signed link, rating."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.signing import Signer

from organisation.models import User
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import UserFactory
from tickets.addresses import link_of_token, public_token
from tickets.models import SupportSettings, Ticket
from tickets.services import TicketIsClosed, add_note, close, mark_spam, resolve
from tickets.services.attachments import discard_attachment, store_attachment
from tickets.services.presence import leave, note_presence, who_else
from tickets.services.public_side import (
    FormIsOff,
    Submission,
    TooManyRequests,
    answer,
    close_by_customer,
    reopen_by_customer,
    shown_messages,
    submit_form,
)

SENT = Submission("Eve", "eve@acme.test", "Help", "It is broken")


def test_a_stranger_waits_for_triage_and_a_known_sender_is_matched(contact):
    known = AccountFactory(domain="known.test")

    stranger = submit_form(SENT, address="1.1.1.1")
    by_domain = submit_form(
        Submission("Kim", "Kim@KNOWN.test", "Help", "x"), address="1.1.1.1"
    )
    by_contact = submit_form(
        Submission("Cleo", "CLEO@acme.test", "Help", "x"), address="1.1.1.1"
    )

    assert (stranger.account, stranger.contact) == (None, None)
    assert (by_domain.account, by_domain.contact) == (known, None)
    assert (by_contact.account, by_contact.contact) == (contact.account, contact)
    assert by_contact.channel == "web_form"


def test_doubtful_senders_are_not_matched(contact):
    ContactFactory(email="cleo@acme.test")
    AccountFactory(domain="gmail.com")

    for email in ("cleo@acme.test", "x@gmail.com"):
        ticket = submit_form(Submission("X", email, "H", "x"), address="1.1.1.1")
        assert ticket.account is None


def test_a_machine_in_the_trap_leaves_nothing():
    sent = Submission("Bot", "b@b.test", "Buy", "now", website="https://buy.test")

    assert submit_form(sent, address="1.1.1.1") is None
    assert not Ticket.objects.exists()


def test_who_writes_too_often_is_stopped():
    for _ in range(5):
        submit_form(SENT, address="1.1.1.1")
    with pytest.raises(TooManyRequests):
        submit_form(SENT, address="2.2.2.2")
    other = Submission("Z", "z@z.test", "H", "x")
    for number in range(5):
        submit_form(Submission("Z", f"z{number}@z.test", "H", "x"), address="1.1.1.1")
    with pytest.raises(TooManyRequests):
        submit_form(other, address="1.1.1.1")


def test_the_form_needs_its_fields_and_can_be_switched_off():
    with pytest.raises(ValidationError) as refused:
        submit_form(Submission("", "no", " ", ""), address="1.1.1.1")
    assert set(refused.value.message_dict) == {"name", "email", "subject", "text"}

    SupportSettings.objects.update_or_create(id=1, defaults={"has_public_form": False})
    with pytest.raises(FormIsOff):
        submit_form(SENT, address="1.1.1.1")


def test_a_link_opens_its_ticket_and_no_other(ticket, opened):
    token = public_token(ticket)
    other = opened()

    assert link_of_token(token).ticket == ticket
    forged = f"{other.public_id.hex}.{token.split('.')[1]}"
    plain = Signer(sep=".").sign(ticket.public_id.hex)
    for wrong in (forged, plain, "", "x", token + "x", "a.b", "\0", "x" * 500):
        assert link_of_token(wrong) is None


def test_the_customer_never_sees_a_note(ticket, agent):
    add_note(ticket, by=agent, text="They are rude.")

    assert [row.text for row in shown_messages(ticket)] == ["Since this morning."]


def test_the_customer_answers_closes_and_reopens(ticket, agent):
    message = answer(ticket, text="More", address="1.1.1.1")
    assert (message.side, message.author_email) == ("customer", "cleo@acme.test")

    resolve(ticket, by=agent)
    assert reopen_by_customer(ticket, address="1").status == "in_progress"
    assert close_by_customer(ticket, address="1").status == "closed"
    with pytest.raises(TicketIsClosed):
        reopen_by_customer(ticket, address="1")
    assert answer(ticket, text="Again", address="1.1.1.1").ticket != ticket


def test_files_go_along_to_the_ticket_that_a_closed_one_leads_to(ticket, agent):
    close(ticket, by=agent)
    file = io.BytesIO(b"log")
    file.name = "b.log"

    message = answer(ticket, text="", address="1.1.1.1", uploads=[file])

    assert message.attachments.get().ticket == message.ticket
    assert message.ticket != ticket


def test_what_follows_on_closed_spam_opens_nothing(ticket, agent):
    mark_spam(ticket, by=agent)
    close(ticket, by=agent)

    assert answer(ticket, text="Buy", address="1.1.1.1").ticket == ticket
    assert Ticket.objects.count() == 1


def test_answers_are_limited(ticket):
    for _ in range(20):
        answer(ticket, text="x", address="1.1.1.1")
    with pytest.raises(TooManyRequests):
        answer(ticket, text="x", address="1.1.1.1")


def test_a_file_waits_for_its_message_and_may_be_discarded(ticket, agent):
    row = store_attachment(ticket, file=io.BytesIO(b"log"), name="a/b.log", by=agent)
    path = row.file.path

    assert (row.name, row.size) == ("b.log", 3)
    assert "b.log" not in row.file.name
    with pytest.raises(ValidationError):
        discard_attachment(row, by=UserFactory())
    discard_attachment(row, by=agent)
    assert not ticket.attachments.exists()
    assert path


def test_who_else_is_here_is_seen_until_they_leave(ticket, agent, colleague):
    assert note_presence(ticket, person=agent, is_typing=False) == []
    (other,) = note_presence(ticket, person=colleague, is_typing=True)
    assert (other.name, other.is_typing) == ("Ada Agent", False)
    (other,) = who_else(ticket, person=agent)
    assert (other.name, other.is_typing) == ("Ben Bell", True)

    leave(ticket, person=colleague)

    assert who_else(ticket, person=agent) == []
    assert User.objects.count() == 2
    close(ticket, by=agent)
