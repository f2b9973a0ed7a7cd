"""Facts that come back, go away or turn out wrong: clocks follow the conversation."""

import pytest

from tests.factories.organisation import UserFactory
from tests.factories.tickets import SlaTierFactory, SlaTierVersionFactory
from tests.tickets.clock_world import (
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    UNEVEN,
    Desk,
    clock,
    promise,
    states,
)
from tickets.models import SlaClock, SlaEvent, SlaTierVersion
from tickets.services import (
    bulk_close,
    bulk_merge,
    bulk_status,
    change_priority,
    change_status,
    reopen,
    reply,
    resolve,
    split_ticket,
    undo_bulk,
)
from tickets.services.clock_worker import record_due
from tickets.services.clocks import retarget

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def kinds(ticket, metric):
    rows = SlaEvent.objects.filter(ticket=ticket, metric=metric)
    return sorted(rows.values_list("kind", "cycle"))


# Merged and parted again


def test_undoing_a_merge_lets_the_first_response_run_again(desk):
    target, source = desk.ticket(), desk.ticket()
    desk.reply(source, MONDAY + MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=MONDAY + 5 * MINUTE)
    assert clock(target, "first_response").state == "met"

    undo_bulk(change, by=desk.agent, now=MONDAY + 6 * MINUTE)

    target.refresh_from_db()
    first = clock(target, "first_response")
    assert (first.state, first.due_at) == ("running", MONDAY + HOUR)
    assert (target.first_responded_at, target.agent_message_count) == (None, 0)
    assert target.next_due_at == MONDAY + HOUR
    assert kinds(target, "first_response") == []
    desk.reply(target, MONDAY + 7 * MINUTE)
    assert clock(target, "first_response").stopped_at == MONDAY + 7 * MINUTE


def test_undoing_a_merge_stamps_what_was_missed_while_an_answer_was_borrowed(desk):
    target, source = desk.ticket(), desk.ticket()
    desk.reply(source, MONDAY + MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=MONDAY + 55 * MINUTE)

    undo_bulk(change, by=desk.agent, now=MONDAY + 65 * MINUTE)

    assert clock(target, "first_response").breached_at == MONDAY + HOUR
    assert clock(source, "first_response").state == "met"


def test_undoing_a_merge_leaves_the_answers_of_the_target_alone(desk):
    target, source = desk.ticket(), desk.ticket()
    desk.reply(target, MONDAY + MINUTE)
    desk.ask(target, MONDAY + 2 * MINUTE)
    desk.reply(source, MONDAY + 3 * MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=MONDAY + 5 * MINUTE)
    assert states(target)["next_response"] == "met"

    undo_bulk(change, by=desk.agent, now=MONDAY + 6 * MINUTE)

    target.refresh_from_db()
    assert target.first_responded_at == MONDAY + MINUTE
    assert states(target)["first_response"] == "met"
    waits = clock(target, "next_response")
    assert (waits.state, waits.started_at) == ("running", MONDAY + 2 * MINUTE)


def test_a_source_waits_for_its_own_question_again(desk):
    target, source = desk.ticket(), desk.ticket()
    desk.reply(source, MONDAY + MINUTE)
    desk.ask(source, MONDAY + 2 * MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=MONDAY + 5 * MINUTE)

    undo_bulk(change, by=desk.agent, now=MONDAY + 6 * MINUTE)

    assert states(source) == {
        "first_response": "met",
        "next_response": "running",
        "resolution": "running",
    }
    assert states(target).get("next_response", "cancelled") == "cancelled"


def test_a_borrowed_question_leaves_no_miss_behind(desk):
    target, source = desk.ticket(), desk.ticket()
    for ticket in (target, source):
        desk.reply(ticket, MONDAY + MINUTE)
    desk.ask(source, MONDAY + 2 * MINUTE)
    desk.ask(target, MONDAY + 2 * HOUR)
    at = MONDAY + 3 * HOUR
    change = bulk_merge([source], into=target, by=desk.agent, now=at)
    assert clock(target, "next_response").breached_at == MONDAY + 122 * MINUTE

    undo_bulk(change, by=desk.agent, now=at + MINUTE)

    waits = clock(target, "next_response")
    assert (waits.started_at, waits.breached_at) == (MONDAY + 2 * HOUR, None)
    assert kinds(target, "next_response") == []
    target.refresh_from_db()
    assert target.breached_at is None
    assert clock(source, "next_response").breached_at == MONDAY + 122 * MINUTE


# Split


