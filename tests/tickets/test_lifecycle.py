"""States, people, levels: what moves a ticket along and what does not."""

import itertools
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from organisation.models import Notification
from tests.factories.accounts import AccountFactory, CustomFieldFactory
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.tickets import TicketFactory
from tests.tickets.conftest import START
from tests.tickets.test_conversation import kinds_of, statuses_of
from tickets.models import SupportLevel, SupportSettings, Ticket
from tickets.services import (
    AlreadyClaimed,
    MoveNotAllowed,
    NotRateable,
    StaleTicket,
    TicketIsClosed,
    assign,
    bulk_assign,
    change_priority,
    change_status,
    claim,
    close,
    close_silent,
    escalate,
    mark_spam,
    rate_ticket,
    release,
    reopen,
    reply,
    resolve,
    snooze,
    unmark_spam,
    update_ticket,
    wake_due,
)
from tickets.transitions import TRANSITIONS, may_move

LATER = START + timedelta(hours=1)
STATES = st.sampled_from(sorted(TRANSITIONS))


# --- states ---------------------------------------------------------------------------


def test_the_table_knows_every_status():
    assert set(TRANSITIONS) == set(Ticket.Status.values)


@given(STATES, STATES)
def test_an_open_state_goes_to_any_later_one_or_to_resolved(before, after):
    order = ["new", "triaged", "assigned", "in_progress", "waiting", "on_hold"]
    if before in order and after in order and order.index(after) > order.index(before):
        assert may_move(before, after)
    if before in order:
        assert may_move(before, "resolved")
        assert not may_move(before, "closed")
    assert not may_move(before, "new")
    assert not may_move(before, before)


def test_a_step_back_is_refused(ticket, agent):
    change_status(ticket, by=agent, status="in_progress")

    with pytest.raises(MoveNotAllowed, match="in progress cannot become triaged"):
        change_status(ticket, by=agent, status="triaged")


def test_waiting_and_on_hold_go_back_to_work(ticket, agent):
    steps = ["in_progress", "waiting", "on_hold", "in_progress", "resolved"]
    for number, status in enumerate(steps):
        change_status(
            ticket, by=agent, status=status, now=START + timedelta(hours=number)
        )

    assert statuses_of(ticket) == ["new", *steps]
    periods = list(ticket.periods.filter(field="status").order_by("valid_from"))
    for earlier, later in itertools.pairwise(periods):
        assert earlier.valid_to == later.valid_from
    assert periods[-1].valid_to is None


def test_the_same_status_again_changes_nothing(ticket, agent):
    change_status(ticket, by=agent, status="triaged")
    change_status(ticket, by=agent, status="triaged")

    assert kinds_of(ticket).count("ticket_status_changed") == 1


def test_resolving_asks_for_a_rating_once_per_cycle(ticket, agent):
    resolve(ticket, by=agent, note="Restarted.")
    resolve(ticket, by=agent)
    reopen(ticket, by=agent)
    resolve(ticket, by=agent)

    asked = Event.objects.filter(kind="csat_requested").order_by("id")
    assert [event.data["cycle"] for event in asked] == [1, 2]
    SupportSettings.objects.update_or_create(id=1, defaults={"asks_for_rating": False})
    reopen(ticket, by=agent)
    resolve(ticket, by=agent)
    assert asked.count() == 2


def test_a_reopened_ticket_is_in_progress_in_its_next_cycle(ticket, agent):
    resolve(ticket, by=agent, now=LATER)
    again = reopen(ticket, by=agent, now=LATER + timedelta(hours=1))

    assert (again.status, again.cycle, again.reopen_count) == ("in_progress", 2, 1)
    assert statuses_of(ticket) == ["new", "resolved", "in_progress"]


def test_a_resolved_ticket_closes_after_seven_days_once(ticket, agent):
    resolve(ticket, by=agent, now=START)

    assert close_silent(now=START + timedelta(days=6)) == 0
    assert close_silent(now=START + timedelta(days=7)) == 1
    assert close_silent(now=START + timedelta(days=8)) == 0
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert kinds_of(ticket).count("ticket_closed") == 1


