"""What was changed on a ticket, as the lines between its messages say it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.accounts import ContactFactory
from tests.factories.organisation import UserFactory
from tickets import services

pytestmark = pytest.mark.django_db


def test_until_when_a_ticket_sleeps_is_said_as_people_say_it(client):
    agent = UserFactory(role="agent")
    ticket = services.create_ticket(
        by=None, subject="Exports", text="It stops.", contact=ContactFactory()
    )
    until = timezone.now() + timedelta(days=9)
    services.snooze(ticket, by=agent, until=until)
    client.force_login(agent)

    page = client.get(f"/tickets/{ticket.public_id}/").content.decode()

    assert "snoozed until: – → " in page
    assert f"{until:%Y-%m-%dT}" not in page.split("snoozed until: ")[1][:60]
