"""Each resolve closes a cycle; reopening carries what was used."""

import pytest

from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk, clock, states
from tickets.models import SlaClock
from tickets.services import bulk_status, undo_bulk
from tickets.services.clocks import explain_clocks
from tickets.services.statuses import change_status, reopen, resolve

pytestmark = pytest.mark.django_db
LATER = MONDAY + DAY + HOUR


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ticket(desk):
    """Answered at once, resolved after three hours, reopened the day after."""
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + 3 * HOUR)
    reopen(ticket, by=desk.agent, now=MONDAY + DAY)
    ticket.refresh_from_db()
    return ticket


def test_reopening_begins_the_next_cycle_with_the_time_used_so_far(ticket):
    again = clock(ticket)

    assert (again.cycle, again.carried_seconds) == (2, 3 * 3600)
    assert again.due_at == MONDAY + DAY + 5 * HOUR
    assert again.warn_at == MONDAY + DAY + 3 * HOUR
    assert clock(ticket, cycle=1).state == "met"
    assert ticket.cycle == 2
    assert ticket.next_due_at == again.due_at


def test_time_between_resolve_and_reopen_is_not_counted(desk, ticket):
    resolve(ticket, by=desk.agent, now=MONDAY + DAY + 5 * HOUR)

    assert clock(ticket, cycle=2).state == "met"
    ticket.refresh_from_db()
    assert ticket.is_sla_met is True


def test_a_ticket_attains_resolution_only_if_every_cycle_did(desk, ticket):
    resolve(ticket, by=desk.agent, now=MONDAY + DAY + 6 * HOUR)

    assert [c.state for c in SlaClock.objects.filter(metric="resolution")] == [
        "met",
        "breached",
    ]
    ticket.refresh_from_db()
    assert ticket.is_sla_met is False
    assert ticket.resolved_first_at == MONDAY + 3 * HOUR


def test_the_verdict_of_a_reopened_ticket_is_open_until_it_is_resolved(desk, ticket):
    assert ticket.is_sla_met is None

    change = bulk_status([ticket], status="resolved", by=desk.agent, now=LATER)
    ticket.refresh_from_db()
    assert ticket.is_sla_met is True
    undo_bulk(change, by=desk.agent, now=LATER + MINUTE)
    ticket.refresh_from_db()
    assert ticket.is_sla_met is None


def test_a_missed_cycle_stays_missed_when_the_ticket_is_reopened(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + 9 * HOUR)
    reopen(ticket, by=desk.agent, now=MONDAY + DAY)

    ticket.refresh_from_db()
    assert ticket.is_sla_met is False


def test_a_reopening_of_many_opens_their_verdicts_and_its_undo_gives_them_back(desk):
    ticket = desk.ticket()
    resolve(ticket, by=desk.agent, now=MONDAY + HOUR)
    change = bulk_status([ticket], status="in_progress", by=desk.agent, now=LATER)
    ticket.refresh_from_db()
    assert ticket.is_sla_met is None

    undo_bulk(change, by=desk.agent, now=LATER + MINUTE)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.is_sla_met) == ("resolved", True)


def test_a_customer_who_writes_again_opens_the_verdict_too(desk):
    ticket = desk.ticket()
    resolve(ticket, by=desk.agent, now=MONDAY + HOUR)
    desk.ask(ticket, MONDAY + 2 * HOUR)

    ticket.refresh_from_db()
    assert (ticket.cycle, ticket.is_sla_met) == (2, None)


def test_first_response_is_never_armed_again(desk, ticket):
    first = SlaClock.objects.filter(ticket=ticket, metric="first_response")

    assert [clock.state for clock in first] == ["met"]


def test_a_third_cycle_carries_the_two_before_it(desk, ticket):
    resolve(ticket, by=desk.agent, now=MONDAY + DAY + HOUR)

    reopen(ticket, by=desk.agent, now=MONDAY + 2 * DAY)

    assert (clock(ticket).cycle, clock(ticket).carried_seconds) == (3, 4 * 3600)


def test_pauses_of_the_cycle_before_are_not_carried(desk):
    ticket = desk.ticket()
    change_status(ticket, by=desk.agent, status="waiting", now=MONDAY + HOUR)
    resolve(ticket, by=desk.agent, now=MONDAY + 4 * HOUR)

    reopen(ticket, by=desk.agent, now=MONDAY + DAY)

    assert clock(ticket).carried_seconds == 3600


def test_a_customer_message_to_a_resolved_ticket_reopens_and_waits_for_an_answer(
    desk, ticket
):
    resolve(ticket, by=desk.agent, now=MONDAY + DAY + HOUR)

    desk.ask(ticket, MONDAY + 2 * DAY)

    assert states(ticket) == {
        "first_response": "met",
        "resolution": "running",
        "next_response": "running",
    }
    assert clock(ticket, "next_response").started_at == MONDAY + 2 * DAY


def test_a_question_left_by_a_resolve_is_not_asked_again_by_a_reopening(desk, ticket):
    desk.ask(ticket, MONDAY + DAY + MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + DAY + HOUR)
    assert clock(ticket, "next_response").state == "no_response"

    reopen(ticket, by=desk.agent, now=MONDAY + 2 * DAY)

    assert clock(ticket, "next_response").state == "no_response"


def test_a_cycle_after_a_missed_one_is_due_at_once(desk):
    ticket = desk.ticket()
    resolve(ticket, by=desk.agent, now=MONDAY + 9 * HOUR)

    reopen(ticket, by=desk.agent, now=MONDAY + DAY)

    assert clock(ticket).due_at == MONDAY + DAY


def test_the_explained_clock_begins_with_what_was_carried(ticket):
    [segments] = explain_clocks([clock(ticket)], now=MONDAY + DAY + HOUR)

    assert [(each.kind, each.seconds) for each in segments] == [
        ("carried", 3 * 3600),
        ("running", 3600),
    ]
