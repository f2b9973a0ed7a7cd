"""Open tickets of somebody who is no longer here."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from organisation.services import disable_user, enable_user
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.tickets import TicketFactory
from tests.tickets.clock_world import DAY, HOUR, MONDAY, Desk
from tickets.models import TicketPeriod
from tickets.queries.queues import queue, queue_counts
from tickets.services.assignment import assign, claim
from tickets.services.leaving import release_left
from tickets.services.statuses import reopen, resolve
from tickets.tasks import follow_tickets_in_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    OrganisationFactory()
    return Desk()


def leave(person):
    disable_user(person, by=UserFactory(role="admin"))


def test_open_tickets_of_who_left_can_be_claimed(desk):
    ticket = assign(desk.ticket(), by=desk.agent, to=desk.agent, now=MONDAY)
    leave(desk.agent)

    assert follow_tickets_in_time() == 1

    other = UserFactory(role="agent")
    now = MONDAY + HOUR
    assert ticket in queue(other, "unassigned", now=now)
    assert queue_counts(other, now=now)["unassigned"].value == 1
    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (None, "triaged")
    assert claim(ticket, by=other, now=now).assignee == other


def test_each_ticket_tells_from_whom_it_came_back(desk):
    tickets = [
        assign(desk.ticket(), by=desk.agent, to=desk.agent, now=MONDAY)
        for _ in range(2)
    ]
    leave(desk.agent)

    assert release_left(now=MONDAY + HOUR) == 2

    told = Event.objects.filter(kind="ticket_assigned", happened_at=MONDAY + HOUR)
    assert {event.subject_id for event in told} == {row.pk for row in tickets}
    for event in told:
        assert event.actor_id is None
        assert event.data["assignee"] == [desk.agent.label, ""]
    period = TicketPeriod.objects.get(
        ticket=tickets[0], field="status", valid_to__isnull=True
    )
    assert period.valid_from == MONDAY + HOUR
    assert release_left(now=MONDAY + DAY) == 0


def test_what_is_done_stays_theirs_until_it_is_reopened(desk):
    ticket = assign(desk.ticket(), by=desk.agent, to=desk.agent, now=MONDAY)
    resolve(ticket, by=desk.agent, now=MONDAY + HOUR)
    leave(desk.agent)
    assert release_left(now=MONDAY + DAY) == 0

    reopen(ticket, by=UserFactory(role="agent"), now=MONDAY + DAY)

    assert release_left(now=MONDAY + DAY + HOUR) == 1
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_who_is_here_keeps_their_tickets(desk):
    ticket = assign(desk.ticket(), by=desk.agent, to=desk.agent, now=MONDAY)
    leave(desk.agent)
    enable_user(desk.agent, by=UserFactory(role="admin"))
    TicketFactory(assignee=UserFactory(role="agent"))

    assert release_left(now=MONDAY + HOUR) == 0
    ticket.refresh_from_db()
    assert ticket.assignee == desk.agent


def test_many_tickets_take_as_many_queries_as_few(desk):
    def queries(count: int) -> int:
        TicketFactory.create_batch(count, assignee=desk.agent, status="in_progress")
        with CaptureQueriesContext(connection) as found:
            assert release_left(now=MONDAY + timedelta(days=30)) == count
        return len(found)

    leave(desk.agent)
    few = queries(1)

    assert queries(30) == few


def test_the_question_before_disabling_says_so(client, desk):
    client.force_login(UserFactory(role="admin"))
    page = client.get(f"/settings/people/{desk.agent.public_id}/").content.decode()

    assert "open tickets go back to Unassigned" in page
