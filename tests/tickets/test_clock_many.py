"""Many tickets at once ask no more queries than one, and end up the same."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import AccountFactory
from tests.tickets.clock_world import HOUR, MINUTE, MONDAY, Desk, clock, promise
from tickets.models import SlaEvent, Ticket
from tickets.services import clocks
from tickets.services.periods import move_periods

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def rows(tickets):
    return list(
        Ticket.objects.filter(pk__in=[each.pk for each in tickets])
        .select_related("account")
        .order_by("pk")
    )


def moved(tickets, status, at):
    """Write the status everywhere but in the clocks."""
    found = rows(tickets)
    for ticket in found:
        ticket.status = status
    Ticket.objects.bulk_update(found, ["status"])
    move_periods("status", {ticket.pk: status for ticket in found}, at=at)
    return found


def resolved(tickets, at):
    found = moved(tickets, "resolved", at)
    before = {ticket.pk: "new" for ticket in found}
    with CaptureQueriesContext(connection) as queries:
        clocks.on_status_many(found, before, "resolved", at)
    return len(queries)


def test_resolving_many_asks_as_often_as_resolving_one(desk):
    alone = resolved([desk.ticket()], MONDAY + 9 * HOUR)

    many = resolved([desk.ticket() for _ in range(9)], MONDAY + 9 * HOUR)

    assert many <= alone
    assert SlaEvent.objects.filter(kind="breach", metric="resolution").count() == 10
    assert set(Ticket.objects.values_list("is_sla_met", flat=True)) == {False}


def test_retargeting_many_asks_as_often_as_retargeting_one(desk):
    tickets = [desk.ticket() for _ in range(9)]
    desk.version.targets = promise(first_response=10, resolution=60)
    desk.version.save()

    def asked(found):
        with CaptureQueriesContext(connection) as queries:
            clocks.retarget_many(rows(found), now=MONDAY + MINUTE, reason="priority")
        return len(queries)

    alone = asked(tickets[:1])

    assert asked(tickets[1:]) <= alone
    assert {clock(each).due_at for each in tickets} == {MONDAY + HOUR}


def answered(desk):
    """A ticket of an account of its own, whose first response is not promised."""
    ticket = desk.ticket(account=AccountFactory())
    desk.reply(ticket, MONDAY + MINUTE)
    ticket.clocks.filter(metric="first_response").update(state="cancelled")
    return ticket


def test_tickets_of_many_accounts_ask_as_often_as_those_of_one(desk):
    tickets = [answered(desk) for _ in range(6)]

    def asked(found):
        with CaptureQueriesContext(connection) as queries:
            clocks.retarget_many(rows(found), now=MONDAY + HOUR, reason="priority")
        return len(queries)

    alone = asked(tickets[:1])

    assert asked(tickets[1:]) <= alone


def test_reopening_many_asks_as_often_as_reopening_one(desk):
    tickets = [answered(desk) for _ in range(6)]
    for ticket in tickets:
        desk.ask(ticket, MONDAY + HOUR)
    resolved(tickets, MONDAY + 2 * HOUR)

    def reopened(tickets):
        at = MONDAY + 3 * HOUR
        found = moved(tickets, "in_progress", at)
        before = {ticket.pk: "resolved" for ticket in found}
        with CaptureQueriesContext(connection) as queries:
            clocks.on_status_many(found, before, "in_progress", at)
        return len(queries)

    alone = reopened(tickets[:1])

    assert reopened(tickets[1:]) <= alone
    assert {each.clocks.count() for each in tickets} == {4}


def test_starting_the_clocks_of_a_ticket_asks_few_queries(
    desk, django_assert_max_num_queries
):
    ticket = desk.ticket()
    ticket.clocks.all().delete()

    with django_assert_max_num_queries(7):
        clocks.start_clocks(ticket, now=MONDAY)

    assert clock(ticket).due_at == MONDAY + 8 * HOUR
