"""Which clocks a ticket starts, and what ends the responses."""

import pytest

from tests.factories.organisation import UserFactory
from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk, clock, states
from tickets.models import SlaClock, SlaEvent, SlaTier, Ticket
from tickets.services.conversation import add_note
from tickets.services.statuses import change_status, resolve

pytestmark = pytest.mark.django_db


def test_a_new_ticket_starts_first_response_and_resolution_from_its_opening():
    ticket = Desk().ticket()

    assert states(ticket) == {"first_response": "running", "resolution": "running"}
    assert clock(ticket).due_at == MONDAY + 8 * HOUR
    assert clock(ticket).warn_at == MONDAY + 6 * HOUR
    ticket.refresh_from_db()
    assert ticket.next_due_at == MONDAY + HOUR
    assert ticket.next_due_metric == "first_response"
    assert ticket.tier.slug == "default"


def test_a_ticket_opened_by_an_agent_has_no_first_response_clock():
    desk = Desk()

    ticket = desk.ticket(by=desk.agent)

    assert states(ticket) == {"resolution": "running"}


def test_self_service_promises_medium_and_low_only_and_no_next_response():
    desk = Desk()
    SlaTier.objects.filter(slug="default").delete()
    from_migration = {
        "medium": {"first_response": {"minutes": 1440, "clock": "always"}}
    }
    tier = SlaTier.objects.create(slug="self", name="Self", is_default=True)
    tier.versions.create(number=1, targets=from_migration, calendar=desk.calendar)

    high, medium = desk.ticket(priority="high"), desk.ticket(priority="medium")

    assert states(high) == {}
    assert states(medium) == {"first_response": "running"}
    high.refresh_from_db()
    assert high.next_due_at is None
    assert high.tier == tier


def test_the_first_public_message_of_a_human_agent_is_the_first_response():
    desk = Desk()
    ticket = desk.ticket()

    desk.reply(ticket, MONDAY + 30 * MINUTE)

    first = clock(ticket, "first_response")
    assert (first.state, first.stopped_at) == ("met", MONDAY + 30 * MINUTE)
    assert first.late_seconds == 0
    ticket.refresh_from_db()
    assert ticket.next_due_metric == "resolution"


def test_notes_and_programs_are_no_first_response():
    desk = Desk()
    ticket = desk.ticket()

    add_note(ticket, by=desk.agent, text="Odd.", now=MONDAY + MINUTE)
    desk.agent = UserFactory(role="integration")
    desk.reply(ticket, MONDAY + 2 * MINUTE)

    assert clock(ticket, "first_response").state == "running"


def test_waiting_on_customer_without_a_reply_does_not_stop_the_first_response():
    desk = Desk()
    ticket = desk.ticket()

    change_status(ticket, by=desk.agent, status="waiting", now=MONDAY + MINUTE)

    assert states(ticket) == {"first_response": "running", "resolution": "paused"}


def test_a_reply_at_the_due_instant_is_in_time_and_one_second_later_is_late():
    desk = Desk()
    in_time, late = desk.ticket(), desk.ticket()

    desk.reply(in_time, MONDAY + HOUR)
    desk.reply(late, MONDAY + HOUR + MINUTE / 60)

    assert clock(in_time, "first_response").state == "met"
    missed = clock(late, "first_response")
    assert (missed.state, missed.late_seconds) == ("breached", 1)
    assert missed.breached_at == MONDAY + HOUR


def test_next_response_runs_from_the_first_unanswered_question():
    desk = Desk()
    ticket = desk.ticket()
    desk.ask(ticket, MONDAY + MINUTE)
    assert "next_response" not in states(ticket)
    desk.reply(ticket, MONDAY + 10 * MINUTE)

    desk.ask(ticket, MONDAY + HOUR)
    desk.ask(ticket, MONDAY + 2 * HOUR)

    assert clock(ticket, "next_response").started_at == MONDAY + HOUR
    assert clock(ticket, "next_response").due_at == MONDAY + 3 * HOUR
    desk.reply(ticket, MONDAY + 2.5 * HOUR)
    assert clock(ticket, "next_response").state == "met"
    desk.ask(ticket, MONDAY + 4 * HOUR)
    assert clock(ticket, "next_response").cycle == 2


def test_an_automatic_message_of_the_customer_starts_nothing():
    desk = Desk()
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)

    desk.ask(ticket, MONDAY + HOUR, is_automatic=True)

    assert "next_response" not in states(ticket)


def test_resolving_without_an_answer_is_no_response_and_outside_attainment():
    desk = Desk()
    ticket = desk.ticket()

    resolve(ticket, by=desk.agent, now=MONDAY + 30 * MINUTE)

    assert states(ticket) == {"first_response": "no_response", "resolution": "met"}
    kinds = SlaEvent.objects.filter(ticket=ticket).values_list("metric", "kind")
    assert set(kinds) == {("first_response", "no_response"), ("resolution", "met")}
    ticket.refresh_from_db()
    assert ticket.next_due_at is None
    assert ticket.is_sla_met is True


def test_resolved_two_minutes_late_between_two_polls_is_late():
    desk = Desk()
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)

    resolve(ticket, by=desk.agent, now=MONDAY + 8 * HOUR + 2 * MINUTE)

    missed = clock(ticket)
    assert (missed.state, missed.late_seconds) == ("breached", 120)
    ticket.refresh_from_db()
    assert ticket.is_sla_met is False
    assert ticket.breached_at == MONDAY + 8 * HOUR


def test_a_ticket_from_elsewhere_keeps_the_verdict_of_its_source():
    ticket = Ticket.objects.create(
        number="INC1", source="servicenow", external_id="1", opened_at=MONDAY,
        is_sla_met=False, status="in_progress",
    )  # fmt: skip
    desk = Desk()

    desk.reply(ticket, MONDAY + HOUR)
    resolve(ticket, by=desk.agent, now=MONDAY + DAY)

    ticket.refresh_from_db()
    assert ticket.is_sla_met is False
    assert not SlaClock.objects.exists()
