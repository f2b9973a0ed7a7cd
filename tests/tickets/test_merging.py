"""Merging, splitting, linking: what moves along, what stops, what is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.tickets import AttachmentFactory
from tests.tickets.clock_world import HOUR, MINUTE, MONDAY, Desk, clock, states
from tests.tickets.conftest import START
from tests.tickets.test_conversation import kinds_of
from tickets.models import Draft, SlaClock, Ticket, TicketLink, Watcher
from tickets.services import (
    Body,
    CannotMerge,
    TicketIsMerged,
    add_note,
    bulk_merge,
    change_status,
    close,
    link_tickets,
    mark_spam,
    merge_tickets,
    receive_customer_message,
    reply,
    split_ticket,
    undo_bulk,
    unlink_tickets,
    watch,
)
from tickets.services.drafts import save_draft
from tickets.services.rows import survivor_of

LATER = START + timedelta(hours=1)


def test_a_merge_moves_messages_files_watchers_links_and_drafts(
    opened, agent, colleague
):
    source, target, other = opened(subject="Twice"), opened(), opened()
    message = source.messages.get()
    attachment = AttachmentFactory(message=message, ticket=source)
    watch(source, by=agent, person=colleague)
    watch(source, by=agent, email="boss@acme.test")
    watch(target, by=agent, person=colleague)
    link_tickets(source, other=other, kind="related", by=agent)
    save_draft(source, by=agent, kind="public", text="Dear")

    merge_tickets([source], into=target, by=agent, now=LATER)

    message.refresh_from_db()
    attachment.refresh_from_db()
    assert (message.ticket, message.came_from) == (target, source)
    assert attachment.ticket == target
    watchers = Watcher.objects.filter(ticket=target)
    assert {row.email or row.person for row in watchers} == {
        colleague, "boss@acme.test",
    }  # fmt: skip
    assert not Watcher.objects.filter(ticket=source).exists()
    assert TicketLink.objects.get().ticket == target
    assert Draft.objects.get().ticket == target
    note = target.messages.get(kind="note")
    assert source.number in note.text


def test_a_merged_ticket_closes_and_its_clocks_stop(opened, agent):
    source, target = opened(), opened()
    assert source.clocks.filter(state="running").exists()

    merge_tickets([source], into=target, by=agent, now=LATER)

    source.refresh_from_db()
    assert (source.status, source.merged_into, source.next_due_at) == (
        "closed", target, None,
    )  # fmt: skip
    assert set(SlaClock.objects.filter(ticket=source).values_list("state")) == {
        ("cancelled",)
    }
    assert target.clocks.filter(state="running").exists()
    assert source not in Ticket.objects.genuine()
    assert "ticket_merged" in kinds_of(source)
    with pytest.raises(TicketIsMerged):
        change_status(source, by=agent, status="in_progress")


def test_merging_into_a_merged_ticket_follows_its_chain(opened, agent):
    first, second, third, last = opened(), opened(), opened(), opened()
    merge_tickets([second], into=third, by=agent)
    merge_tickets([third], into=last, by=agent)

    assert merge_tickets([first], into=second, by=agent) == last

    first.refresh_from_db()
    assert first.merged_into == last
    second.refresh_from_db()
    assert survivor_of(second) == last


def test_merging_in_a_circle_is_refused(opened, agent):
    first, second, third = opened(), opened(), opened()
    merge_tickets([first], into=second, by=agent)
    merge_tickets([second], into=third, by=agent)

    for source, into in ((third, first), (third, third), (first, third)):
        with pytest.raises(CannotMerge):
            merge_tickets([source], into=into, by=agent)


def test_tickets_of_two_customers_are_not_merged(opened, agent):
    stranger = opened(contact=None, account=AccountFactory())

    with pytest.raises(CannotMerge, match="different accounts"):
        merge_tickets([stranger], into=opened(), by=agent)


def test_a_stranger_is_not_merged_into_the_conversation_of_an_account(opened, agent):
    eve = opened(contact=None, requester_email="eve@evil.test")
    customers = opened()

    for source, into in ((eve, customers), (customers, eve)):
        with pytest.raises(CannotMerge, match="not from a known contact"):
            merge_tickets([source], into=into, by=agent)
    with pytest.raises(CannotMerge, match="not from a known contact"):
        bulk_merge([eve], into=customers, by=agent)
    mallory = opened(contact=None, requester_email="mallory@other.test")
    with pytest.raises(CannotMerge, match="different people"):
        merge_tickets([mallory], into=eve, by=agent)


def test_whoever_is_known_to_the_account_is_merged_without_one(
    opened, agent, account, contact
):
    account.domain = "acme.example"
    account.save()
    target = opened()
    for email in (contact.email.upper(), "new@acme.example", ""):
        source = opened(contact=None, requester_email=email)
        assert merge_tickets([source], into=target, by=agent) == target


def test_two_customers_do_not_meet_in_a_ticket_without_an_account(
    opened, agent, contact
):
    nobodys = opened(contact=None)
    other = opened(contact=None, account=AccountFactory())

    with pytest.raises(CannotMerge, match="different accounts"):
        merge_tickets([opened(), other], into=nobodys, by=agent)


def test_spam_becomes_no_part_of_a_conversation(opened, agent):
    spam, target = opened(), opened()
    mark_spam(spam, by=agent)

    for merge in (merge_tickets, bulk_merge):
        with pytest.raises(CannotMerge, match=f"{spam.number} is spam"):
            merge([spam], into=target, by=agent)

    assert target.messages.count() == 1


def test_nothing_is_merged_into_spam_or_open_into_done(opened, agent):
    done, spam, source = opened(), opened(), opened()
    close(done, by=agent)
    mark_spam(spam, by=agent)

    with pytest.raises(CannotMerge, match="Reopen it first"):
        merge_tickets([source], into=done, by=agent)
    with pytest.raises(CannotMerge, match="spam"):
        merge_tickets([source], into=spam, by=agent)
    close(source, by=agent)
    assert merge_tickets([source], into=done, by=agent) == done


def test_the_requester_of_a_merged_ticket_stays_in_the_conversation(
    opened, agent, account
):
    ContactFactory(account=account, email="eve@acme.test")
    source = opened(contact=None, requester_email="eve@acme.test")
    target = opened()

    merge_tickets([source], into=target, by=agent)

    assert Watcher.objects.get(ticket=target).email == "eve@acme.test"


def test_a_split_takes_messages_to_a_linked_new_ticket(opened, agent):
    ticket = opened(priority="high")
    answer = reply(ticket, by=agent, text="Two things?", now=LATER)
    note = add_note(ticket, by=agent, text="Billing too.", now=LATER)

    new = split_ticket(
        ticket, messages=[answer, note], subject="Billing", by=agent, now=LATER
    )

    new.refresh_from_db()
    ticket.refresh_from_db()
    assert (new.subject, new.priority, new.account) == (
        "Billing", "high", ticket.account,
    )  # fmt: skip
    assert new.opened_at == LATER
    assert set(new.messages.all()) == {answer, note}
    assert new.messages.first().came_from == ticket
    link = TicketLink.objects.get()
    assert (link.ticket, link.other, link.kind) == (new, ticket, "split")
    assert (new.agent_message_count, ticket.agent_message_count) == (1, 0)
    assert new.clocks.exists()


def test_after_a_split_both_know_who_wrote_last_and_when(opened, agent):
    ticket = opened()
    reply(ticket, by=agent, text="The first.", now=LATER)
    asked = receive_customer_message(
        ticket, body=Body("The second?"), now=LATER + timedelta(minutes=1)
    )
    away = receive_customer_message(
        ticket,
        body=Body("I am away."),
        is_automatic=True,
        now=LATER + timedelta(minutes=2),
    )
    answer = reply(ticket, by=agent, text="Yes.", now=LATER + timedelta(minutes=3))

    new = split_ticket(
        ticket, messages=[asked, away, answer], subject="The second", by=agent
    )

    ends = Ticket.objects.values_list(
        "last_customer_message_at", "last_agent_message_at"
    )
    assert ends.get(pk=ticket.pk) == (START, LATER)
    assert ends.get(pk=new.pk) == (asked.sent_at, answer.sent_at)


def test_a_split_leaves_something_behind(opened, agent):
    ticket, other = opened(), opened()
    for messages in ([], [ticket.messages.get()], [other.messages.get()]):
        with pytest.raises(ValidationError):
            split_ticket(ticket, messages=messages, subject="New", by=agent)


def test_a_link_is_said_once_and_taken_back_from_either_end(opened, agent):
    first, second = opened(), opened()

    assert link_tickets(first, other=second, kind="caused_by", by=agent)
    assert not link_tickets(first, other=second, kind="caused_by", by=agent)
    assert unlink_tickets(second, other=first, kind="caused_by", by=agent)
    assert not unlink_tickets(second, other=first, kind="caused_by", by=agent)
    with pytest.raises(ValidationError):
        link_tickets(first, other=first, kind="related", by=agent)


def test_a_merge_brings_the_answers_and_the_open_question_of_the_source():
    desk = Desk()
    target, source = desk.ticket(), desk.ticket(MONDAY + MINUTE)
    desk.reply(source, MONDAY + 2 * MINUTE)
    desk.ask(source, MONDAY + 3 * MINUTE)

    merge_tickets([source], into=target, by=desk.agent, now=MONDAY + 4 * MINUTE)

    target.refresh_from_db()
    assert target.agent_message_count == 1
    assert target.first_responded_at == MONDAY + 2 * MINUTE
    assert states(target)["first_response"] == "met"
    assert clock(target, "next_response").state == "running"
    assert clock(target, "next_response").started_at == MONDAY + 3 * MINUTE


def test_a_question_that_is_merged_in_unanswered_starts_the_next_response():
    desk = Desk()
    target, source = desk.ticket(), desk.ticket()
    desk.reply(target, MONDAY + MINUTE)
    desk.reply(source, MONDAY + MINUTE)
    desk.ask(source, MONDAY + 2 * MINUTE)

    merge_tickets([source], into=target, by=desk.agent, now=MONDAY + HOUR)

    assert states(target)["next_response"] == "running"


def test_what_was_answered_before_a_split_is_no_open_promise():
    desk = Desk()
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    asked = desk.ask(ticket, MONDAY + 2 * MINUTE)
    answer = desk.reply(ticket, MONDAY + 3 * MINUTE)
    again = desk.ask(ticket, MONDAY + 4 * MINUTE)

    new = split_ticket(
        ticket, messages=[asked, answer, again], subject="New", by=desk.agent,
        now=MONDAY + HOUR,
    )  # fmt: skip

    assert clock(new, "first_response").state == "met"
    assert clock(new, "first_response").stopped_at == MONDAY + 3 * MINUTE
    assert clock(new, "next_response").started_at == MONDAY + 4 * MINUTE


def test_undoing_a_merge_takes_back_its_answers_and_questions():
    desk = Desk()
    target, source = desk.ticket(), desk.ticket()
    desk.reply(target, MONDAY + MINUTE)
    desk.reply(source, MONDAY + MINUTE)
    desk.ask(source, MONDAY + 2 * MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=MONDAY + HOUR)

    undo_bulk(change, by=desk.agent, now=MONDAY + HOUR + MINUTE)

    target.refresh_from_db()
    assert target.agent_message_count == 1
    assert states(target)["next_response"] == "cancelled"
    assert target.next_due_metric == "resolution"
    assert states(source)["next_response"] == "running"


def test_what_was_split_off_after_a_merge_stays_split_when_the_merge_is_undone():
    desk = Desk()
    target, source = desk.ticket(), desk.ticket()
    message = desk.ask(source, MONDAY + MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=MONDAY + HOUR)
    part = split_ticket(
        target, messages=[message], subject="New", by=desk.agent, now=MONDAY + HOUR
    )

    undo_bulk(change, by=desk.agent, now=MONDAY + HOUR + MINUTE)

    assert list(part.messages.all()) == [message]
    assert source.messages.count() == 1
