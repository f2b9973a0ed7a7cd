"""Changing many tickets at once: few statements, an event each, and a way back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from tests.tickets.conftest import START
from tests.tickets.test_conversation import statuses_of
from tickets.models import BulkChange, SlaClock, Ticket, TicketPeriod
from tickets.services import (
    AlreadyUndone,
    CannotMerge,
    TooLateToUndo,
    bulk_add_tag,
    bulk_assign,
    bulk_close,
    bulk_merge,
    bulk_priority,
    bulk_remove_tag,
    bulk_status,
    change_priority,
    change_status,
    close,
    mark_spam,
    merge_tickets,
    undo_bulk,
)

LATER = START + timedelta(hours=1)
FIELDS = (
    "status", "priority", "assignee_id", "tags", "resolved_at", "closed_at", "cycle",
    "reopen_count", "merged_into_id", "next_due_at", "next_due_metric", "is_sla_met",
    "resolved_first_at", "snoozed_until",
)  # fmt: skip


@pytest.fixture
def three(opened):
    return [opened(subject=word) for word in ("One", "Two", "Three")]


def facts():
    """All that a change may touch, clocks and intervals included."""
    clocks = SlaClock.objects.order_by("pk").values_list(
        "state", "due_at", "warn_at", "stopped_at", "target_seconds"
    )
    periods = TicketPeriod.objects.order_by("ticket", "field", "valid_from")
    return (
        list(Ticket.objects.order_by("pk").values(*FIELDS)),
        list(clocks),
        list(periods.values_list("ticket", "field", "value", "valid_from", "valid_to")),
    )


CHANGES = {
    "assign": lambda rows, by: bulk_assign(rows, to=by, by=by, now=LATER),
    "priority": lambda rows, by: bulk_priority(rows, priority="high", by=by, now=LATER),
    "status": lambda rows, by: bulk_status(rows, status="resolved", by=by, now=LATER),
    "tag": lambda rows, by: bulk_add_tag(rows, tag="vip", by=by, now=LATER),
    "close": lambda rows, by: bulk_close(rows, message="Fixed.", by=by, now=LATER),
    "merge": lambda rows, by: bulk_merge(rows[1:], into=rows[0], by=by, now=LATER),
}


@pytest.mark.parametrize("verb", CHANGES)
def test_a_bulk_change_is_undone_whole(three, agent, verb):
    before = facts()

    change = CHANGES[verb](three, agent)

    assert facts() != before
    assert undo_bulk(change, by=agent, now=LATER) == change.ticket_count
    if verb == "close":
        # What was sent stays sent: the answer counts.
        after = facts()
        assert [row["status"] for row in after[0]] == ["new"] * 3
        assert after[2] == before[2]
        assert (
            SlaClock.objects.filter(metric="resolution", state="running").count() == 3
        )
    else:
        assert facts() == before


@pytest.mark.parametrize("verb", CHANGES)
def test_each_ticket_gets_one_event_of_a_bulk_change(three, agent, verb):
    last = Event.objects.latest("id").pk

    change = CHANGES[verb](three, agent)

    mine = Event.objects.filter(id__gt=last).exclude(
        kind__in=["csat_requested", "ticket_absorbed"]
    )
    subjects = list(mine.values_list("subject_id", flat=True))
    assert len(subjects) == len(set(subjects)) == change.ticket_count
    assert {event.actor_id for event in mine} == {agent.pk}


@pytest.mark.parametrize("verb", CHANGES)
def test_a_bulk_change_takes_as_many_statements_for_twenty_as_for_three(
    opened, agent, verb
):
    def statements(rows):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            CHANGES[verb](rows, agent)
        return len(queries)

    few = statements([opened() for _ in range(3)])
    many = statements([opened() for _ in range(20)])

    assert many <= few


@pytest.mark.parametrize("verb", CHANGES)
def test_undoing_takes_as_many_statements_for_twenty_as_for_three(opened, agent, verb):
    def statements(rows):
        change = CHANGES[verb](rows, agent)
        with CaptureQueriesContext(connection) as queries:
            undo_bulk(change, by=agent, now=LATER + timedelta(minutes=5))
        return len(queries)

    few = statements([opened() for _ in range(3)])

    assert statements([opened() for _ in range(20)]) <= few


def test_undo_leaves_what_was_changed_since(three, agent):
    change = bulk_priority(three, priority="high", by=agent, now=LATER)
    change_priority(three[0], by=agent, priority="critical", now=LATER)

    assert undo_bulk(change, by=agent, now=LATER + timedelta(minutes=5)) == 2

    found = Ticket.objects.order_by("pk").values_list("priority", flat=True)
    assert list(found) == ["critical", "medium", "medium"]


def test_a_status_that_went_on_since_stays(three, agent):
    change = bulk_status(three, status="in_progress", by=agent, now=LATER)
    change_status(three[1], by=agent, status="waiting", now=LATER)

    assert undo_bulk(change, by=agent, now=LATER) == 2

    found = Ticket.objects.order_by("pk").values_list("status", flat=True)
    assert list(found) == ["new", "waiting", "new"]
    assert statuses_of(three[0]) == ["new"]


def test_a_status_that_went_on_and_came_back_stays(three, agent):
    change = bulk_status(three, status="waiting", by=agent, now=LATER)
    minute = timedelta(minutes=1)
    change_status(three[0], by=agent, status="in_progress", now=LATER + minute)
    change_status(three[0], by=agent, status="waiting", now=LATER + 2 * minute)
    before = statuses_of(three[0])

    assert undo_bulk(change, by=agent, now=LATER + 3 * minute) == 2

    assert statuses_of(three[0]) == before
    assert Ticket.objects.get(pk=three[0].pk).status == "waiting"


def test_a_bulk_change_is_undone_for_a_quarter_of_an_hour(three, agent):
    change = bulk_close(three, by=agent, now=LATER)

    with pytest.raises(TooLateToUndo):
        undo_bulk(change, by=agent, now=LATER + timedelta(minutes=16))

    assert undo_bulk(change, by=agent, now=LATER + timedelta(minutes=15)) == 3


def test_a_bulk_change_is_undone_once(three, agent):
    change = bulk_add_tag(three, tag="vip", by=agent)
    undo_bulk(change, by=agent)

    with pytest.raises(AlreadyUndone):
        undo_bulk(change, by=agent)


def test_closing_many_answers_each_and_resolves_first(three, agent):
    close(three[2], by=agent, now=START)

    change = bulk_close(three, message="Fixed in **2.1**", by=agent, now=LATER)

    assert change.ticket_count == 2
    first = Ticket.objects.get(pk=three[0].pk)
    assert (first.status, first.resolved_at, first.closed_at) == (
        "closed", LATER, LATER,
    )  # fmt: skip
    assert (first.first_responded_at, first.agent_message_count) == (LATER, 1)
    message = first.messages.get(side="agent")
    assert message.html == "<p>Fixed in <strong>2.1</strong></p>\n"
    assert statuses_of(first) == ["new", "resolved", "closed"]
    assert first.clocks.get(metric="first_response").state == "met"
    assert Event.objects.filter(kind="csat_requested").count() == 3


def test_closing_many_says_nothing_to_spam(three, agent):
    mark_spam(three[0], by=agent, now=START)

    bulk_close(three, message="All well.", by=agent, now=LATER)

    spam = Ticket.objects.get(pk=three[0].pk)
    assert not spam.messages.filter(side="agent").exists()
    assert (spam.status, spam.agent_message_count) == ("closed", 0)
    assert spam.first_responded_at is None
    told = Event.objects.filter(kind="csat_requested")
    assert {event.subject_id for event in told} == {row.pk for row in three[1:]}


def test_tags_come_and_go(three, agent):
    bulk_add_tag(three, tag=" VIP ", by=agent)
    assert {tuple(row.tags) for row in Ticket.objects.all()} == {("vip",)}
    assert bulk_add_tag(three, tag="vip", by=agent).ticket_count == 0
    bulk_remove_tag(three[:1], tag="vip", by=agent)
    assert Ticket.objects.filter(tags=[]).count() == 1


def test_a_merged_ticket_is_left_out_of_bulk_changes(three, agent):
    merge_tickets(three[:1], into=three[1], by=agent)

    assert bulk_assign(three, to=agent, by=agent).ticket_count == 2


def test_a_bulk_merge_says_why_when_nothing_can_be_merged(three, agent):
    with pytest.raises(CannotMerge):
        bulk_merge(three[:1], into=three[0], by=agent)
    assert not BulkChange.objects.exists()
