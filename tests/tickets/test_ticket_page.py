"""The ticket desk: what it shows, and everything that is done to a ticket there."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisation.models import Notification, Organisation
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    CustomFieldFactory,
)
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.tickets import (
    CannedReplyFactory,
    MessageFactory,
    TicketFactory,
    TicketLinkFactory,
)
from tickets import services
from tickets.models import Draft, Message, SupportLevel, Ticket

pytestmark = pytest.mark.django_db

XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def agent():
    return UserFactory(role="agent", name="Tom Brandt", team=TeamFactory(name="Desk"))


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def ticket(agent):
    contact = ContactFactory(name="Priya Nair", email="priya@northwind.example")
    return services.create_ticket(
        by=None, subject="Exports time out", text="It stops.", contact=contact
    )


def url(ticket, rest=""):
    return f"/tickets/{ticket.public_id}/{rest}"


def show(client, ticket, query=""):
    answer = client.get(url(ticket) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def act(client, ticket, what):
    return client.post(url(ticket, f"act/{what}/"), follow=True)


def ask(client, ticket, what, **answers):
    return client.post(url(ticket, f"ask/{what}/"), answers, follow=True)


def test_the_page_shows_conversation_clocks_and_customer(desk, ticket):
    html = show(desk, ticket)

    assert "It stops." in html
    assert "Priya Nair" in html
    assert "First response" in html
    assert "How the time was counted" in html


def test_queries_do_not_grow_with_the_conversation(desk, ticket, agent):
    def queries():
        with CaptureQueriesContext(connection) as found:
            show(desk, ticket)
        return len(found)

    def more():
        for _ in range(4):
            services.reply(ticket, by=agent, text="More.")
            services.add_note(ticket, by=agent, text="Noted.")

    more()
    show(desk, ticket)
    few = queries()
    more()

    assert queries() == few


def test_a_reply_is_sent_and_leaves_the_ticket_waiting(desk, ticket):
    desk.post(
        url(ticket, "write/"),
        {"kind": "public", "text": "We look at it.", "then": "waiting", "cc": ""},
    )

    ticket.refresh_from_db()
    assert ticket.status == "waiting"
    assert ticket.first_responded_at is not None
    assert "We look at it." in show(desk, ticket)


def test_a_note_with_a_mention_tells_the_person(desk, ticket):
    ines = UserFactory(role="agent", name="Ines Berg")

    desk.post(url(ticket, "write/"), {"kind": "note", "text": "@Ines Berg look here"})

    assert Notification.objects.get(person=ines).path == url(ticket)
    assert ticket.messages.get(kind="note").text == "@Ines Berg look here"


def test_an_empty_reply_is_refused_and_a_wrong_address_keeps_the_text(desk, ticket):
    empty = desk.post(url(ticket, "write/"), {"kind": "public", "text": "  "})
    wrong = desk.post(
        url(ticket, "write/"), {"kind": "public", "text": "Hello", "cc": "no-address"}
    )

    assert empty.status_code == 422
    assert "Write something first." in empty.content.decode()
    assert wrong.status_code == 422
    assert ">Hello</textarea>" in wrong.content.decode()
    assert ticket.messages.count() == 1


def test_a_file_goes_with_the_reply_and_comes_back_as_a_download(desk, ticket):
    file = io.BytesIO(b"rows: 40000")
    file.name = "log.txt"

    desk.post(
        url(ticket, "write/"), {"kind": "public", "text": "See file", "uploads": [file]}
    )

    sent = ticket.attachments.get()
    answer = desk.get(f"/tickets/files/{sent.public_id}/")
    assert b"".join(answer.streaming_content) == b"rows: 40000"
    assert answer["Content-Disposition"].startswith("attachment")


def test_when_a_file_is_refused_nothing_is_sent(desk, ticket):
    empty = io.BytesIO(b"")
    empty.name = "empty.txt"

    answer = desk.post(
        url(ticket, "write/"),
        {"kind": "public", "text": "See file", "uploads": [empty]},
    )

    assert answer.status_code == 422
    assert ticket.messages.count() == 1
    assert not ticket.attachments.exists()


def test_what_is_begun_is_kept_and_found_again(desk, ticket, agent):
    desk.post(url(ticket, "draft/"), {"kind": "public", "text": "Dear Priya"})

    assert Draft.objects.get(author=agent).text == "Dear Priya"
    assert ">Dear Priya</textarea>" in show(desk, ticket)


def test_canned_replies_come_filled_in(desk, ticket):
    CannedReplyFactory(name="Thanks", body="Thank you, {{contact.first_name}}.")
    CannedReplyFactory(name="Private", owner=UserFactory(role="agent"))

    found = desk.get(url(ticket, "replies/") + "?q=").json()["results"]

    assert found == [{"label": "Thanks", "text": "Thank you, Priya."}]


def test_taking_a_ticket_that_somebody_has_names_them(desk, ticket):
    other = UserFactory(role="agent", name="Ines Berg")
    services.claim(ticket, by=other)

    answer = act(desk, ticket, "claim")

    assert answer.status_code == 409
    assert "Ines Berg has already claimed this ticket." in answer.content.decode()


def test_a_day_of_a_ticket(desk, ticket, agent):
    SupportLevel.objects.update_or_create(
        level=2, defaults={"name": "Technical", "response_minutes": 480}
    )
    act(desk, ticket, "claim")
    act(desk, ticket, "wait")
    act(desk, ticket, "resume")
    ask(desk, ticket, "escalate", to_level=2, reason="Needs the database")
    ask(desk, ticket, "assign", assignee=str(agent.public_id))
    ask(desk, ticket, "priority", priority="critical")
    act(desk, ticket, "resolve")
    act(desk, ticket, "reopen")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.level, ticket.priority) == (
        "in_progress",
        2,
        "critical",
    )
    assert ticket.assignee == agent
    assert ticket.reopen_count == 1
    assert "priority: medium → critical" in show(desk, ticket)


def test_changes_are_said_in_one_short_line(desk, ticket, agent):
    CustomFieldFactory(target="ticket", key="env", label="Environment")
    services.update_ticket(
        ticket, by=agent, custom={"env": "prod"}, root_cause="A long story. " * 30
    )
    services.claim(ticket, by=agent)
    clock = ticket.clocks.get(metric="first_response")
    later = clock.due_at + timedelta(hours=1)
    services.reply(ticket, by=agent, text="At last.", now=later)

    html = show(desk, ticket)

    said = "Environment: – → prod, assignee: – → Tom Brandt, status: new → assigned"
    assert said in html
    assert "root cause changed" in html
    assert "System: the target of the first response was missed" in html


def test_merges_and_splits_are_told_without_naming_the_ticket(desk, ticket, agent):
    other = services.create_ticket(
        by=None, subject="Still", text="It stops.", contact=ticket.contact
    )
    services.merge_tickets([other], into=ticket, by=agent)
    last = ticket.messages.filter(side="customer").latest("pk")
    part = services.split_ticket(ticket, messages=[last], subject="Else", by=agent)

    html = show(desk, ticket)

    assert f"{other.number} merged into this ticket" in html
    assert f"{part.number} split off" in html


def test_a_question_without_an_answer_says_what_is_missing(desk, ticket):
    answer = ask(desk, ticket, "escalate", reason="")

    assert answer.status_code == 422
    assert "your attention" in answer.content.decode()


def test_snoozing_until_another_time_needs_the_time(desk, ticket):
    answer = ask(desk, ticket, "snooze", until="moment", moment="")
    assert "Choose the day and time." in answer.content.decode()

    ask(desk, ticket, "snooze", until="hour")
    ticket.refresh_from_db()
    assert ticket.snoozed_until > timezone.now() + timedelta(minutes=55)


def test_merging_leads_to_the_ticket_that_stays(desk, ticket):
    target = TicketFactory(account=ticket.account, subject="The other one")

    answer = ask(desk, ticket, "merge", number=target.number.lower())

    assert answer.redirect_chain[-1][0] == url(target)
    assert "It stops." in answer.content.decode()


def test_a_number_one_may_not_see_does_not_exist(desk, ticket):
    Organisation.objects.update(row_scope="book")
    ticket.account.owner = UserFactory()
    ticket.account.save()

    assert desk.get(url(ticket)).status_code == 404
    assert desk.post(url(ticket, "ask/assign/")).status_code == 404


def test_splitting_makes_a_linked_ticket(desk, ticket, agent):
    second = services.reply(ticket, by=agent, text="Another matter.")

    ask(desk, ticket, "split", subject="Matter", messages=[str(second.public_id)])

    new = Ticket.objects.get(subject="Matter")
    assert new.messages.get().pk == second.pk
    assert new.number in show(desk, ticket)


def test_links_are_said_from_both_ends_and_can_be_removed(desk, ticket):
    other = TicketFactory(subject="Root of it")
    link = TicketLinkFactory(ticket=ticket, other=other, kind="caused_by")

    assert "Caused by" in show(desk, ticket)
    assert "Caused " in show(desk, other)
    desk.post(url(ticket, f"links/{link.pk}/remove/"))
    assert "No linked tickets." in show(desk, ticket)


def test_editing_details_of_a_ticket_that_changed_meanwhile_is_refused(desk, ticket):
    answer = ask(
        desk, ticket, "details", version=ticket.version - 1, subject="Mine", tags=""
    )

    assert answer.status_code == 422
    assert "changed meanwhile" in answer.content.decode()


def test_spam_leaves_the_queue_and_comes_back(desk, ticket):
    act(desk, ticket, "spam")
    assert "Marked as spam" in show(desk, ticket)

    act(desk, ticket, "unspam")
    ticket.refresh_from_db()
    assert ticket.spam_at is None


def test_whoever_else_is_here_is_named(desk, ticket, client):
    other = UserFactory(role="agent", name="Ines Berg")
    services_presence(ticket, other, is_typing=True)

    html = desk.get(url(ticket, "presence/") + "?seen=").content.decode()

    assert "Ines Berg is writing" in html
    assert "Something new was written" in html


def services_presence(ticket, person, *, is_typing):
    from tickets.services.presence import note_presence

    note_presence(ticket, person=person, is_typing=is_typing)


def test_a_ticket_opened_by_hand_finds_the_contact(desk):
    contact = ContactFactory(email="ann@acme.example")

    desk.post(
        "/tickets/new/",
        {
            "requester_email": "Ann@Acme.example",
            "subject": "By phone",
            "text": "She called.",
            "is_from_customer": "yes",
            "channel": "phone",
            "priority": "high",
        },
    )

    opened = Ticket.objects.get(subject="By phone")
    assert opened.contact == contact
    assert opened.account == contact.account
    assert not opened.is_opened_by_agent


def test_a_shared_reply_is_for_those_who_set_up_support(desk):
    desk.post(
        "/tickets/replies/new/", {"name": "Mine", "body": "Hi", "is_shared": "on"}
    )

    html = desk.get("/tickets/replies/").content.decode()
    assert html.index("Your own") < html.index("Mine")


def test_an_unknown_field_in_a_reply_is_named(desk):
    answer = desk.post("/tickets/replies/new/", {"name": "x", "body": "{{nobody}}"})

    assert answer.status_code == 422
    assert "There is no field “nobody”" in answer.content.decode()


def test_scripts_in_every_field_appear_as_the_text_they_are(desk, agent):
    contact = ContactFactory(name=XSS, account=AccountFactory(name=XSS))
    ticket = services.create_ticket(
        by=None, subject=XSS, text=XSS, contact=contact, requester_name=XSS[:100]
    )
    MessageFactory(ticket=ticket, html=XSS, text=XSS, author_name=XSS[:100])
    services.add_note(ticket, by=agent, text=XSS)
    services.update_ticket(
        ticket,
        by=agent,
        tags=["<b>tag</b>"],
        root_cause=XSS,
        workaround=XSS,
        resolution_note=XSS,
    )
    Message.objects.filter(ticket=ticket).update(cc=["a@b.example"])

    for html in (
        show(desk, ticket),
        desk.get("/tickets/?view=all").content.decode(),
        desk.get(f"/accounts/{ticket.account.public_id}/tickets/").content.decode(),
        desk.get(url(ticket, "ask/split/")).content.decode(),
    ):
        assert "<script>alert" not in html
        assert "onerror=alert(2)>" not in html.replace("&gt;", "").lower()


def test_the_views_stand_beside_a_ticket_with_their_counts(desk, ticket):
    page = show(desk, ticket, "?view=unassigned")

    assert 'Unassigned <span class="n">1</span>' in page