def test_spam_and_what_another_system_resolved_are_not_closed_by_themselves(
    ticket, agent
):
    resolve(ticket, by=agent, now=START)
    mark_spam(ticket, by=agent, now=START)
    theirs = TicketFactory(source="zendesk", status="resolved", resolved_at=START)
    ours = TicketFactory(source="zendesk", status="in_progress")
    resolve(ours, by=agent, now=START)

    assert close_silent(now=START + timedelta(days=8)) == 1

    rows = Ticket.objects.filter(status="closed")
    assert rows.get() == ours
    theirs.refresh_from_db()
    assert theirs.status == "resolved"


def test_a_snoozed_ticket_wakes_when_its_time_has_come(ticket, agent):
    snooze(ticket, by=agent, until=LATER, now=START)

    assert wake_due(now=START) == 0
    assert wake_due(now=LATER) == 1
    assert wake_due(now=LATER) == 0
    with pytest.raises(ValidationError):
        snooze(ticket, by=agent, until=START, now=LATER)


def test_spam_sleeps_on_and_nobody_is_told(ticket, agent):
    assign(ticket, by=None, to=agent, now=START)
    snooze(ticket, by=agent, until=LATER, now=START)
    mark_spam(ticket, by=agent, now=START)

    assert wake_due(now=LATER) == 0

    assert not Notification.objects.filter(kind="ticket_woken").exists()
    unmark_spam(ticket, by=agent, now=LATER)
    assert wake_due(now=LATER) == 1


def test_spam_stops_the_clocks_and_its_undo_starts_them_again(ticket, agent):
    due = Ticket.objects.get().next_due_at
    mark_spam(ticket, by=agent, now=START)
    ticket.refresh_from_db()
    assert ticket.next_due_at is None
    assert ticket not in Ticket.objects.genuine()

    unmark_spam(ticket, by=agent, now=START)

    ticket.refresh_from_db()
    assert ticket.next_due_at == due
    assert ticket in Ticket.objects.genuine()


# --- fields ---------------------------------------------------------------------------


def test_every_changed_field_is_told_with_before_and_after(ticket, agent):
    CustomFieldFactory(target="ticket", key="env")
    update_ticket(
        ticket, by=agent, subject="Very slow", priority="high", tags=["b", "A", "a"],
        root_cause="DNS", custom={"env": "prod"},
    )  # fmt: skip

    data = Event.objects.get(kind="ticket_updated").data
    assert data == {
        "subject": ["It is slow", "Very slow"], "priority": ["medium", "high"],
        "tags": [[], ["a", "b"]], "root_cause": ["", "DNS"],
        "custom": [{}, {"env": "prod"}],
    }  # fmt: skip
    values = ticket.periods.filter(field="priority").order_by("valid_from", "id")
    assert [row.value for row in values] == ["medium", "high"]


def test_a_change_of_an_old_version_is_refused(ticket, agent):
    version = Ticket.objects.get().version
    update_ticket(ticket, by=agent, expected_version=version, subject="One")

    with pytest.raises(StaleTicket):
        update_ticket(ticket, by=agent, expected_version=version, subject="Two")


def test_nothing_happens_when_nothing_differs(ticket, agent):
    before = Ticket.objects.get().version
    change_priority(ticket, by=agent, priority="medium")

    assert Ticket.objects.get().version == before
    assert "ticket_updated" not in kinds_of(ticket)


def test_another_customer_needs_a_contact_of_theirs(ticket, agent):
    other = AccountFactory()
    with pytest.raises(ValidationError):
        update_ticket(ticket, by=agent, account=other)

    update_ticket(ticket, by=agent, account=other, contact=None)
    assert Ticket.objects.get().account == other


# --- people ---------------------------------------------------------------------------


def test_assigning_a_new_ticket_makes_it_assigned_and_tells_the_person(
    ticket, agent, colleague
):
    assign(ticket, by=agent, to=colleague)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("assigned", colleague)
    news = Notification.objects.get(kind="ticket_assigned")
    assert news.person == colleague
    release(ticket, by=agent)
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_somebody_who_does_not_work_on_tickets_gets_none(ticket, agent):
    with pytest.raises(ValidationError):
        assign(ticket, by=agent, to=UserFactory(role="csm"))


