"""Tickets for tests."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from tests.factories.accounts import AccountFactory
from tickets.models import Ticket, TicketPeriod


class TicketFactory(DjangoModelFactory):
    class Meta:
        model = Ticket

    number = factory.Sequence(lambda number: f"T-{number}")
    account = factory.SubFactory(AccountFactory)
    opened_at = datetime(2024, 6, 1, 10, tzinfo=UTC)


class TicketPeriodFactory(DjangoModelFactory):
    class Meta:
        model = TicketPeriod

    ticket = factory.SubFactory(TicketFactory)
    field = TicketPeriod.Field.STATUS
    value = "new"
    valid_from = datetime(2024, 6, 1, 10, tzinfo=UTC)
