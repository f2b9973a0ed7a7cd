"""Opening a ticket, answering it, noting something, hearing from the customer."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from events.models import Event
from organisation.models import Notification
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import TeamFactory, UserFactory
from tests.tickets.conftest import START
from tickets.models import Draft, Message, SupportLevel, Ticket, TicketLink
from tickets.services import (
    Body,
    TicketIsClosed,
    Writer,
    add_note,
    close,
    create_ticket,
    mark_spam,
    merge_tickets,
    receive_customer_message,
    reply,
    resolve,
    snooze,
    watch,
)
from tickets.services.drafts import drafts_of, save_draft
from tickets.services.numbers import next_numbers

LATER = START + timedelta(hours=1)


def kinds_of(ticket: Ticket) -> list[str]:
    rows = Event.objects.filter(subject_type="tickets.ticket", subject_id=ticket.pk)
    return list(rows.order_by("id").values_list("kind", flat=True))


def statuses_of(ticket: Ticket) -> list[str]:
    rows = ticket.periods.filter(field="status").order_by("valid_from", "id")
    return list(rows.values_list("value", flat=True))


# --- opening --------------------------------------------------------------------------


def test_tickets_are_numbered_one_after_another(opened):
    first, second = opened().number, opened().number

    assert first.startswith("T-")
    assert int(second[2:]) == int(first[2:]) + 1
    assert len(set(next_numbers(50))) == 50


def test_a_ticket_knows_its_customer_from_the_contact(ticket, account, contact):
    ticket.refresh_from_db()

    assert (ticket.account, ticket.requester_email) == (account, contact.email)
    assert ticket.last_customer_message_at == START
    assert ticket.is_opened_by_agent is False
    message = ticket.messages.get()
    assert (message.side, message.kind, message.text) == (
        "customer", "public", "Since this morning.",
    )  # fmt: skip
    assert ticket.periods.count() == 2
    assert kinds_of(ticket) == ["ticket_created"]


def test_a_contact_of_another_account_is_refused(opened):
    with pytest.raises(ValidationError) as refused:
        opened(account=AccountFactory())

    assert "contact" in refused.value.message_dict


def test_the_category_decides_the_level_and_the_level_the_team(opened):
    team = TeamFactory()
    SupportLevel.objects.filter(level=4).update(team=team)

    ticket = opened(category="bug", priority="critical")

    assert (ticket.level, ticket.team) == (4, team)
    assert opened(category="billing").level == 1


def test_a_ticket_opened_by_an_agent_says_so(agent):
    ticket = create_ticket(by=agent, subject="We noticed", text="Your disk is full.")

    assert ticket.is_opened_by_agent
    assert ticket.messages.get().side == "agent"


@pytest.mark.parametrize(("values", "field"), [
    ({"subject": "  "}, "subject"), ({"priority": "huge"}, "priority"),
    ({"category": "cats"}, "category"), ({"text": " "}, "text"),
    ({"tags": ["x" * 41]}, "tags"), ({"requester_email": "no"}, "requester_email"),
])  # fmt: skip
def test_what_cannot_be_a_ticket_is_refused_by_field(opened, values, field):
    with pytest.raises(ValidationError) as refused:
        opened(**values)

    assert field in refused.value.message_dict
    assert not Ticket.objects.exists()


# --- answering ------------------------------------------------------------------------


def test_the_first_reply_of_an_agent_moves_a_ticket_into_progress(ticket, agent):
    reply(ticket, by=agent, text="We are looking.", now=LATER)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_responded_at) == ("in_progress", LATER)
    assert ticket.agent_message_count == 1
    assert statuses_of(ticket) == ["new", "in_progress"]


def test_a_reply_may_leave_the_ticket_waiting(ticket, agent):
    reply(ticket, by=agent, text="Which browser?", status="waiting", now=LATER)

    ticket.refresh_from_db()
    assert ticket.status == "waiting"
    assert statuses_of(ticket) == ["new", "waiting"]


def test_a_note_is_no_answer(ticket, agent):
    add_note(ticket, by=agent, text="Looks like DNS.", now=LATER)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_responded_at) == ("new", None)
    assert ticket.agent_message_count == 0


def test_what_a_program_writes_is_no_answer(ticket):
    program = UserFactory(role="integration")

    message = reply(ticket, by=program, text="We got your message.", now=LATER)

    ticket.refresh_from_db()
    assert (message.side, message.is_automatic) == ("bot", True)
    assert (ticket.status, ticket.first_responded_at) == ("new", None)


def test_a_closed_ticket_is_not_answered(ticket, agent):
    close(ticket, by=agent)

    with pytest.raises(TicketIsClosed):
        reply(ticket, by=agent, text="One more thing")


def test_somebody_mentioned_in_a_note_is_told(ticket, agent, colleague):
    note = add_note(ticket, by=agent, text="@ben bell, and @nobody: have a look.")

    assert list(note.mentions.all()) == [colleague]
    news = Notification.objects.get()
    assert (news.person, news.kind) == (colleague, "ticket_mention")
    assert str(ticket.public_id) in news.path


def test_watchers_and_the_assignee_are_told_and_the_writer_is_not(
    opened, agent, colleague
):
    ticket = opened(assignee=agent)
    watch(ticket, by=agent, person=colleague)
    Notification.objects.all().delete()

    reply(ticket, by=agent, text="Done.")
    receive_customer_message(ticket, body=Body("Thanks"))

    news = Notification.objects.filter(kind="ticket_message").order_by("pk")
    assert [row.person for row in news] == [colleague, agent, colleague]


def test_a_draft_is_kept_per_person_and_kind_until_it_is_sent(ticket, agent):
    save_draft(ticket, by=agent, kind="public", text="Dear")
    save_draft(ticket, by=agent, kind="public", text="Dear Cleo")
    save_draft(ticket, by=agent, kind="note", text="Hm")

    assert drafts_of(ticket, by=agent) == {"public": "Dear Cleo", "note": "Hm"}
    reply(ticket, by=agent, text="Dear Cleo, done.")
    assert drafts_of(ticket, by=agent) == {"note": "Hm"}
    save_draft(ticket, by=agent, kind="note", text=" ")
    assert not Draft.objects.exists()


# --- hearing from the customer --------------------------------------------------------


def test_a_customer_message_to_a_waiting_ticket_brings_it_back(ticket, agent):
    reply(ticket, by=agent, text="Which browser?", status="waiting", now=LATER)

    receive_customer_message(ticket, body=Body("Firefox"))

    ticket.refresh_from_db()
    assert ticket.status == "in_progress"


def test_a_customer_message_to_a_resolved_ticket_reopens_it(ticket, agent):
    resolve(ticket, by=agent, now=LATER)

    message = receive_customer_message(ticket, body=Body("Still slow"))

    ticket.refresh_from_db()
    assert message.ticket == ticket
    assert (ticket.status, ticket.reopen_count, ticket.cycle) == ("in_progress", 1, 2)
    assert (ticket.resolved_at, ticket.resolved_first_at) == (None, LATER)
    assert "ticket_reopened" in kinds_of(ticket)


def test_a_customer_message_to_a_closed_ticket_makes_a_linked_new_one(ticket, agent):
    close(ticket, by=agent)

    message = receive_customer_message(ticket, body=Body("And another thing"))

    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert message.ticket != ticket
    link = TicketLink.objects.get()
    assert (link.ticket, link.other, link.kind) == (message.ticket, ticket, "follow_up")
    assert message.ticket.account == ticket.account


def test_a_follow_up_stays_with_the_account_when_the_contact_works_elsewhere(
    ticket, agent, contact
):
    close(ticket, by=agent)
    contact.account = AccountFactory(name="Beta")
    contact.save()

    message = receive_customer_message(ticket, body=Body("And another thing"))

    new = message.ticket
    assert (new.account, new.contact) == (ticket.account, None)
    assert new.requester_email == "cleo@acme.test"


def test_an_automatic_message_is_kept_and_changes_nothing(ticket, agent):
    resolve(ticket, by=agent)

    for _ in range(2):
        receive_customer_message(
            ticket, body=Body("I am on holiday"), is_automatic=True
        )

    ticket.refresh_from_db()
    assert ticket.status == "resolved"
    assert ticket.messages.filter(is_automatic=True).count() == 2
    close(ticket, by=agent)
    receive_customer_message(ticket, body=Body("Still away"), is_automatic=True)
    assert Ticket.objects.count() == 1


def test_a_message_to_a_merged_ticket_follows_the_chain(opened, agent):
    first, second, third = opened(), opened(), opened()
    merge_tickets([first], into=second, by=agent)
    merge_tickets([second], into=third, by=agent)

    message = receive_customer_message(first, body=Body("More"))

    assert (message.ticket, message.came_from) == (third, first)


def test_a_customer_message_wakes_a_snoozed_ticket(ticket, agent):
    snooze(ticket, by=agent, until=LATER, now=START)

    receive_customer_message(ticket, body=Body("Any news?"), now=START)

    ticket.refresh_from_db()
    assert ticket.snoozed_until is None
    assert "ticket_woken" in kinds_of(ticket)


def test_a_message_on_spam_is_kept_in_silence(ticket, agent):
    mark_spam(ticket, by=agent)

    receive_customer_message(ticket, body=Body("Buy now"))

    ticket.refresh_from_db()
    assert ticket.spam_at is not None
    assert ticket.status == "new"
    assert Message.objects.count() == 2


def test_html_of_a_message_is_made_safe_and_plain(ticket):
    body = Body(html="<p onclick='x()'>Hi <b>you</b><script>alert(1)</script></p>")

    message = receive_customer_message(ticket, body=body, writer=Writer(name="Cleo"))

    assert message.html == "<p>Hi <b>you</b></p>"
    assert message.text == "Hi you"
