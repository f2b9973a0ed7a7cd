"""Clocks after an undo: as if the mistaken change had not been."""

import pytest

from tests.tickets.clock_world import HOUR, MINUTE, MONDAY, Desk, clock, promise
from tickets.models import SlaClock, SlaEvent, SupportLevel
from tickets.services import (
    bulk_priority,
    bulk_status,
    escalate,
    reopen,
    resolve,
    undo_bulk,
)
from tickets.services.clock_worker import record_due

pytestmark = pytest.mark.django_db


def verdicts(ticket):
    rows = SlaEvent.objects.filter(
        ticket=ticket, kind__in=["met", "breach", "no_response"]
    )
    return sorted(rows.values_list("metric", "cycle", "kind"))


def test_a_cycle_that_was_undone_and_begins_again_has_its_own_verdict():
    desk = Desk()
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + 479 * MINUTE)
    change = bulk_status(
        [ticket], status="in_progress", by=desk.agent, now=MONDAY + 600 * MINUTE
    )
    record_due(MONDAY + 605 * MINUTE)
    undo_bulk(change, by=desk.agent, now=MONDAY + 606 * MINUTE)

    reopen(ticket, by=desk.agent, now=MONDAY + 700 * MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + 700 * MINUTE + MINUTE / 3)

    assert clock(ticket, cycle=2).state == "met"
    assert ("resolution", 2, "met") in verdicts(ticket)


def hurried(**settings):
    """A desk where critical and medium differ much."""
    targets = {
        "critical": promise(first_response=60, resolution=240)["critical"],
        "medium": promise(first_response=1440, resolution=4320)["medium"],
    }
    return Desk(targets, **settings)


def test_a_miss_that_a_mistaken_priority_made_is_undone_with_it():
    desk = hurried()
    ticket = desk.ticket(priority="medium")
    before = clock(ticket)
    then = MONDAY + 10 * HOUR
    change = bulk_priority([ticket], priority="critical", by=desk.agent, now=then)
    assert clock(ticket).breached_at == then

    undo_bulk(change, by=desk.agent, now=then + MINUTE)

    after = clock(ticket)
    assert after.target_seconds == before.target_seconds
    assert after.due_at == before.due_at
    assert (after.state, after.breached_at) == ("running", None)
    ticket.refresh_from_db()
    assert ticket.breached_at is None
    assert verdicts(ticket) == []


def test_what_only_a_mistaken_priority_missed_is_no_verdict_on_a_reopened_ticket():
    desk = hurried()
    ticket = desk.ticket(priority="medium")
    then = MONDAY + 10 * HOUR
    change = bulk_priority([ticket], priority="critical", by=desk.agent, now=then)
    resolve(ticket, by=desk.agent, now=then + MINUTE)
    reopen(ticket, by=desk.agent, now=then + 2 * MINUTE)
    ticket.refresh_from_db()
    assert ticket.is_sla_met is False

    undo_bulk(change, by=desk.agent, now=then + 3 * MINUTE)

    ticket.refresh_from_db()
    assert ticket.is_sla_met is None


def test_undone_targets_count_from_where_they_did():
    desk = hurried(retarget_from="change")
    ticket = desk.ticket(priority="medium")
    before = clock(ticket).due_at
    then = MONDAY + HOUR / 2
    change = bulk_priority([ticket], priority="critical", by=desk.agent, now=then)

    undo_bulk(change, by=desk.agent, now=then + MINUTE)

    assert clock(ticket).due_at == before


def test_a_clock_that_only_the_mistaken_priority_began_is_gone():
    desk = Desk({"critical": promise(first_response=60, resolution=240)["critical"]})
    ticket = desk.ticket(priority="medium")
    then = MONDAY + 10 * HOUR
    change = bulk_priority([ticket], priority="critical", by=desk.agent, now=then)
    assert SlaClock.objects.filter(ticket=ticket).count() == 2

    undo_bulk(change, by=desk.agent, now=then + MINUTE)

    assert not SlaClock.objects.filter(ticket=ticket).exists()
    assert verdicts(ticket) == []


def test_what_was_answered_meanwhile_is_judged_by_the_terms_that_hold_again():
    desk = hurried()
    ticket = desk.ticket(priority="medium")
    then = MONDAY + 10 * HOUR
    change = bulk_priority([ticket], priority="critical", by=desk.agent, now=then)
    desk.reply(ticket, then + MINUTE)

    undo_bulk(change, by=desk.agent, now=then + 2 * MINUTE)

    first = clock(ticket, "first_response")
    assert (first.state, first.stopped_at) == ("met", then + MINUTE)
    assert verdicts(ticket) == [("first_response", 1, "met")]


def test_who_was_warned_by_a_mistaken_priority_is_warned_again_when_it_is_time():
    desk = hurried()
    ticket = desk.ticket(priority="medium")
    desk.reply(ticket, MONDAY + MINUTE)
    then = MONDAY + 175 * MINUTE
    change = bulk_priority([ticket], priority="critical", by=desk.agent, now=then)
    record_due(then + 6 * MINUTE)
    warning = {"ticket": ticket, "kind": "warning", "metric": "resolution"}
    assert SlaEvent.objects.filter(**warning).exists()

    undo_bulk(change, by=desk.agent, now=then + 7 * MINUTE)
    assert not SlaEvent.objects.filter(**warning).exists()
    record_due(MONDAY + 70 * HOUR)

    # Three quarters of three days.
    assert SlaEvent.objects.get(**warning).happened_at == MONDAY + 54 * HOUR


def test_a_warning_that_was_due_anyway_is_told_once():
    desk = hurried()
    ticket = desk.ticket(priority="critical")
    desk.reply(ticket, MONDAY + MINUTE)
    record_due(MONDAY + 181 * MINUTE)
    change = bulk_priority(
        [ticket], priority="medium", by=desk.agent, now=MONDAY + 182 * MINUTE
    )
    undo_bulk(change, by=desk.agent, now=MONDAY + 183 * MINUTE)

    assert record_due(MONDAY + 184 * MINUTE) == 0


def test_an_escalation_that_only_the_old_priority_feels_counts_after_the_undo():
    desk = hurried()
    SupportLevel.objects.filter(level=2).delete()
    SupportLevel.objects.create(level=2, name="Experts", response_minutes=120)
    ticket = desk.ticket(priority="medium")
    change = bulk_priority(
        [ticket], priority="critical", by=desk.agent, now=MONDAY + MINUTE
    )
    escalate(ticket, by=desk.agent, reason="Hard.", now=MONDAY + 2 * MINUTE)
    assert clock(ticket, "first_response").target_seconds == 60 * 60

    undo_bulk(change, by=desk.agent, now=MONDAY + 3 * MINUTE)

    assert clock(ticket, "first_response").target_seconds == 120 * 60
