"""Tickets for tests."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from tests.factories.accounts import AccountFactory
from tests.factories.organisation import (
    UserFactory,
    WorkingCalendarFactory,
)
from tickets.models import (
    Attachment,
    BulkChange,
    CannedReply,
    ClockRebuild,
    Draft,
    Message,
    SlaClock,
    SlaEvent,
    SlaTier,
    SlaTierVersion,
    SupportLevel,
    SupportSettings,
    Ticket,
    TicketLink,
    TicketPeriod,
    Watcher,
)


class TicketFactory(DjangoModelFactory):
    class Meta:
        model = Ticket

    # Far above the numbers that the database gives out.
    number = factory.Sequence(lambda number: f"T-{900_000 + number}")
    account = factory.SubFactory(AccountFactory)
    opened_at = datetime(2024, 6, 1, 10, tzinfo=UTC)


class TicketPeriodFactory(DjangoModelFactory):
    class Meta:
        model = TicketPeriod

    ticket = factory.SubFactory(TicketFactory)
    field = TicketPeriod.Field.STATUS
    value = "new"
    valid_from = datetime(2024, 6, 1, 10, tzinfo=UTC)


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    ticket = factory.SubFactory(TicketFactory)
    kind = "public"
    side = "customer"
    text = "It does not work."
    html = "<p>It does not work.</p>"
    sent_at = datetime(2024, 6, 1, 10, tzinfo=UTC)


class AttachmentFactory(DjangoModelFactory):
    class Meta:
        model = Attachment

    message = factory.SubFactory(MessageFactory)
    ticket = factory.SelfAttribute("message.ticket")
    file = factory.django.FileField(filename="notes.txt", data=b"notes")
    name = "notes.txt"
    content_type = "text/plain"
    size = 5
    sha256 = "0" * 64


class DraftFactory(DjangoModelFactory):
    class Meta:
        model = Draft

    ticket = factory.SubFactory(TicketFactory)
    author = factory.SubFactory(UserFactory)
    kind = "public"


class WatcherFactory(DjangoModelFactory):
    class Meta:
        model = Watcher

    ticket = factory.SubFactory(TicketFactory)
    person = factory.SubFactory(UserFactory)


class TicketLinkFactory(DjangoModelFactory):
    class Meta:
        model = TicketLink

    ticket = factory.SubFactory(TicketFactory)
    other = factory.SubFactory(TicketFactory)
    kind = "related"


class CannedReplyFactory(DjangoModelFactory):
    class Meta:
        model = CannedReply

    name = factory.Sequence(lambda number: f"Reply {number}")
    body = "Thank you for writing."


class SupportLevelFactory(DjangoModelFactory):
    class Meta:
        model = SupportLevel
        django_get_or_create = ("level",)

    level = 1
    name = "Front line"
    response_minutes = 1440


class SupportSettingsFactory(DjangoModelFactory):
    class Meta:
        model = SupportSettings
        django_get_or_create = ("id",)

    id = 1


class BulkChangeFactory(DjangoModelFactory):
    class Meta:
        model = BulkChange

    verb = "assign"
    made_by = factory.SubFactory(UserFactory)
    before = factory.LazyFunction(dict)
    ticket_count = 0


class SlaTierFactory(DjangoModelFactory):
    class Meta:
        model = SlaTier

    slug = factory.Sequence(lambda number: f"tier-{number}")
    name = factory.Sequence(lambda number: f"Tier {number}")


class SlaTierVersionFactory(DjangoModelFactory):
    class Meta:
        model = SlaTierVersion

    tier = factory.SubFactory(SlaTierFactory)
    number = 1
    targets = factory.LazyFunction(
        lambda: {"high": {"resolution": {"minutes": 1440, "clock": "always"}}}
    )
    calendar = factory.SubFactory(WorkingCalendarFactory)


class SlaClockFactory(DjangoModelFactory):
    class Meta:
        model = SlaClock

    ticket = factory.SubFactory(TicketFactory)
    metric = "resolution"
    tier_version = factory.SubFactory(SlaTierVersionFactory)
    target_seconds = 86_400
    started_at = datetime(2024, 6, 1, 10, tzinfo=UTC)


class SlaEventFactory(DjangoModelFactory):
    class Meta:
        model = SlaEvent

    ticket = factory.SubFactory(TicketFactory)
    metric = "resolution"
    cycle = 1
    kind = "breach"
    happened_at = datetime(2024, 6, 2, 10, tzinfo=UTC)
    recorded_at = datetime(2024, 6, 2, 10, tzinfo=UTC)


class ClockRebuildFactory(DjangoModelFactory):
    class Meta:
        model = ClockRebuild

    tier = factory.SubFactory(SlaTierFactory)
    ticket_count = 0
