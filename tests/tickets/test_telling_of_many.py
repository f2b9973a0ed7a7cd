"""Whoever follows tickets that are changed together is told as if each was alone."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organisation.models import Notification, Organisation
from tests.factories.organisation import UserFactory
from tests.factories.tickets import WatcherFactory
from tests.tickets.clock_world import HOUR, MONDAY, Desk
from tickets.services import (
    assign,
    bulk_close,
    bulk_merge,
    bulk_status,
    change_status,
    merge_tickets,
    undo_bulk,
)

THEN = MONDAY + HOUR


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def watcher():
    return UserFactory(role="agent")


def followed(desk, *people):
    ticket = desk.ticket()
    for person in people:
        WatcherFactory(ticket=ticket, person=person)
    return ticket


def news(person):
    rows = Notification.objects.filter(person=person).order_by("pk")
    return list(rows.values_list("kind", "title", "body"))


@pytest.mark.parametrize(
    ("before", "status", "kind", "word"),
    [
        ("new", "resolved", "ticket_resolved", "Resolved"),
        ("resolved", "closed", "ticket_closed", "Closed"),
        ("resolved", "in_progress", "ticket_reopened", "In progress"),
    ],
)
def test_who_follows_hears_of_a_change_of_many_as_of_one(
    desk, watcher, before, status, kind, word
):
    alone, among = followed(desk, watcher), followed(desk, watcher)
    if before == "resolved":
        bulk_status([alone, among], by=watcher, status="resolved", now=MONDAY)

    change_status(alone, by=desk.agent, status=status, now=THEN)
    bulk_status([among], by=desk.agent, status=status, now=THEN)

    assert news(watcher) == [
        (kind, f"{ticket.number}: {word}", "Printer") for ticket in (alone, among)
    ]


def test_closing_many_tells_assignee_and_watchers_once_what_was_said(desk, watcher):
    ticket = followed(desk, watcher, desk.agent)
    assignee = UserFactory(role="agent")
    assign(ticket, by=assignee, to=assignee, now=MONDAY)
    WatcherFactory(ticket=ticket, person=assignee)

    bulk_close([ticket], message="Fixed in 2.1", by=desk.agent, now=THEN)

    told = ("ticket_closed", f"{ticket.number}: Closed", "Fixed in 2.1")
    assert news(watcher) == news(assignee) == [told]
    assert news(desk.agent) == []


def test_steps_on_the_way_are_no_news(desk, watcher):
    bulk_status([followed(desk, watcher)], by=desk.agent, status="waiting", now=THEN)

    assert news(watcher) == []


def test_who_may_not_see_the_ticket_hears_nothing(desk, watcher):
    ticket = followed(desk, watcher)
    Organisation.objects.update(row_scope="book")

    bulk_status([ticket], by=desk.agent, status="resolved", now=THEN)

    assert news(watcher) == []


@pytest.mark.parametrize("merge", [merge_tickets, bulk_merge])
def test_who_follows_either_ticket_hears_of_a_merge_once(desk, watcher, merge):
    both, theirs = UserFactory(role="agent"), UserFactory(role="agent")
    source, target = followed(desk, watcher, both), followed(desk, both, theirs)

    merge([source], into=target, by=desk.agent, now=THEN)

    words = f"{source.number} was merged into {target.number}"
    for person in (watcher, both):
        assert news(person) == [("ticket_merged", words, "Printer")]
    assert news(theirs) == [("ticket_absorbed", words, "Printer")]
    path = Notification.objects.values_list("path", flat=True).distinct().get()
    assert str(target.public_id) in path


def test_who_follows_the_target_hears_once_of_several_tickets(desk, watcher):
    target, one, other = followed(desk, watcher), desk.ticket(), desk.ticket()

    bulk_merge([one, other], into=target, by=desk.agent, now=THEN)

    words = f"2 tickets were merged into {target.number}"
    assert news(watcher) == [("ticket_absorbed", words, "Printer")]


def test_what_was_undone_and_done_again_is_news_again(desk, watcher):
    source, target = followed(desk, watcher), desk.ticket()

    for _time in range(2):
        change = bulk_merge([source], into=target, by=desk.agent, now=THEN)
        undo_bulk(change, by=desk.agent, now=THEN)

    assert len(news(watcher)) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda rows, by: bulk_close(rows, message="Bye.", by=by, now=THEN),
        lambda rows, by: bulk_merge(rows[1:], into=rows[0], by=by, now=THEN),
    ],
    ids=["close", "merge"],
)
def test_telling_takes_as_many_statements_for_twenty_as_for_three(desk, change):
    def statements(count):
        rows = [followed(desk, UserFactory(role="agent")) for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            change(rows, desk.agent)
        return len(queries)

    few = statements(3)

    assert statements(20) <= few
