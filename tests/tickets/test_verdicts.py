"""The verdict on a ticket is the one of all its promises, whoever ended it."""

import pytest

from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk
from tickets.models import SlaClock, Ticket
from tickets.services import bulk_close, bulk_status, close, reopen, resolve

END = MONDAY + 4 * HOUR
WAYS = {
    "resolve": lambda ticket, by, at: resolve(ticket, by=by, now=at),
    "close": lambda ticket, by, at: close(ticket, by=by, now=at),
    "bulk status": lambda ticket, by, at: bulk_status(
        [ticket], status="resolved", by=by, now=at
    ),
    "bulk close": lambda ticket, by, at: bulk_close([ticket], by=by, now=at),
    "bulk close with words": lambda ticket, by, at: bulk_close(
        [ticket], message="All well.", by=by, now=at
    ),
}


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("answered_at", "asked_at", "is_met"),
    [
        (MONDAY + MINUTE, None, True),
        (MONDAY + 2 * HOUR, None, False),
        (MONDAY + MINUTE, MONDAY + 3 * HOUR, True),
        (MONDAY + MINUTE, MONDAY + HOUR, False),
    ],
    ids=["kept", "first late", "asked again", "next late"],
)
def test_one_missed_promise_is_a_missed_ticket(
    desk, way, answered_at, asked_at, is_met
):
    ticket = desk.ticket()
    desk.reply(ticket, answered_at)
    if asked_at is not None:
        desk.ask(ticket, asked_at)

    WAYS[way](ticket, desk.agent, END)

    row = Ticket.objects.get()
    missed = SlaClock.objects.filter(state="breached").exists()
    assert (row.is_sla_met, missed) == (is_met, not is_met)
    assert row.resolved_first_at == END


def test_the_first_resolution_stays_the_first(desk):
    ticket = desk.ticket()
    resolve(ticket, by=desk.agent, now=END)
    reopen(ticket, by=desk.agent, now=END + HOUR)

    bulk_close([ticket], by=desk.agent, now=END + DAY)

    row = Ticket.objects.get()
    assert (row.resolved_first_at, row.resolved_at) == (END, END + DAY)
    assert row.is_sla_met is False
