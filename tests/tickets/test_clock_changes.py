"""Priority, tier, level and policy change: open targets follow, results stay."""

import pytest

from organisation.calendar_services import update_calendar
from tests.factories.accounts import AccountFactory
from tests.factories.tickets import SlaTierFactory, SlaTierVersionFactory
from tests.tickets.clock_world import (
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    Desk,
    clock,
    promise,
    states,
)
from tickets.models import SlaEvent, SupportLevel
from tickets.services.assignment import escalate
from tickets.services.clocks import retarget
from tickets.services.fields import change_priority, update_ticket
from tickets.services.spam import mark_spam, unmark_spam

pytestmark = pytest.mark.django_db

TARGETS = {
    "high": {
        "first_response": {"minutes": 60, "clock": "always"},
        "resolution": {"minutes": 240, "clock": "always"},
    },
    "medium": {
        "first_response": {"minutes": 600, "clock": "always"},
        "resolution": {"minutes": 1440, "clock": "calendar"},
    },
    "low": {"resolution": {"minutes": 2880, "clock": "always"}},
}


def test_a_change_of_priority_counts_from_creation():
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="medium")

    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + 30 * MINUTE)

    assert clock(ticket).due_at == MONDAY + 4 * HOUR
    assert clock(ticket, "first_response").due_at == MONDAY + HOUR
    ticket.refresh_from_db()
    assert ticket.next_due_at == MONDAY + HOUR


def test_or_from_the_change_where_the_setting_says_so():
    desk = Desk(TARGETS, retarget_from="change")
    ticket = desk.ticket(priority="medium")

    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + 30 * MINUTE)

    assert clock(ticket).due_at == MONDAY + 4.5 * HOUR


def test_a_deadline_already_past_is_stamped_at_the_change_with_reason_retarget():
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="medium")

    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + 5 * HOUR)

    missed = clock(ticket)
    assert (missed.due_at, missed.breached_at) == (
        MONDAY + 4 * HOUR,
        MONDAY + 5 * HOUR,
    )
    event = SlaEvent.objects.get(ticket=ticket, metric="resolution", kind="breach")
    assert event.happened_at == MONDAY + 5 * HOUR
    assert event.detail["reason"] == "retarget"


def test_a_miss_that_no_worker_has_seen_yet_stays_one_when_the_target_grows():
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="high")

    change_priority(ticket, by=desk.agent, priority="low", now=MONDAY + 5 * HOUR)

    assert clock(ticket).breached_at == MONDAY + 4 * HOUR
    first = clock(ticket, "first_response")
    assert (first.state, first.breached_at) == ("running", MONDAY + HOUR)


def test_met_and_missed_results_stay():
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="high")
    desk.reply(ticket, MONDAY + MINUTE)
    change_priority(ticket, by=desk.agent, priority="medium", now=MONDAY + 3 * HOUR)
    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + 5 * HOUR)
    missed = clock(ticket)
    assert missed.breached_at == MONDAY + 5 * HOUR

    change_priority(ticket, by=desk.agent, priority="low", now=MONDAY + 6 * HOUR)

    assert clock(ticket).breached_at == MONDAY + 5 * HOUR
    assert clock(ticket).due_at == missed.due_at
    assert states(ticket)["first_response"] == "met"


def test_what_is_not_promised_any_more_is_cancelled_and_comes_back():
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="high")

    change_priority(ticket, by=desk.agent, priority="low", now=MONDAY + MINUTE)
    assert states(ticket)["first_response"] == "cancelled"
    change_priority(ticket, by=desk.agent, priority="medium", now=MONDAY + HOUR)

    first = clock(ticket, "first_response")
    assert (first.state, first.due_at) == ("running", MONDAY + 10 * HOUR)


def test_a_promise_that_was_none_begins_at_creation():
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="critical")
    assert states(ticket) == {}

    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + MINUTE)

    assert clock(ticket).due_at == MONDAY + 4 * HOUR
    assert clock(ticket, "first_response").started_at == MONDAY


def test_another_customer_brings_the_targets_of_their_tier():
    desk = Desk(TARGETS)
    vip = AccountFactory()
    tier = SlaTierFactory(slug="vip")
    tier.accounts.add(vip)
    SlaTierVersionFactory(
        tier=tier, calendar=desk.calendar, targets=promise(resolution=60)
    )
    ticket = desk.ticket(priority="high")

    update_ticket(ticket, by=desk.agent, account=vip, now=MONDAY + MINUTE)

    assert clock(ticket).due_at == MONDAY + HOUR
    assert states(ticket)["first_response"] == "cancelled"
    ticket.refresh_from_db()
    assert ticket.tier == tier


def test_escalating_tightens_the_open_response_to_the_smaller_target():
    SupportLevel.objects.update_or_create(
        level=3, defaults={"name": "Complex", "response_minutes": 240}
    )
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="medium", level=1)
    soon = desk.ticket(priority="high", level=1)

    for each in (ticket, soon):
        escalate(each, by=desk.agent, reason="Odd", to_level=3, now=MONDAY + MINUTE)

    assert clock(ticket, "first_response").due_at == MONDAY + 4 * HOUR
    assert clock(soon, "first_response").due_at == MONDAY + HOUR
    assert clock(ticket).target_seconds == 1440 * 60


def test_running_clocks_keep_their_policy_and_calendar_unless_rebuilt():
    desk = Desk(promise("calendar", resolution=480))
    ticket = desk.ticket()
    SlaTierVersionFactory(
        tier=desk.tier,
        number=2,
        calendar=desk.calendar,
        targets=promise("calendar", resolution=240),
    )
    update_calendar(desk.calendar, by=None, weekly={"mon": [["13:00", "23:00"]]})

    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + MINUTE)
    assert clock(ticket).due_at == MONDAY + 8 * HOUR
    retarget(ticket, now=MONDAY + MINUTE, reason="rebuild")

    assert clock(ticket).due_at == MONDAY + 8 * HOUR
    assert clock(ticket).target_seconds == 240 * 60
    assert clock(ticket).calendar_version.number == 2


def test_running_a_rebuild_twice_changes_nothing_more():
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="high")
    SlaTierVersionFactory(
        tier=desk.tier,
        number=2,
        calendar=desk.calendar,
        targets=promise(resolution=600),
    )

    for _ in range(2):
        retarget(ticket, now=MONDAY + MINUTE, reason="rebuild")

    assert SlaEvent.objects.filter(ticket=ticket, kind="retarget").count() == 2


def test_spam_stops_the_clocks_and_its_undo_takes_that_back():
    desk = Desk(TARGETS)
    ticket = desk.ticket(priority="high")
    before = states(ticket)

    mark_spam(ticket, by=desk.agent, now=MONDAY + MINUTE)
    assert set(states(ticket).values()) == {"cancelled"}
    ticket.refresh_from_db()
    assert ticket.next_due_at is None
    unmark_spam(ticket, by=desk.agent, now=MONDAY + DAY)

    assert states(ticket) == before
    assert clock(ticket).due_at == MONDAY + 4 * HOUR
