"""What is done to a ticket by one button goes back as if it had not happened."""

from datetime import timedelta

import pytest
from django.urls import reverse

from events.models import Event
from tests.tickets.clock_world import HOUR, MINUTE, MONDAY, Desk
from tests.tickets.test_bulk_changes import facts
from tickets.models import BulkChange, Ticket
from tickets.services import (
    AlreadyUndone,
    ChangedSince,
    TooLateToUndo,
    add_note,
    change_status,
    claim,
    close,
    do_undoably,
    release,
    resolve,
    snooze,
    undo_bulk,
    wake,
)

THEN = MONDAY + HOUR
SOON = THEN + 5 * MINUTE
ACTS = {
    "claim": claim,
    "release": release,
    "wait": lambda ticket, **more: change_status(ticket, status="waiting", **more),
    "resolve": resolve,
    "close": close,
    "wake": wake,
}


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ticket(desk):
    return desk.ticket(requester_email="cleo@acme.test")


def do(ticket, verb, by, at=THEN):
    act = ACTS[verb]
    return do_undoably(
        ticket, lambda row, now: act(row, by=by, now=now), verb=verb, by=by, now=at
    )


@pytest.mark.parametrize("is_answered", [False, True])
@pytest.mark.parametrize("verb", ACTS)
def test_it_is_as_if_it_had_not_happened(desk, ticket, verb, is_answered):
    if verb == "release":
        claim(ticket, by=desk.agent, now=MONDAY)
    if is_answered:
        desk.reply(ticket, MONDAY + MINUTE)
        desk.ask(ticket, MONDAY + 2 * MINUTE)
    if verb in ("resolve", "wake"):
        snooze(ticket, by=desk.agent, until=MONDAY + 3 * HOUR, now=MONDAY)
    before = facts()

    change = do(ticket, verb, desk.agent)

    assert facts() != before
    assert undo_bulk(change, by=desk.agent, now=SOON) == 1
    assert facts() == before
    assert Ticket.objects.get().snoozed_until == (
        MONDAY + 3 * HOUR if verb in ("resolve", "wake") else None
    )


def test_the_customer_is_asked_once_for_a_resolving_that_was_made_twice(desk, ticket):
    undo_bulk(do(ticket, "resolve", desk.agent), by=desk.agent, now=SOON)

    resolve(ticket, by=desk.agent, now=SOON + MINUTE)

    assert Event.objects.filter(kind="csat_requested").count() == 1
    row = Ticket.objects.get()
    assert (row.cycle, row.reopen_count) == (1, 0)
    assert row.resolved_first_at == row.resolved_at == SOON + MINUTE


def test_nothing_is_undone_once_something_else_has_happened(desk, ticket):
    change = do(ticket, "resolve", desk.agent)
    desk.ask(ticket, THEN + MINUTE)

    with pytest.raises(ChangedSince, match="was changed since"):
        undo_bulk(change, by=desk.agent, now=SOON)

    row = Ticket.objects.get()
    assert (row.status, row.cycle, row.reopen_count) == ("in_progress", 2, 1)


def test_a_note_does_not_stand_in_the_way(desk, ticket):
    change = do(ticket, "resolve", desk.agent)
    add_note(ticket, by=desk.agent, text="Too early.", now=THEN + MINUTE)

    undo_bulk(change, by=desk.agent, now=SOON)

    assert Ticket.objects.get().status == "new"


def test_undoing_a_change_at_the_instant_of_opening_leaves_the_first_status(desk):
    ticket = desk.ticket()
    before = facts()
    change = do(ticket, "resolve", desk.agent, at=MONDAY)

    undo_bulk(change, by=desk.agent, now=MONDAY + MINUTE)

    assert facts()[2] == before[2]


def test_it_goes_back_once_and_for_a_quarter_of_an_hour(desk, ticket):
    change = do(ticket, "resolve", desk.agent)

    with pytest.raises(TooLateToUndo):
        undo_bulk(change, by=desk.agent, now=THEN + timedelta(minutes=16))
    undo_bulk(change, by=desk.agent, now=SOON)
    with pytest.raises(AlreadyUndone):
        undo_bulk(change, by=desk.agent, now=SOON)


# --- on the page ----------------------------------------------------------------------


@pytest.fixture
def agent_client(client, desk):
    client.force_login(desk.agent)
    return client


def press(client, ticket, what):
    return client.post(
        reverse("tickets:ticket_act", args=[ticket.public_id, what]), follow=True
    )


def undo(client, ticket):
    change = BulkChange.objects.latest("id")
    path = reverse("tickets:queue_undo", args=[change.public_id])
    return client.post(f"{path}?ticket={ticket.public_id}", follow=True)


@pytest.mark.parametrize("what", ["resolve", "close", "wait", "claim"])
def test_the_button_beside_the_words_takes_it_back(agent_client, ticket, what):
    page = press(agent_client, ticket, what)

    change = BulkChange.objects.get()
    path = reverse("tickets:queue_undo", args=[change.public_id])
    assert f'action="{path}?ticket={ticket.public_id}"' in page.content.decode()
    page = undo(agent_client, ticket)
    assert page.redirect_chain[-1][0].startswith(
        reverse("tickets:ticket", args=[ticket.public_id])
    )
    row = Ticket.objects.get()
    assert (row.status, row.assignee, row.reopen_count) == ("new", None, 0)


def test_the_page_says_why_it_cannot_be_undone(agent_client, desk, ticket):
    press(agent_client, ticket, "resolve")
    desk.ask(ticket, None)

    page = undo(agent_client, ticket)

    assert "was changed since" in page.content.decode()
    assert Ticket.objects.get().reopen_count == 1


def test_reopening_is_a_reopening(agent_client, desk, ticket):
    resolve(ticket, by=desk.agent)

    press(agent_client, ticket, "reopen")

    row = Ticket.objects.get()
    assert (row.status, row.cycle, row.reopen_count) == ("in_progress", 2, 1)
    assert not BulkChange.objects.exists()