def test_a_borrowed_answer_leaves_no_miss_of_what_was_asked_before_the_first(desk):
    target, source = desk.ticket(), desk.ticket()
    desk.reply(source, MONDAY + 5 * MINUTE)
    desk.ask(target, MONDAY + 10 * MINUTE)
    change = bulk_merge([source], into=target, by=desk.agent, now=MONDAY + 3 * HOUR)
    assert clock(target, "next_response").breached_at == MONDAY + 130 * MINUTE

    undo_bulk(change, by=desk.agent, now=MONDAY + 3 * HOUR)

    unasked = clock(target, "next_response")
    assert (unasked.state, unasked.breached_at) == ("cancelled", None)
    assert clock(target, "first_response").state == "running"
    missed = SlaEvent.objects.filter(ticket=target, kind="breach")
    assert missed.get().metric == "first_response"


def test_when_a_split_takes_the_question_away_nothing_is_waited_for(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    asked = desk.ask(ticket, MONDAY + 2 * MINUTE)

    split_ticket(
        ticket, messages=[asked], subject="New", by=desk.agent, now=MONDAY + HOUR
    )

    assert clock(ticket, "next_response").state == "cancelled"
    ticket.refresh_from_db()
    assert ticket.next_due_metric == "resolution"


def test_when_another_question_stays_the_next_response_runs_from_it(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    asked = desk.ask(ticket, MONDAY + 2 * MINUTE)
    desk.ask(ticket, MONDAY + 30 * MINUTE)

    split_ticket(
        ticket, messages=[asked], subject="New", by=desk.agent, now=MONDAY + HOUR
    )

    waits = clock(ticket, "next_response")
    assert (waits.state, waits.cycle) == ("running", 1)
    assert waits.started_at == MONDAY + 30 * MINUTE
    assert waits.due_at == MONDAY + 150 * MINUTE


# Taken back


def test_taking_a_pause_back_lets_resolution_run_and_stamps_what_was_missed():
    desk = Desk(promise(first_response=60, resolution=70))
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    record_due(MONDAY + HOUR)
    change = bulk_status(
        [ticket], status="waiting", by=desk.agent, now=MONDAY + 65 * MINUTE
    )
    assert clock(ticket).state == "paused"

    undo_bulk(change, by=desk.agent, now=MONDAY + 75 * MINUTE)

    missed = clock(ticket)
    assert (missed.state, missed.due_at) == ("running", MONDAY + 70 * MINUTE)
    assert missed.breached_at == MONDAY + 70 * MINUTE
    record_due(MONDAY + 2 * HOUR)
    assert kinds(ticket, "resolution") == [("breach", 1), ("warning", 1)]


def test_a_reopening_taken_back_leaves_no_cycle_behind(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + HOUR)
    change = bulk_status(
        [ticket], status="in_progress", by=desk.agent, now=MONDAY + 2 * HOUR
    )

    undo_bulk(change, by=desk.agent, now=MONDAY + 2 * HOUR + 9 * MINUTE)

    assert list(ticket.clocks.filter(metric="resolution").values_list("state")) == [
        ("met",)
    ]
    reopen(ticket, by=desk.agent, now=MONDAY + 3 * HOUR)
    assert (clock(ticket).cycle, clock(ticket).carried_seconds) == (2, 3600)


def test_a_question_asked_since_is_waited_for_whatever_is_taken_back(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    change = bulk_status(
        [ticket], status="on_hold", by=desk.agent, now=MONDAY + 2 * MINUTE
    )
    desk.ask(ticket, MONDAY + 3 * MINUTE)

    undo_bulk(change, by=desk.agent, now=MONDAY + 4 * MINUTE)

    assert states(ticket)["next_response"] == "running"


def test_a_verdict_taken_back_is_written_once_when_it_comes(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    change = bulk_close([ticket], by=desk.agent, now=MONDAY + 10 * MINUTE)

    undo_bulk(change, by=desk.agent, now=MONDAY + 11 * MINUTE)
    assert kinds(ticket, "resolution") == []
    resolve(ticket, by=desk.agent, now=MONDAY + 20 * MINUTE)

    event = SlaEvent.objects.get(ticket=ticket, metric="resolution")
    assert (event.kind, event.happened_at) == ("met", MONDAY + 20 * MINUTE)


# Another tier, another priority


def test_a_tier_that_changed_while_it_was_resolved_holds_from_the_reopening(desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + 2 * MINUTE)
    gold = SlaTierFactory(slug="gold")
    gold.accounts.add(desk.account)
    SlaTierVersionFactory(
        tier=gold,
        calendar=desk.calendar,
        targets=promise(first_response=6, next_response=12, resolution=48),
    )

    desk.ask(ticket, MONDAY + DAY)

    ticket.refresh_from_db()
    assert ticket.tier == gold
    assert clock(ticket).tier_version.tier == gold
    assert clock(ticket, "next_response").target_seconds == 12 * 60


def test_a_priority_that_promises_a_next_response_starts_it(desk):
    SlaTierVersion.objects.update(targets=UNEVEN)
    ticket = desk.ticket(priority="low")
    desk.reply(ticket, MONDAY + MINUTE)
    desk.ask(ticket, MONDAY + 2 * MINUTE)
    assert "next_response" not in states(ticket)

    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + HOUR)

    waits = clock(ticket, "next_response")
    assert (waits.state, waits.started_at) == ("running", MONDAY + 2 * MINUTE)
    change_priority(ticket, by=desk.agent, priority="low", now=MONDAY + 61 * MINUTE)
    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + 3 * HOUR)
    waits = clock(ticket, "next_response")
    assert (waits.state, waits.cycle) == ("running", 1)
    assert waits.breached_at == MONDAY + 3 * HOUR


def test_resolution_begun_by_a_retarget_carries_the_cycles_before(desk):
    SlaTierVersion.objects.update(targets=UNEVEN)
    ticket = desk.ticket(priority="medium")
    desk.reply(ticket, MONDAY + MINUTE)
    change_status(ticket, by=desk.agent, status="waiting", now=MONDAY + HOUR)
    resolve(ticket, by=desk.agent, now=MONDAY + 2 * HOUR)
    reopen(ticket, by=desk.agent, now=MONDAY + DAY)

    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + DAY + MINUTE)

    begun = clock(ticket)
    assert (begun.cycle, begun.carried_seconds) == (2, 3600)
    assert begun.started_at == MONDAY + DAY
    assert begun.due_at == MONDAY + DAY + 7 * HOUR


def test_without_a_target_for_resolution_a_reopening_still_waits_for_an_answer(desk):
    SlaTierVersion.objects.update(targets=UNEVEN)
    ticket = desk.ticket(priority="medium")
    desk.reply(ticket, MONDAY + MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + HOUR)

    desk.ask(ticket, MONDAY + DAY)

    assert states(ticket)["next_response"] == "running"


def test_a_rebuild_from_the_change_leaves_equal_targets_alone():
    desk = Desk(retarget_from="change")
    ticket = desk.ticket(priority="medium")
    SlaTierVersionFactory(
        tier=desk.tier,
        number=2,
        calendar=desk.calendar,
        targets=desk.version.targets | {"low": promise(resolution=9)["low"]},
    )

    retarget(ticket, now=MONDAY + 7 * HOUR, reason="rebuild")

    kept = clock(ticket)
    assert (kept.started_at, kept.due_at) == (MONDAY, MONDAY + 8 * HOUR)
    assert kept.tier_version.number == 2
    assert not SlaEvent.objects.filter(ticket=ticket, kind="retarget").exists()


def test_a_promise_that_begins_with_a_change_counts_from_it_where_the_setting_says():
    desk = Desk(UNEVEN, retarget_from="change")
    ticket = desk.ticket(priority="medium")

    change_priority(ticket, by=desk.agent, priority="high", now=MONDAY + 9 * HOUR)

    assert clock(ticket).started_at == MONDAY + 9 * HOUR
    assert clock(ticket).breached_at is None


# Opened by a program


def test_who_writes_on_a_ticket_a_program_opened_waits_for_an_answer(desk):
    program = UserFactory(role="integration")
    ticket = desk.ticket(by=program, is_from_customer=False)
    assert ticket.agent_message_count == 0
    assert ticket.last_agent_message_at is None
    assert states(ticket) == {"resolution": "running"}

    desk.ask(ticket, MONDAY + MINUTE)

    waits = clock(ticket, "next_response")
    assert (waits.state, waits.started_at) == ("running", MONDAY + MINUTE)
    reply(ticket, by=program, text="We got it.", now=MONDAY + 2 * MINUTE)
    assert states(ticket)["next_response"] == "running"
    desk.reply(ticket, MONDAY + 3 * MINUTE)
    assert states(ticket)["next_response"] == "met"
    ticket.refresh_from_db()
    assert ticket.agent_message_count == 1


def test_a_verdict_stands_once_per_promise_and_cycle(desk):
    ticket = desk.ticket()
    resolve(ticket, by=desk.agent, now=MONDAY + MINUTE)
    reopen(ticket, by=desk.agent, now=MONDAY + 2 * MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + 3 * MINUTE)

    assert kinds(ticket, "resolution") == [("met", 1), ("met", 2)]
    assert SlaClock.objects.filter(ticket=ticket, state="running").count() == 0
