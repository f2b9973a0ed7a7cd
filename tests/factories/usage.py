"""Usage facts and roll-ups for tests. Roll-ups are written as they would be built."""

from datetime import UTC, date, datetime

import factory
from django.db import connection
from factory.django import DjangoModelFactory

from tests.factories.accounts import AccountFactory
from usage.models import (
    AccountDay,
    DailyUsage,
    Feature,
    FeatureWeek,
    Metric,
    MetricValue,
    ProductUser,
    UsageEvent,
    UsageEventKey,
    UsageFeed,
    UserWeek,
)
from usage.partitions import ensure_months


class ProductUserFactory(DjangoModelFactory):
    class Meta:
        model = ProductUser

    account = factory.SubFactory(AccountFactory)
    key = factory.Sequence(lambda number: f"user-{number}")


class FeatureFactory(DjangoModelFactory):
    class Meta:
        model = Feature

    name = factory.Sequence(lambda number: f"feature-{number}")


class UsageEventFactory(DjangoModelFactory):
    class Meta:
        model = UsageEvent

    account = factory.SubFactory(AccountFactory)
    occurred_at = datetime(2024, 6, 1, 10, tzinfo=UTC)
    day = factory.LazyAttribute(lambda event: event.occurred_at.date())
    name = "page_viewed"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        ensure_months([kwargs["occurred_at"].astimezone(UTC).date()])
        if "id" not in kwargs:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval('usage_usageevent_id_seq')")
                kwargs["id"] = cursor.fetchone()[0]
        return super()._create(model_class, *args, **kwargs)


class UsageEventKeyFactory(DjangoModelFactory):
    class Meta:
        model = UsageEventKey

    source = "product"
    key = factory.Faker("uuid4")
    content = factory.Faker("uuid4")
    occurred_at = datetime(2024, 6, 1, 10, tzinfo=UTC)


class DailyUsageFactory(DjangoModelFactory):
    class Meta:
        model = DailyUsage

    account = factory.SubFactory(AccountFactory)
    day = date(2024, 6, 1)
    source = "product"
    external_id = factory.Sequence(str)


class AccountDayFactory(DjangoModelFactory):
    class Meta:
        model = AccountDay

    account = factory.SubFactory(AccountFactory)
    day = date(2024, 6, 1)
    events = 10
    sessions = 2
    active_users = 1
    seconds = 600
    errors = 0


class UserWeekFactory(DjangoModelFactory):
    class Meta:
        model = UserWeek

    account = factory.SelfAttribute("product_user.account")
    product_user = factory.SubFactory(ProductUserFactory)
    week = date(2024, 5, 27)
    days = 0b0000001
    events = 10
    sessions = 2


class FeatureWeekFactory(DjangoModelFactory):
    class Meta:
        model = FeatureWeek

    account = factory.SubFactory(AccountFactory)
    feature = factory.SubFactory(FeatureFactory)
    week = date(2024, 5, 27)
    days = 0b0000001
    events = 10
    events_by_day = factory.LazyFunction(lambda: [10, 0, 0, 0, 0, 0, 0])


class UsageFeedFactory(DjangoModelFactory):
    class Meta:
        model = UsageFeed

    account = factory.SubFactory(AccountFactory)
    first_day = date(2024, 1, 1)
    last_day = date(2024, 6, 1)


class MetricFactory(DjangoModelFactory):
    class Meta:
        model = Metric
        django_get_or_create = ("key",)

    key = factory.Sequence(lambda number: f"metric-{number}")
    label = factory.LazyAttribute(lambda metric: metric.key)


class MetricValueFactory(DjangoModelFactory):
    class Meta:
        model = MetricValue

    account = factory.SubFactory(AccountFactory)
    metric = factory.SubFactory(MetricFactory)
    observed_at = datetime(2024, 6, 1, 10, tzinfo=UTC)
    value = 50.0
