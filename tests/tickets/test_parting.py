"""A merge that is undone: who wrote since, by which thread, and what follows."""

import pytest
from django.db.models import Q
from django.urls import reverse

from tests.factories.organisation import UserFactory
from tests.factories.tickets import AttachmentFactory
from tests.tickets.clock_world import HOUR, MINUTE, MONDAY, Desk, clock, states
from tickets.addresses import public_path
from tickets.models import Draft, Message, Ticket, TicketLink, Watcher
from tickets.services import (
    Body,
    bulk_merge,
    change_status,
    close,
    link_tickets,
    receive_customer_message,
    resolve,
    undo_bulk,
    unwatch,
    watch,
)
from tickets.services.drafts import save_draft

THEN = MONDAY + HOUR
SOON = THEN + 5 * MINUTE


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def pair(desk):
    return desk.ticket(), desk.ticket()


def ask(ticket, text, at=THEN + MINUTE, **more):
    return receive_customer_message(ticket, body=Body(text), now=at, **more)


def said(ticket):
    rows = Message.objects.filter(ticket=ticket, is_automatic=False)
    return set(rows.values_list("text", flat=True)) - {"It does not print."}


def test_what_came_by_the_thread_of_a_ticket_goes_back_with_it(desk, pair):
    target, source = pair
    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    mine = ask(source, "By the old link")
    file = AttachmentFactory(message=mine, ticket=target)
    ask(target, "By the new one")
    desk.reply(target, THEN + 2 * MINUTE)

    undo_bulk(change, by=desk.agent, now=SOON)

    assert said(source) == {"By the old link"}
    assert said(target) == {"By the new one", "Look here."}
    mine.refresh_from_db()
    file.refresh_from_db()
    assert (mine.ticket, mine.came_from, file.ticket) == (source, None, source)
    source.refresh_from_db()
    assert source.last_customer_message_at == THEN + MINUTE


def test_what_came_by_a_ticket_merged_earlier_goes_with_the_one_it_is_part_of(
    desk, pair
):
    target, source = pair
    first = desk.ticket()
    bulk_merge([first], into=source, by=desk.agent, now=MONDAY)
    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    message = ask(first, "By the oldest link")

    undo_bulk(change, by=desk.agent, now=SOON)

    message.refresh_from_db()
    assert (message.ticket, message.came_from) == (source, first)


