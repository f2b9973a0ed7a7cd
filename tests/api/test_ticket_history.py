"""What was done to a ticket, and its customer's link, over the API."""

import pytest

from organisation.models import Organisation
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import UserFactory
from tickets.addresses import public_address
from tickets.services import change_priority, claim, create_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return UserFactory(role="agent", name="Tom Brandt")


@pytest.fixture
def ticket():
    return create_ticket(
        by=None, subject="Slow", text="Help", contact=ContactFactory(), priority="low"
    )


def of(ticket, what):
    return f"/api/v1/tickets/{ticket.public_id}/{what}/"


def test_the_history_says_who_changed_what(ticket, agent):
    claim(ticket, by=agent)
    change_priority(ticket, by=agent, priority="high")

    told = program_of(agent).get(of(ticket, "history") + "?ordering=-happened").json()

    newest, *older = told["results"]
    assert newest["kind"] == "ticket_updated"
    assert newest["actor"] == "Tom Brandt"
    assert newest["text"] == "Tom Brandt: priority: low → high"
    assert newest["changes"] == {"priority": ["low", "high"]}
    assert older[-1]["kind"] == "ticket_created"


def test_the_history_is_read_page_by_page(ticket, agent):
    for priority in ("high", "medium", "critical"):
        change_priority(ticket, by=agent, priority=priority)
    api, seen = program_of(agent), []

    address = of(ticket, "history") + "?limit=2"
    while address:
        told = api.get(address).json()
        seen += [row["kind"] for row in told["results"]]
        address = told["next"]

    assert seen[0] == "ticket_created"
    assert seen.count("ticket_updated") == 3


def test_nobody_reads_the_history_of_a_ticket_they_may_not_see():
    csm = UserFactory(role="csm")
    Organisation.objects.update_or_create(pk=1, defaults={"row_scope": "book"})
    hidden = create_ticket(
        by=None, subject="Slow", text="Help", account=AccountFactory()
    )

    assert program_of(csm).get(of(hidden, "history")).status_code == 404


def test_the_customers_link_is_given_to_who_may_write_to_them(ticket, agent):
    answer = program_of(agent).post(of(ticket, "customer-link"))

    assert answer.json() == {"url": public_address(ticket)}
    reader = program_of(agent, scopes=["tickets:read"])
    assert reader.post(of(ticket, "customer-link")).status_code == 403
    leader = program_of(UserFactory(role="leader"))
    assert leader.post(of(ticket, "customer-link")).status_code == 403
