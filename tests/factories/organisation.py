"""People, teams and calendars for tests."""

from datetime import UTC, datetime

import factory
from factory.django import DjangoModelFactory

from organisation.models import (
    CalendarDay,
    Notification,
    Organisation,
    SavedView,
    Team,
    User,
    WorkingCalendar,
    WorkingCalendarVersion,
)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation
        django_get_or_create = ("id",)

    id = 1


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda number: f"Team {number}")


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda number: f"person{number}@example.com")
    name = factory.Sequence(lambda number: f"Person {number}")
    role = "csm"


class WorkingCalendarFactory(DjangoModelFactory):
    class Meta:
        model = WorkingCalendar

    name = factory.Sequence(lambda number: f"Calendar {number}")
    weekly = factory.LazyFunction(
        lambda: {
            day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")
        }
    )


class CalendarDayFactory(DjangoModelFactory):
    class Meta:
        model = CalendarDay

    calendar = factory.SubFactory(WorkingCalendarFactory)
    day = datetime(2024, 12, 24, tzinfo=UTC).date()


class WorkingCalendarVersionFactory(DjangoModelFactory):
    class Meta:
        model = WorkingCalendarVersion

    calendar = factory.SubFactory(WorkingCalendarFactory)
    number = 1
    definition = factory.LazyFunction(
        lambda: {"timezone": "UTC", "weekly": {}, "always_open": True}
    )


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = SavedView

    page = "portfolio"
    name = factory.Sequence(lambda number: f"View {number}")
    owner = factory.SubFactory(UserFactory)


class NotificationFactory(DjangoModelFactory):
    class Meta:
        model = Notification

    person = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda number: f"news-{number}")
    kind = "mention"
    title = "Somebody mentioned you"
    path = "/"
    happened_at = datetime(2024, 6, 1, 10, tzinfo=UTC)
