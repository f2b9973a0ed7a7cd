"""Opening a ticket costs a fixed number of statements, and leaves nothing out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisation.calendar_services import update_calendar
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import TeamFactory
from tests.tickets.clock_world import Desk, promise
from tickets.models import SlaTier, SupportLevel, TicketWords
from tickets.services import create_ticket
from tickets.services.messages import MOST_CHARACTERS
from tickets.services.search_words import index_tickets

pytestmark = pytest.mark.django_db

#: The account held; id, number and team; promises; ticket, periods, message, words,
#: clocks, event; and the savepoint around them.
STATEMENTS = 11


@pytest.fixture
def desk():
    return Desk()


def words_of(ticket):
    return TicketWords.objects.get(ticket=ticket).words


def test_a_ticket_is_opened_in_a_fixed_number_of_statements(desk):
    account = AccountFactory()
    create_ticket(by=None, subject="First", text="Words", account=account)

    with CaptureQueriesContext(connection) as queries:
        create_ticket(by=None, subject="Next", text="Words", account=account)

    assert len(queries) <= STATEMENTS


@pytest.mark.parametrize(
    "text", ["The file is empty.", "\u4e00" * MOST_CHARACTERS], ids=["short", "long"]
)
def test_a_new_ticket_is_found_by_what_indexing_it_again_would_find(desk, text):
    contact = ContactFactory(name="Nora Berg", email="nora@example.com")

    ticket = create_ticket(by=None, subject="Export", text=text, contact=contact)

    written = words_of(ticket)
    index_tickets([ticket.pk])
    assert words_of(ticket) == written
    assert "'berg'" in written
    assert "'export'" in written


def test_targets_edited_a_moment_ago_hold_for_the_next_ticket(desk):
    desk.ticket()
    desk.version.targets = promise(first_response=7, resolution=70)
    desk.version.save()

    ticket = desk.ticket()

    assert {c.target_seconds for c in ticket.clocks.all()} == {7 * 60, 70 * 60}


def test_a_calendar_edited_a_moment_ago_holds_for_the_next_ticket():
    desk = Desk(promise("calendar", first_response=60, resolution=480))
    before = desk.ticket()

    update_calendar(desk.calendar, by=None, weekly={"sat": [["10:00", "12:00"]]})
    after = desk.ticket()

    kept = {c.calendar_version.number for c in before.clocks.all()}
    held = {c.calendar_version for c in after.clocks.all()}
    assert {c.definition["weekly"].keys() == {"sat"} for c in held} == {True}
    assert kept.isdisjoint(c.number for c in held)


def test_a_level_leads_to_its_team_and_a_given_team_stays(desk):
    first, other = TeamFactory(), TeamFactory()
    SupportLevel.objects.filter(pk=1).update(team=first)

    led = create_ticket(by=None, subject="Led", text="Words")
    given = create_ticket(by=None, subject="Given", text="Words", team=other)

    assert (led.team, given.team) == (first, other)


def test_without_any_tier_a_ticket_is_promised_nothing(desk):
    SlaTier.objects.all().delete()

    ticket = create_ticket(by=None, subject="Free", text="Words")

    assert ticket.tier is None
    assert not ticket.clocks.exists()
    assert ticket.opened_at > timezone.now() - timedelta(minutes=1)
