"""Queues: which tickets stand in which view, and in which order."""

from datetime import UTC, datetime, timedelta

import pytest

from organisation.facts import kept_for_request
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.tickets import TicketFactory
from tickets.models import Ticket
from tickets.queries.queues import VIEWS, queue, queue_counts, queue_page

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def agent():
    return UserFactory(role="agent", team=TeamFactory())


def subjects(tickets):
    return sorted(ticket.subject for ticket in tickets)


def world(agent):
    hour = timedelta(hours=1)
    TicketFactory(subject="mine", assignee=agent, next_due_at=NOW + 9 * hour)
    TicketFactory(subject="free", next_due_at=NOW + hour)
    TicketFactory(subject="team", assignee=UserFactory(), team=agent.team)
    TicketFactory(subject="missed", assignee=UserFactory(), breached_at=NOW - hour)
    TicketFactory(subject="late", assignee=UserFactory(), next_due_at=NOW - hour)
    TicketFactory(subject="waits", assignee=UserFactory(), status="waiting")
    TicketFactory(subject="asleep", assignee=agent, snoozed_until=NOW + hour)
    TicketFactory(subject="awake", assignee=agent, snoozed_until=NOW - hour)
    TicketFactory(subject="done", assignee=agent, status="resolved", breached_at=NOW)
    TicketFactory(subject="spam", spam_at=NOW)
    TicketFactory(subject="merged", merged_into=Ticket.objects.first())


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("mine", ["awake", "mine"]),
        ("unassigned", ["free"]),
        ("team", ["team"]),
        ("due", ["free"]),
        ("late", ["late", "missed"]),
        ("waiting", ["waits"]),
        (
            "all",
            ["asleep", "awake", "free", "late", "mine", "missed", "team", "waits"],
        ),
        ("snoozed", ["asleep"]),
        ("done", ["done"]),
        ("spam", ["spam"]),
    ],
)
def test_a_view_holds_what_its_name_says(agent, view, expected):
    world(agent)

    assert subjects(queue(agent, view, now=NOW)) == expected


def test_the_counts_are_those_of_the_views(agent, django_assert_max_num_queries):
    world(agent)

    with kept_for_request(), django_assert_max_num_queries(2):
        counts = queue_counts(agent, now=NOW)

    assert {key: count.value for key, count in counts.items()} == {
        view.key: queue(agent, view.key, now=NOW).count() for view in VIEWS
    }


def test_an_agent_without_a_team_has_an_empty_team_view():
    agent = UserFactory(role="agent")
    TicketFactory()

    assert not queue(agent, "team", now=NOW).exists()
    assert queue_counts(agent, now=NOW)["team"].value == 0


def test_what_is_due_first_stands_first_and_what_has_no_due_time_last(agent):
    for subject, hours in [("second", 2), ("first", 1), ("third", 3)]:
        TicketFactory(subject=subject, next_due_at=NOW + timedelta(hours=hours))
    TicketFactory(subject="whenever", status="waiting")

    page = queue_page(queue(agent, "all", now=NOW), agent, size=3)
    rest = queue_page(queue(agent, "all", now=NOW), agent, after=page.next, size=3)

    assert [row.subject for row in page.rows] == ["first", "second", "third"]
    assert [row.subject for row in rest.rows] == ["whenever"]


def test_critical_stands_before_low_in_the_order_of_priority(agent):
    for priority in ("low", "critical", "medium", "high"):
        TicketFactory(subject=priority, priority=priority)

    page = queue_page(queue(agent, "all", now=NOW), agent, order="priority")

    assert [row.subject for row in page.rows] == ["critical", "high", "medium", "low"]


def test_tickets_of_accounts_one_may_not_see_are_in_no_queue(agent):
    Organisation.objects.update(row_scope="book")
    TicketFactory(subject="theirs", account=AccountFactory())
    TicketFactory(subject="own", account=AccountFactory(owner=agent))
    TicketFactory(subject="nobody's", account=None)

    assert subjects(queue(agent, "all", now=NOW)) == ["nobody's", "own"]
    assert queue_counts(agent, now=NOW)["all"].value == 2
