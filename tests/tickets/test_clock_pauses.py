"""Resolution pauses while waiting on the customer; nothing else ever does."""

import pytest

from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk, clock, promise
from tickets.models import SlaEvent
from tickets.services.clock_worker import record_due
from tickets.services.clocks import explain_clocks
from tickets.services.fields import change_priority
from tickets.services.statuses import change_status, resolve

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def wait(desk, ticket, since, until=None):
    change_status(ticket, by=desk.agent, status="waiting", now=since)
    if until is not None:
        change_status(ticket, by=desk.agent, status="in_progress", now=until)


def test_waiting_on_the_customer_pauses_and_resuming_moves_the_due_time(desk):
    ticket = desk.ticket()

    wait(desk, ticket, MONDAY + HOUR)
    assert (clock(ticket).state, clock(ticket).due_at) == ("paused", None)
    change_status(ticket, by=desk.agent, status="in_progress", now=MONDAY + 3 * HOUR)

    assert (clock(ticket).state, clock(ticket).due_at) == (
        "running",
        MONDAY + 10 * HOUR,
    )


def test_the_first_response_runs_on_while_resolution_is_paused(desk):
    ticket = desk.ticket()

    wait(desk, ticket, MONDAY + MINUTE)

    assert clock(ticket, "first_response").due_at == MONDAY + HOUR
    ticket.refresh_from_db()
    assert (ticket.next_due_at, ticket.next_due_metric) == (
        MONDAY + HOUR,
        "first_response",
    )


def test_next_due_is_empty_when_nothing_runs(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)

    wait(desk, ticket, MONDAY + HOUR)

    ticket.refresh_from_db()
    assert (ticket.next_due_at, ticket.next_due_metric) == (None, "")


def test_pausing_a_paused_ticket_changes_nothing(desk):
    ticket = desk.ticket()
    wait(desk, ticket, MONDAY + HOUR)

    wait(desk, ticket, MONDAY + 2 * HOUR, until=MONDAY + 3 * HOUR)

    assert clock(ticket).due_at == MONDAY + 10 * HOUR


@pytest.mark.parametrize(("setting", "state"), [(False, "running"), (True, "paused")])
def test_on_hold_pauses_only_where_the_setting_says_so(setting, state):
    desk = Desk(is_paused_on_hold=setting)
    ticket = desk.ticket()

    change_status(ticket, by=desk.agent, status="on_hold", now=MONDAY + HOUR)

    assert clock(ticket).state == state


def test_a_pause_is_kept_through_a_change_of_priority(desk):
    desk.version.targets["critical"] = promise(resolution=240)["critical"]
    desk.version.save()
    ticket = desk.ticket()
    wait(desk, ticket, MONDAY + HOUR, until=MONDAY + 3 * HOUR)

    change_priority(ticket, by=desk.agent, priority="critical", now=MONDAY + 4 * HOUR)

    assert clock(ticket).due_at == MONDAY + 6 * HOUR


def test_pausing_never_unbreaches(desk):
    ticket = desk.ticket()

    wait(desk, ticket, MONDAY + 9 * HOUR, until=MONDAY + 2 * DAY)
    resolve(ticket, by=desk.agent, now=MONDAY + 2 * DAY)

    missed = clock(ticket)
    assert missed.state == "breached"
    assert missed.breached_at == missed.due_at == MONDAY + 8 * HOUR


def test_a_target_used_up_before_a_pause_is_missed_at_the_pause(desk):
    ticket = desk.ticket()

    wait(desk, ticket, MONDAY + 9 * HOUR)

    assert clock(ticket).state == "paused"
    assert clock(ticket).breached_at == MONDAY + 8 * HOUR
    assert SlaEvent.objects.filter(ticket=ticket, kind="breach").count() == 1


def test_no_warning_while_paused_and_a_new_plan_on_resume(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    wait(desk, ticket, MONDAY + HOUR)

    assert record_due(MONDAY + DAY) == 0
    change_status(ticket, by=desk.agent, status="in_progress", now=MONDAY + DAY)

    assert clock(ticket).warn_at == MONDAY + DAY + 5 * HOUR
    assert record_due(MONDAY + DAY + 4 * HOUR) == 0
    assert record_due(MONDAY + DAY + 6 * HOUR) == 1


def test_waiting_outside_opening_hours_costs_nothing(desk):
    desk.version.targets = promise("calendar", resolution=480)
    desk.version.save()
    ticket = desk.ticket()

    wait(desk, ticket, MONDAY + 9 * HOUR, until=MONDAY + 20 * HOUR)

    assert clock(ticket).due_at == MONDAY + 8 * HOUR


def test_the_explained_clock_adds_up_to_the_second(desk):
    desk.version.targets = promise("calendar", resolution=480)
    desk.version.save()
    ticket = desk.ticket(at=MONDAY + 3 * HOUR)
    wait(desk, ticket, MONDAY + 4 * HOUR, until=MONDAY + 5 * HOUR)
    until = MONDAY + DAY + HOUR

    [segments] = explain_clocks([clock(ticket)], now=until)

    assert [(each.kind, each.seconds / 3600) for each in segments] == [
        ("running", 1),
        ("paused", 1),
        ("running", 3),
        ("outside_hours", 16),
        ("running", 1),
    ]
    assert sum(each.seconds for each in segments) == 22 * 3600
    assert segments[1].reason == "waiting"
