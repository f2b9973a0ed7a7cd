"""A question that comes with a merge is heard as if it were written there just now."""

import pytest

from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk, clock
from tests.tickets.test_bulk_changes import facts
from tickets.models import Ticket
from tickets.services import (
    Body,
    bulk_merge,
    change_status,
    merge_tickets,
    receive_customer_message,
    resolve,
    snooze,
    undo_bulk,
)

THEN = MONDAY + HOUR
SOON = THEN + 5 * MINUTE


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def waiting(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE, status="waiting")
    return ticket


def asking(desk):
    return desk.ticket(at=MONDAY + 30 * MINUTE)


def stands(ticket):
    row = Ticket.objects.get(pk=ticket.pk)
    return row.status, row.snoozed_until


@pytest.mark.parametrize("merge", [merge_tickets, bulk_merge])
def test_a_target_that_waits_for_the_customer_goes_on(desk, waiting, merge):
    merge([asking(desk)], into=waiting, by=desk.agent, now=THEN)

    assert stands(waiting) == ("in_progress", None)
    assert clock(waiting).state == "running"
    assert clock(waiting, "next_response").state == "running"


def test_a_snoozed_target_wakes(desk):
    target = desk.ticket()
    snooze(target, by=desk.agent, until=MONDAY + DAY, now=MONDAY)

    bulk_merge([asking(desk)], into=target, by=desk.agent, now=THEN)

    assert stands(target) == ("new", None)


def test_what_was_answered_or_done_wakes_nobody(desk, waiting):
    snooze(waiting, by=desk.agent, until=MONDAY + DAY, now=MONDAY)
    answered, done, away = asking(desk), asking(desk), desk.ticket(at=MONDAY)
    desk.reply(answered, MONDAY + 40 * MINUTE)
    desk.ask(done, MONDAY + 45 * MINUTE)
    resolve(done, by=desk.agent, now=MONDAY + 50 * MINUTE)
    receive_customer_message(
        away, body=Body("I am away."), is_automatic=True, now=MONDAY + 55 * MINUTE
    )

    bulk_merge([answered, done, away], into=waiting, by=desk.agent, now=THEN)

    assert stands(waiting) == ("waiting", MONDAY + DAY)


def test_what_the_target_answered_after_it_was_asked_wakes_nobody(desk):
    target, source = desk.ticket(), asking(desk)
    desk.reply(target, MONDAY + 40 * MINUTE, status="waiting")

    bulk_merge([source], into=target, by=desk.agent, now=THEN)

    assert stands(target) == ("waiting", None)


def test_undoing_the_merge_lets_the_target_wait_and_sleep_again(desk, waiting):
    snooze(waiting, by=desk.agent, until=MONDAY + DAY, now=MONDAY)
    sources = [asking(desk), asking(desk)]
    before = facts()

    change = bulk_merge(sources, into=waiting, by=desk.agent, now=THEN)
    undo_bulk(change, by=desk.agent, now=SOON)

    tickets, _clocks, periods = facts()
    assert (tickets, periods) == (before[0], before[2])
    assert clock(waiting).state == "paused"
    assert clock(waiting, "next_response").state == "cancelled"


@pytest.mark.parametrize(
    "happening",
    [
        lambda desk, ticket: desk.ask(ticket, THEN + MINUTE),
        lambda desk, ticket: desk.reply(ticket, THEN + MINUTE),
        lambda desk, ticket: change_status(
            ticket, by=desk.agent, status="on_hold", now=THEN + MINUTE
        ),
        lambda desk, ticket: snooze(
            ticket, by=desk.agent, until=MONDAY + DAY, now=THEN + MINUTE
        ),
    ],
    ids=["asked", "answered", "moved", "snoozed"],
)
def test_a_target_to_which_something_happened_since_stays_as_it_is(
    desk, waiting, happening
):
    change = bulk_merge([asking(desk)], into=waiting, by=desk.agent, now=THEN)
    happening(desk, waiting)
    before = stands(waiting)

    undo_bulk(change, by=desk.agent, now=SOON)

    assert stands(waiting) == before


def test_what_goes_back_with_its_thread_did_not_happen_to_the_target(desk, waiting):
    source = asking(desk)
    change = bulk_merge([source], into=waiting, by=desk.agent, now=THEN)
    receive_customer_message(source, body=Body("Hello?"), now=THEN + MINUTE)

    undo_bulk(change, by=desk.agent, now=SOON)

    assert stands(waiting) == ("waiting", None)
    assert stands(source) == ("new", None)


def test_a_target_that_was_merged_away_since_is_left_alone(desk, waiting):
    change = bulk_merge([asking(desk)], into=waiting, by=desk.agent, now=THEN)
    end = desk.ticket()
    bulk_merge([waiting], into=end, by=desk.agent, now=THEN + MINUTE)

    undo_bulk(change, by=desk.agent, now=SOON)

    assert stands(waiting) == ("closed", None)
