"""Tickets of another system keep its verdict, whatever is done with them here."""

import pytest

from tests.factories.tickets import MessageFactory, TicketFactory, TicketPeriodFactory
from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk
from tickets.models import SlaClock, Ticket
from tickets.services import (
    bulk_close,
    bulk_merge,
    change_priority,
    mark_spam,
    reopen,
    resolve,
    split_ticket,
    undo_bulk,
    unmark_spam,
)
from tickets.services.clocks import recheck, retarget, take_back_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def imported(desk):
    """Missed where it comes from; without the tier that its customer has here."""
    ticket = TicketFactory(
        source="servicenow", external_id="1", status="in_progress",
        account=desk.account, opened_at=MONDAY, is_sla_met=False,
        breached_at=MONDAY + MINUTE,
    )  # fmt: skip
    TicketPeriodFactory(ticket=ticket, value="in_progress", valid_from=MONDAY)
    MessageFactory(ticket=ticket, sent_at=MONDAY)
    MessageFactory(ticket=ticket, sent_at=MONDAY + 2 * MINUTE)
    return ticket


def spam_and_back(desk, ticket):
    mark_spam(ticket, by=desk.agent, now=MONDAY + HOUR)
    desk.ask(ticket, MONDAY + HOUR + MINUTE)
    unmark_spam(ticket, by=desk.agent, now=MONDAY + 2 * HOUR)


def resolved_and_reopened(desk, ticket):
    desk.reply(ticket, MONDAY + HOUR)
    resolve(ticket, by=desk.agent, now=MONDAY + 2 * HOUR)
    reopen(ticket, by=desk.agent, now=MONDAY + DAY)


def closed_and_taken_back(desk, ticket):
    change = bulk_close([ticket], by=desk.agent, now=MONDAY + HOUR)
    undo_bulk(change, by=desk.agent, now=MONDAY + HOUR + MINUTE)


def merged_and_parted(desk, ticket):
    other = desk.ticket()
    change = bulk_merge([other], into=ticket, by=desk.agent, now=MONDAY + HOUR)
    undo_bulk(change, by=desk.agent, now=MONDAY + HOUR + MINUTE)
    change = bulk_merge([ticket], into=other, by=desk.agent, now=MONDAY + 2 * HOUR)
    undo_bulk(change, by=desk.agent, now=MONDAY + 2 * HOUR + MINUTE)


def split(desk, ticket):
    newest = ticket.messages.latest("sent_at")
    split_ticket(
        ticket, messages=[newest], by=desk.agent, subject="More", now=MONDAY + HOUR
    )


def prioritised(desk, ticket):
    change_priority(ticket, priority="critical", by=desk.agent, now=MONDAY + HOUR)


def recomputed(desk, ticket):
    for reason in ("account", "tier", "level", "calendar", "rebuild"):
        retarget(ticket, now=MONDAY + HOUR, reason=reason)
    recheck(ticket, now=MONDAY + HOUR)
    take_back_many([ticket], since=MONDAY, now=MONDAY + HOUR)


@pytest.mark.parametrize(
    "happens",
    [
        spam_and_back,
        resolved_and_reopened,
        closed_and_taken_back,
        merged_and_parted,
        split,
        prioritised,
        recomputed,
    ],
)
def test_a_ticket_from_elsewhere_is_promised_nothing_here(desk, imported, happens):
    happens(desk, imported)

    ticket = Ticket.objects.get(pk=imported.pk)
    assert ticket.tier_id is None
    assert ticket.breached_at == MONDAY + MINUTE
    assert ticket.is_sla_met is False
    assert ticket.next_due_at is None
    assert not SlaClock.objects.filter(ticket=ticket).exists()