@pytest.mark.parametrize("over", [resolve, close])
def test_a_ticket_whose_customer_wrote_since_is_open_again(desk, pair, over):
    target, source = pair
    over(source, by=desk.agent, now=MONDAY + MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    ask(source, "Still not")

    undo_bulk(change, by=desk.agent, now=SOON)

    source.refresh_from_db()
    assert (source.status, source.cycle, source.reopen_count) == ("in_progress", 2, 1)


def test_an_out_of_office_mail_goes_back_and_opens_nothing(desk, pair):
    target, source = pair
    change_status(source, by=desk.agent, status="waiting", now=MONDAY + MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    message = ask(source, "I am away", is_automatic=True)

    undo_bulk(change, by=desk.agent, now=SOON)

    message.refresh_from_db()
    source.refresh_from_db()
    assert (message.ticket, source.status) == (source, "waiting")


def test_the_question_that_went_back_waits_for_its_answer_there(desk, pair):
    target, source = pair
    desk.reply(target, MONDAY + MINUTE)
    desk.reply(source, MONDAY + MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    ask(source, "And now?")
    assert states(target)["next_response"] == "running"

    undo_bulk(change, by=desk.agent, now=SOON)

    assert states(target)["next_response"] == "cancelled"
    assert clock(source, "next_response").started_at == THEN + MINUTE
    assert states(source)["next_response"] == "running"


def around(ticket):
    links = TicketLink.objects.filter(Q(ticket=ticket) | Q(other=ticket))
    watchers = Watcher.objects.filter(ticket=ticket).values_list("person", "email")
    drafts = Draft.objects.filter(ticket=ticket).values_list("text", flat=True)
    ends = links.values_list("ticket", "other", "kind")
    return set(watchers), set(ends), set(drafts)


def test_who_watches_links_and_drafts_are_as_before_a_merge_that_is_undone(desk):
    target = desk.ticket(requester_email="dora@acme.test")
    source = desk.ticket(requester_email="cleo@acme.test")
    other = desk.ticket()
    colleague = UserFactory(role="agent")
    watch(source, by=desk.agent, person=colleague)
    watch(source, by=desk.agent, person=desk.agent)
    watch(target, by=desk.agent, person=desk.agent)
    link_tickets(source, other=other, kind="related", by=desk.agent)
    link_tickets(target, other=other, kind="duplicate", by=desk.agent)
    save_draft(source, by=desk.agent, kind="public", text="Dear Cleo")
    before = [around(ticket) for ticket in (target, source, other)]

    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    assert around(target) != before[0]
    undo_bulk(change, by=desk.agent, now=SOON)

    assert [around(ticket) for ticket in (target, source, other)] == before


def test_a_watcher_taken_away_and_put_back_since_stays(desk, pair):
    target, source = pair
    colleague = UserFactory(role="agent")
    watch(source, by=desk.agent, person=colleague)
    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    unwatch(target, by=desk.agent, person=colleague)
    watch(target, by=desk.agent, person=colleague)

    undo_bulk(change, by=desk.agent, now=SOON)

    assert Watcher.objects.filter(person=colleague).count() == 2


def test_a_draft_begun_anew_is_not_lost_when_a_merge_is_undone(desk, pair):
    target, source = pair
    save_draft(source, by=desk.agent, kind="public", text="The first")
    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    save_draft(source, by=desk.agent, kind="public", text="The second")

    undo_bulk(change, by=desk.agent, now=SOON)

    assert (around(target)[2], around(source)[2]) == ({"The first"}, {"The second"})


def test_messages_come_back_from_where_the_target_itself_went(desk, pair):
    target, source = pair
    last = desk.ticket()
    change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
    onward = bulk_merge([target], into=last, by=desk.agent, now=THEN + MINUTE)
    ask(source, "Anybody?", at=THEN + 2 * MINUTE)

    undo_bulk(change, by=desk.agent, now=SOON)

    source.refresh_from_db()
    assert source.merged_into is None
    assert source.messages.count() == 2
    undo_bulk(onward, by=desk.agent, now=SOON)
    assert Ticket.objects.filter(merged_into__isnull=False).count() == 0
    assert target.messages.filter(is_automatic=False).count() == 1


def test_what_a_customer_writes_by_their_old_link_goes_back_with_it(client, desk):
    target = desk.ticket(requester_email="dora@acme.test")
    source = desk.ticket(requester_email="cleo@acme.test")
    change = bulk_merge([source], into=target, by=desk.agent)
    link = public_path(source)

    answered = client.post(f"{link}answer/", {"text": "Still slow"}, follow=True)

    assert answered.redirect_chain == [(link, 302)]
    assert "Still slow" in answered.content.decode()
    message = Message.objects.get(text="Still slow")
    assert (message.ticket, message.came_from) == (target, source)
    assert message.author_email == "cleo@acme.test"

    undo_bulk(change, by=desk.agent)

    assert "Still slow" in client.get(link).content.decode()
    assert "Still slow" not in client.get(public_path(target)).content.decode()


def test_the_page_says_what_stayed(client, desk, pair):
    target, source = pair
    change = bulk_merge([source], into=target, by=desk.agent)
    desk.reply(target, None)
    desk.ask(source, None)
    client.force_login(desk.agent)

    path = reverse("tickets:queue_undo", args=[change.public_id])
    page = client.post(path, follow=True).content.decode()

    assert f"1 ticket as before. 1 message written since stays on {target}." in page
