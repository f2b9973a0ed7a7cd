"""What waits for a ticket somebody else has: it happens once it has it, not before."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from tests.tickets.clock_world import HOUR, MINUTE, Desk, clock, promise
from tickets.models import SlaEvent, Ticket, TicketPeriod
from tickets.services import (
    Body,
    bulk_close,
    bulk_status,
    do_undoably,
    receive_customer_message,
    reply,
    resolve,
    undo_bulk,
)
from tickets.services.rebuild import start_rebuild
from tickets.services.tier_changes import publish_targets
from tickets.tasks import rebuild_clocks

pytestmark = pytest.mark.django_db(transaction=True)


def while_a_customer_writes(ticket, call):
    """What the call gives, having waited for the ticket to which a customer writes."""

    def run():
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Ticket.objects.held().get(pk=ticket.pk)
            waiting = pool.submit(run)
            until_somebody_waits()
            receive_customer_message(ticket, body=Body("And now?"))
        return waiting.result(20)


def until_somebody_waits():
    last = time.monotonic() + 10
    while time.monotonic() < last:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
                "WHERE NOT l.granted AND a.datname = current_database()"
            )
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise AssertionError("Nobody waits for the ticket.")


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ticket(desk):
    """It waits for the customer, whose message lets it go on."""
    now = timezone.now()
    row = desk.ticket(at=now - HOUR / 2)
    reply(
        row, by=desk.agent, text="Which one?", status="waiting", now=now - 20 * MINUTE
    )
    row.refresh_from_db()
    return row


def test_closing_many_ends_what_a_customer_asked_meanwhile(desk, ticket):
    change = while_a_customer_writes(
        ticket, lambda: bulk_close([ticket], by=desk.agent)
    )

    ticket.refresh_from_db()
    assert ticket.resolved_at > ticket.last_customer_message_at
    asked = clock(ticket, "next_response")
    assert asked.stopped_at > asked.started_at
    assert undo_bulk(change, by=desk.agent) == 1
    spans = TicketPeriod.objects.filter(ticket=ticket, field="status")
    assert all(row.valid_to is None or row.valid_to > row.valid_from for row in spans)


def test_resolving_one_ends_what_a_customer_asked_meanwhile(desk, ticket):
    def call():
        return do_undoably(
            ticket,
            lambda row, at: resolve(row, by=desk.agent, now=at),
            verb="resolve",
            by=desk.agent,
        )

    change = while_a_customer_writes(ticket, call)

    ticket.refresh_from_db()
    assert ticket.resolved_at > ticket.last_customer_message_at
    assert undo_bulk(change, by=desk.agent) == 1


def test_an_undo_that_waited_is_made_when_it_has_the_ticket(desk, ticket):
    change = bulk_status([ticket], status="on_hold", by=desk.agent)

    while_a_customer_writes(ticket, lambda: undo_bulk(change, by=desk.agent))

    ticket.refresh_from_db()
    change.refresh_from_db()
    assert change.undone_at > ticket.last_customer_message_at


def test_a_rebuild_judges_by_the_moment_it_has_the_tickets():
    desk = Desk(promise(first_response=480))
    ticket = desk.ticket(at=timezone.now() - timedelta(minutes=5))
    publish_targets(
        desk.tier,
        by=None,
        targets=promise(first_response=240),
        calendar=desk.calendar,
    )
    start_rebuild(by=None, tier=desk.tier)

    while_a_customer_writes(ticket, rebuild_clocks)

    ticket.refresh_from_db()
    told = SlaEvent.objects.get(ticket=ticket, kind="retarget")
    assert told.happened_at > ticket.last_customer_message_at
