"""A desk with somebody on call, and a clock that is moved by hand."""

from datetime import UTC, datetime, timedelta

import time_machine

from health.models import OnCallPage
from health.services.on_call import change_on_call, follow_tickets, send_pages
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.organisation import UserFactory
from tickets.services import create_ticket

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


class Desk:
    """Support with an account; ``minutes`` is how late it is."""

    def __init__(self) -> None:
        self.now = START
        self.account = AccountFactory(name="Acme")
        self.contact = ContactFactory(
            account=self.account, name="Cleo Crane", email="cleo@acme.test"
        )
        self.agent = UserFactory(role="agent", name="Ada Agent")
        self.admin = UserFactory(role="admin", name="Ann Admin")

    def call(self, **values):
        """Put somebody on call, from a minute before the start."""
        values = {"people": [self.agent]} | values
        before = self.now - timedelta(minutes=1)
        return change_on_call(by=self.admin, now=before, **values)

    def open(self, **values):
        """A critical ticket that the customer opens now."""
        values = {
            "subject": "Nothing works",
            "text": "Since this morning.\n\nAll of us.",
            "by": None,
            "contact": self.contact,
            "priority": "critical",
        } | values
        with self.at():
            return create_ticket(now=self.now, **values)

    def wait(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def at(self):
        return time_machine.travel(self.now, tick=False)

    def tick(self, minutes: float = 0) -> int:
        """What the worker does some minutes later: mails and posts that went out."""
        self.wait(minutes)
        with self.at():
            follow_tickets(self.now)
            return send_pages(self.now)


def ending(ticket) -> str:
    """How the newest page of a ticket ended, "" while it is open."""
    return OnCallPage.objects.filter(ticket=ticket).latest("raised_at").end_reason
