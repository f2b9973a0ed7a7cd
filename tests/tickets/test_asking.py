"""Which other ticket is meant: numbers of several sources, and taking a merge back."""

import pytest

from tests.factories.tickets import TicketFactory
from tickets.models import TicketLink


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


def ask(client, ticket, what, **answers):
    return client.post(f"/tickets/{ticket.public_id}/ask/{what}/", answers, follow=True)


@pytest.fixture
def twins(account):
    """Two tickets of one number, from two sources."""
    return [
        TicketFactory(
            number="INC-7", source=source, account=account, subject=f"From {source}"
        )
        for source in ("servicenow", "jira")
    ]


def test_of_several_tickets_with_one_number_one_is_chosen(desk, ticket, twins):
    asked = ask(desk, ticket, "link", kind="related", number="inc-7")

    assert asked.status_code == 422
    assert "Several tickets have this number." in asked.text
    assert "From servicenow · Acme · servicenow" in asked.text
    assert not TicketLink.objects.exists()

    older = str(twins[0].public_id)
    ask(desk, ticket, "link", kind="related", number="inc-7", which=older)
    assert TicketLink.objects.get().other == twins[0]


def test_one_that_has_another_number_cannot_be_chosen(desk, ticket, twins):
    other = TicketFactory(account=ticket.account)

    asked = ask(desk, ticket, "merge", number="INC-7", which=str(other.public_id))

    assert asked.status_code == 422
    ticket.refresh_from_db()
    assert ticket.merged_into is None


def test_a_number_nobody_has_is_said(desk, ticket):
    asked = ask(desk, ticket, "merge", number="T-0")

    assert "There is no other ticket with this number." in asked.text


def test_other_tickets_of_the_customer_are_offered(desk, ticket, account):
    TicketFactory(account=account, number="T-77", subject="Slow again")
    TicketFactory(number="T-78", subject="Somebody else's")

    html = desk.get(f"/tickets/{ticket.public_id}/ask/merge/").text

    assert '<option value="T-77">Slow again</option>' in html
    assert "T-78" not in html


def test_a_merge_is_taken_back_from_the_page(desk, ticket, account):
    target = TicketFactory(account=account, subject="The other one")
    address = f"/tickets/{ticket.public_id}/ask/merge/?view=all&q=slow"
    merged = desk.post(address, {"number": target.number}, follow=True)
    ticket.refresh_from_db()
    assert ticket.merged_into == target
    undo = merged.text.split('action="/tickets/bulk/')[1].split('"')[0]

    back = desk.post(f"/tickets/bulk/{undo}".replace("&amp;", "&"), follow=True)

    ticket.refresh_from_db()
    assert ticket.merged_into is None
    came_to = f"/tickets/{ticket.public_id}/?view=all&q=slow"
    assert back.redirect_chain[-1][0] == came_to
    assert "It is slow" in back.text
