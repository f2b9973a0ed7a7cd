"""Promises of tickets that were spam for a while: as if they never had been."""

import pytest

from tests.tickets.clock_world import (
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    UNEVEN,
    Desk,
    clock,
    states,
)
from tickets.models import SlaTierVersion
from tickets.services import (
    change_priority,
    close,
    mark_spam,
    reopen,
    split_ticket,
    unmark_spam,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


# Spam


def test_what_was_asked_while_it_was_spam_is_waited_for(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    mark_spam(ticket, by=desk.agent, now=MONDAY + 2 * MINUTE)
    desk.ask(ticket, MONDAY + 4 * MINUTE)
    assert "next_response" not in states(ticket)

    unmark_spam(ticket, by=desk.agent, now=MONDAY + 5 * MINUTE)

    waits = clock(ticket, "next_response")
    assert (waits.state, waits.started_at) == ("running", MONDAY + 4 * MINUTE)


def test_only_what_spam_stopped_goes_on(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    asked = desk.ask(ticket, MONDAY + 2 * MINUTE)
    split_ticket(
        ticket, messages=[asked], subject="New", by=desk.agent, now=MONDAY + HOUR
    )
    mark_spam(ticket, by=desk.agent, now=MONDAY + 61 * MINUTE)

    unmark_spam(ticket, by=desk.agent, now=MONDAY + 62 * MINUTE)

    assert states(ticket) == {
        "first_response": "met",
        "next_response": "cancelled",
        "resolution": "running",
    }


def test_what_was_missed_while_it_was_spam_was_missed_when_it_was_due(desk):
    ticket = desk.ticket()
    mark_spam(ticket, by=desk.agent, now=MONDAY + MINUTE)

    unmark_spam(ticket, by=desk.agent, now=MONDAY + DAY)

    assert clock(ticket, "first_response").breached_at == MONDAY + HOUR
    assert clock(ticket).breached_at == MONDAY + 8 * HOUR


def test_closed_and_reopened_while_it_was_spam_counts_as_it_was(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    mark_spam(ticket, by=desk.agent, now=MONDAY + 2 * MINUTE)
    close(ticket, by=desk.agent, now=MONDAY + HOUR)
    reopen(ticket, by=desk.agent, now=MONDAY + 2 * HOUR)
    assert set(states(ticket).values()) == {"met", "cancelled"}

    unmark_spam(ticket, by=desk.agent, now=MONDAY + 3 * HOUR)

    first, second = clock(ticket, cycle=1), clock(ticket, cycle=2)
    assert (first.state, first.stopped_at) == ("met", MONDAY + HOUR)
    assert (second.state, second.started_at) == ("running", MONDAY + 2 * HOUR)
    assert second.carried_seconds == 3600


def test_what_was_missed_before_it_was_spam_goes_on_with_the_target_it_missed(desk):
    SlaTierVersion.objects.update(targets=UNEVEN)
    ticket = desk.ticket(priority="high")
    mark_spam(ticket, by=desk.agent, now=MONDAY + 9 * HOUR)
    change_priority(ticket, by=desk.agent, priority="medium", now=MONDAY + 10 * HOUR)

    unmark_spam(ticket, by=desk.agent, now=MONDAY + 11 * HOUR)

    missed = clock(ticket)
    assert (missed.state, missed.breached_at) == ("running", MONDAY + 8 * HOUR)
    assert missed.target_seconds == 480 * 60


def test_spam_follows_a_change_of_priority_when_it_comes_back(desk):
    SlaTierVersion.objects.update(targets=UNEVEN)
    ticket = desk.ticket(priority="high")
    mark_spam(ticket, by=desk.agent, now=MONDAY + MINUTE)

    change_priority(ticket, by=desk.agent, priority="medium", now=MONDAY + 2 * MINUTE)
    assert set(states(ticket).values()) == {"cancelled"}
    unmark_spam(ticket, by=desk.agent, now=MONDAY + 3 * MINUTE)

    assert states(ticket) == {"first_response": "running", "resolution": "cancelled"}
