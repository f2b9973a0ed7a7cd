"""Clocks after an undo: as if the mistaken change had not been."""

import pytest

from tests.tickets.clock_world import MINUTE, MONDAY, Desk, clock
from tickets.models import SlaEvent
from tickets.services import (
    bulk_status,
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