@pytest.mark.parametrize(
    "let_go",
    [
        lambda ticket, by: release(ticket, by=by),
        lambda ticket, by: bulk_assign([ticket], to=None, by=by),
        lambda ticket, by: escalate(ticket, by=by, reason="Too hard", to_level=3),
    ],
    ids=["release", "bulk", "escalate"],
)
def test_a_ticket_that_somebody_lets_go_of_is_triaged_again(ticket, agent, let_go):
    assign(ticket, by=agent, to=agent)

    let_go(ticket, agent)

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (None, "triaged")
    assert statuses_of(ticket) == ["new", "assigned", "triaged"]
    claim(ticket, by=agent)
    assert statuses_of(ticket)[-1] == "assigned"


def test_a_ticket_in_progress_stays_in_progress_when_let_go_of(ticket, agent):
    assign(ticket, by=agent, to=agent)
    reply(ticket, by=agent, text="Look here.")

    assert release(ticket, by=agent).status == "in_progress"


def test_nobody_takes_an_assigned_ticket_back_to_triaged_by_hand(ticket, agent):
    assign(ticket, by=agent, to=agent)

    with pytest.raises(MoveNotAllowed):
        change_status(ticket, by=agent, status="triaged")


def test_claiming_what_somebody_has_says_who(ticket, agent, colleague):
    claim(ticket, by=agent)
    assert claim(ticket, by=agent).assignee == agent

    with pytest.raises(AlreadyClaimed) as refused, transaction.atomic():
        claim(ticket, by=colleague)

    assert refused.value.winner == agent
    assert "Ada Agent" in str(refused.value)
    close(ticket, by=agent)
    release(ticket, by=agent)
    with pytest.raises(TicketIsClosed):
        claim(ticket, by=colleague)


def test_escalating_moves_level_and_queue_says_why_and_counts(opened, agent, colleague):
    team = TeamFactory(name="Engineering")
    member = UserFactory(role="agent", team=team)
    SupportLevel.objects.filter(level=3).update(team=team)
    ticket = opened(assignee=colleague, category="billing")

    escalate(ticket, by=agent, reason="Needs a fix.", to_level=3, now=LATER)

    ticket.refresh_from_db()
    assert (ticket.level, ticket.team, ticket.assignee) == (3, team, None)
    assert (ticket.escalation_count, ticket.escalated_at) == (1, LATER)
    note = ticket.messages.get(kind="note")
    assert "Needs a fix." in note.text
    data = Event.objects.get(kind="ticket_escalated").data
    assert (data["level"], data["reason"]) == ([1, 3], "Needs a fix.")
    told = Notification.objects.filter(kind="ticket_escalated")
    assert {row.person for row in told} == {colleague, member}


@pytest.mark.parametrize(("reason", "level"), [(" ", 2), ("Because", 1), ("x", 5)])
def test_escalating_needs_a_reason_and_a_higher_level(ticket, agent, reason, level):
    with pytest.raises(ValidationError):
        escalate(ticket, by=agent, reason=reason, to_level=level)


# --- rating ---------------------------------------------------------------------------


def test_a_ticket_is_rated_once_per_resolving(ticket, agent):
    with pytest.raises(NotRateable):
        rate_ticket(ticket, score=5)
    resolve(ticket, by=agent, now=START)
    rate_ticket(ticket, score=2, comment="Slow", now=LATER)
    with pytest.raises(NotRateable):
        rate_ticket(ticket, score=5)

    reopen(ticket, by=agent, now=LATER)
    resolve(ticket, by=agent, now=LATER + timedelta(hours=1))
    rate_ticket(ticket, score=5, now=LATER + timedelta(hours=2))

    ticket.refresh_from_db()
    assert ticket.csat == 5
    scores = Event.objects.filter(kind="ticket_rated").order_by("id")
    assert [event.data["score"] for event in scores] == [2, 5]
