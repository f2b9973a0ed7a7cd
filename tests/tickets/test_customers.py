"""Whose ticket it is, and what follows when that changes."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from events.models import Event
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import UserFactory
from tests.factories.tickets import (
    SlaTierFactory,
    SlaTierVersionFactory,
    WatcherFactory,
)
from tests.tickets.clock_world import HOUR, MONDAY, Desk, clock, promise
from tickets.models import Ticket
from tickets.services import StaleTicket, assign, change_customer, reply


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def owner():
    return UserFactory(role="agent", name="Olga Owner")


@pytest.fixture
def other(owner):
    return ContactFactory(
        account=AccountFactory(name="Beta", owner=owner),
        name="Dora Dent",
        email="dora@beta.test",
    )


def change(ticket, contact, **values):
    values = {"account": None, "contact": contact, "by": None} | values
    return change_customer(ticket, **values)


def test_the_ticket_is_the_contacts_and_their_accounts(desk, other):
    ticket = desk.ticket(requester_name="Somebody", requester_email="x@y.test")

    change(ticket, other, by=desk.agent)

    ticket.refresh_from_db()
    assert (ticket.account, ticket.contact) == (other.account, other)
    assert ticket.requester_name == "Dora Dent"
    assert ticket.requester_email == "dora@beta.test"
    event = Event.objects.get(kind="ticket_updated")
    assert event.account_id == other.account_id
    assert event.data["account"] == [desk.account.name, "Beta"]
    assert event.data["contact"] == [None, str(other)]


def test_nobody_in_particular_may_have_asked(desk, other):
    ticket = desk.ticket(account=None, contact=other)

    change(ticket, None, requester_email="new@else.test")

    ticket.refresh_from_db()
    assert (ticket.account, ticket.contact, ticket.requester_name) == (None, None, "")
    assert ticket.requester_email == "new@else.test"


def test_its_tier_and_open_clocks_follow(desk, other):
    tier = SlaTierFactory(name="Quick")
    tier.accounts.add(other.account)
    SlaTierVersionFactory(
        tier=tier, calendar=desk.calendar, targets=promise(resolution=60)
    )
    ticket = desk.ticket()

    change(ticket, other, now=MONDAY + timedelta(minutes=10))

    ticket.refresh_from_db()
    assert ticket.tier == tier
    assert clock(ticket).due_at == MONDAY + HOUR
    assert clock(ticket, "first_response").state == "cancelled"


def test_people_who_may_not_see_the_new_account_leave_the_ticket(desk, other, owner):
    Organisation.objects.update(row_scope="book")
    desk.account.owner = desk.agent
    desk.account.save()
    ticket = desk.ticket()
    assign(ticket, by=desk.agent, to=desk.agent)
    WatcherFactory(ticket=ticket, person=desk.agent)
    WatcherFactory(ticket=ticket, person=owner)
    WatcherFactory(ticket=ticket, person=None, email="copy@acme.test")

    change(ticket, other, by=UserFactory(role="leader"))

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.status) == (None, "triaged")
    kept = [row.email or row.person for row in ticket.watchers.order_by("id")]
    assert kept == [owner, "copy@acme.test"]
    told = Event.objects.filter(kind__in=["ticket_assigned", "ticket_unwatched"])
    assert [each.data for each in told.order_by("id")[1:]] == [
        {"assignee": [desk.agent.label, ""]},
        {"watcher": desk.agent.label},
    ]


def test_nobody_gives_a_ticket_to_an_account_they_may_not_see(desk, other):
    Organisation.objects.update(row_scope="book")
    ticket = desk.ticket(account=None)

    with pytest.raises(ValidationError) as refused:
        change(ticket, other, by=desk.agent)

    assert set(refused.value.message_dict) == {"account"}
    ticket.refresh_from_db()
    assert ticket.account is None


def test_account_and_contact_belong_together_and_are_not_archived(desk, other):
    ticket = desk.ticket()
    gone = ContactFactory(account=desk.account, archived_at=timezone.now())

    with pytest.raises(ValidationError, match="another account"):
        change(ticket, other, account=desk.account)
    with pytest.raises(ValidationError, match="archived"):
        change(ticket, gone)

    assert Event.objects.filter(kind="ticket_updated").count() == 0


def test_who_has_an_older_version_is_told(desk, other):
    ticket = desk.ticket()
    reply(ticket, by=desk.agent, text="Look here.")

    with pytest.raises(StaleTicket):
        change(ticket, other, expected_version=ticket.version)


def test_the_same_customer_again_changes_nothing(desk, other):
    ticket = desk.ticket(account=None, contact=other)
    version = Ticket.objects.get(pk=ticket.pk).version

    change(ticket, other)

    assert Ticket.objects.get(pk=ticket.pk).version == version
