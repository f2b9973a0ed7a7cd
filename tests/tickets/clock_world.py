"""A small support desk for the tests of clocks: tiers, people, and days of work."""

from datetime import UTC, datetime, timedelta

from organisation.calendar_services import create_calendar
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import UserFactory
from tests.factories.tickets import (
    SlaTierFactory,
    SlaTierVersionFactory,
    SupportSettingsFactory,
)
from tickets.models import SlaClock, SlaTier, Ticket
from tickets.services.conversation import receive_customer_message, reply
from tickets.services.creating import create_ticket
from tickets.services.messages import Body

#: A Monday.
MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PRIORITIES = ("critical", "high", "medium", "low")


def promise(clock="always", **minutes):
    """The same targets for every priority."""
    metrics = {
        name: {"minutes": value, "clock": clock} for name, value in minutes.items()
    }
    return dict.fromkeys(PRIORITIES, metrics)


class Desk:
    """A desk whose default tier promises what the test says."""

    def __init__(self, targets=None, **settings):
        SlaTier.objects.all().delete()
        SupportSettingsFactory()
        for name, value in settings.items():
            SupportSettingsFactory._meta.model.objects.update(**{name: value})
        self.calendar = create_calendar(
            by=None, name="Desk", timezone="UTC", weekly=WEEK
        )
        self.tier = SlaTierFactory(slug="default", is_default=True)
        self.version = SlaTierVersionFactory(
            tier=self.tier,
            calendar=self.calendar,
            targets=targets
            or promise(first_response=60, next_response=120, resolution=480),
        )
        self.agent = UserFactory(role="agent")
        self.account = AccountFactory()

    def ticket(self, at=MONDAY, **values) -> Ticket:
        return create_ticket(
            by=values.pop("by", None),
            subject="Printer",
            text="It does not print.",
            account=values.pop("account", self.account),
            now=at,
            **values,
        )

    def reply(self, ticket, at, **values):
        return reply(ticket, by=self.agent, text="Look here.", now=at, **values)

    def ask(self, ticket, at, **values):
        return receive_customer_message(ticket, body=Body("And now?"), now=at, **values)


def clock(ticket, metric="resolution", cycle=None) -> SlaClock:
    """The newest clock of a metric, or that of a cycle."""
    clocks = SlaClock.objects.filter(ticket=ticket, metric=metric).order_by("-cycle")
    if cycle is not None:
        clocks = clocks.filter(cycle=cycle)
    return clocks[0]


def states(ticket) -> dict[str, str]:
    """The state of the newest clock of each metric."""
    rows = SlaClock.objects.filter(ticket=ticket).order_by("cycle")
    return {row.metric: row.state for row in rows}


#: Low promises no next response, medium no resolution.
UNEVEN = promise(first_response=60, next_response=120, resolution=480) | {
    "low": promise(first_response=60, resolution=480)["low"],
    "medium": promise(first_response=60, next_response=120)["medium"],
}
