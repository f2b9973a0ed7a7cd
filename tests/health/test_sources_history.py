"""What was known of a day stays what it was, whatever arrives later."""

import math
from datetime import timedelta

import pytest

from health.sources.registry import find_source
from tests.factories.accounts import AccountFactory
from tests.factories.tickets import TicketFactory
from tests.factories.usage import (
    AccountDayFactory,
    FeatureWeekFactory,
    MetricFactory,
    MetricValueFactory,
    ProductUserFactory,
    UsageFeedFactory,
    UserWeekFactory,
)
from tests.health.world import DAY, MONDAY, ago, at, read, read_age
from usage.models import UsageFeed

pytestmark = pytest.mark.django_db
FRIDAY = 0b0010000


def test_later_usage_does_not_make_an_old_day_look_fresh():
    account = AccountFactory()
    long_ago = DAY - timedelta(days=60)
    AccountDayFactory(account=account, day=long_ago)
    UsageFeedFactory(account=account, first_day=long_ago, last_day=long_ago)
    assert read_age("sessions_30d", account) == 60

    AccountDayFactory(account=account, day=DAY + timedelta(days=10))
    UsageFeed.objects.update(last_day=DAY + timedelta(days=10))

    assert read_age("sessions_30d", account) == 60


def test_users_of_later_in_the_week_are_not_seen_yet():
    account = AccountFactory(seats=10)
    AccountDayFactory(account=account, day=MONDAY, active_users=0)
    UsageFeedFactory(account=account, first_day=MONDAY, last_day=MONDAY)
    user = ProductUserFactory(account=account, key="x")
    UserWeekFactory(product_user=user, week=MONDAY, days=FRIDAY)
    FeatureWeekFactory(account=account, week=MONDAY, days=FRIDAY)

    assert math.isnan(read("active_user_rate_30d", account))
    assert read("active_user_rate_30d", account, day=MONDAY + timedelta(days=4)) == 10


def test_a_ticket_that_was_reopened_is_open_until_it_is_closed_for_good():
    account = AccountFactory()
    ticket = TicketFactory(
        account=account,
        opened_at=ago(30),
        resolved_at=ago(20),
        reopened_at=ago(10),
        status="in_progress",
    )
    assert read("open_tickets", account) == 1

    ticket.closed_at, ticket.status = at(DAY + timedelta(days=5)), "closed"
    ticket.save()

    assert read("open_tickets", account) == 1
    closing = DAY + timedelta(days=5)
    assert read("open_tickets", account, day=closing) == 0
    # From opening to closing: the first resolution did not last.
    assert read("mean_resolution_hours", account, day=closing) == 35 * 24
    between = DAY - timedelta(days=15)
    assert read("open_tickets", account, day=between) == 0
    assert read("mean_resolution_hours", account, day=between) == 10 * 24


def test_a_ticket_closed_some_time_after_it_was_resolved_took_until_it_was_resolved():
    account = AccountFactory()
    TicketFactory(
        account=account,
        opened_at=ago(30),
        resolved_at=ago(20),
        closed_at=ago(13),
        status="closed",
    )

    assert read("mean_resolution_hours", account) == 10 * 24


def test_open_tickets_are_counted_by_severity():
    account = AccountFactory()
    for number, priority in enumerate(("critical", "high", "medium", "low"), start=1):
        for _ in range(number):
            TicketFactory(account=account, opened_at=ago(3), priority=priority)
    TicketFactory(account=account, opened_at=ago(3), priority="high", **solved())

    keys = [f"open_{word}_tickets" for word in ("critical", "high", "medium", "low")]
    assert [read(key, account) for key in keys] == [1, 2, 3, 4]
    assert read("open_high_tickets", AccountFactory()) == 0


def solved() -> dict:
    return {"resolved_at": ago(1), "status": "resolved"}


def test_rates_are_missing_without_tickets_though_counts_are_zero():
    TicketFactory(account=AccountFactory(), opened_at=ago(200))
    account = AccountFactory(seats=5)

    assert read("tickets_per_user_month", account) == 0
    assert math.isnan(read("escalation_rate", account))
    assert math.isnan(read("reopen_rate", account))


def test_a_metric_is_read_as_its_mean_and_against_its_target():
    account, metric = AccountFactory(), MetricFactory(key="seats_sold")
    for back, value, target in ((90, 1000, 1), (89, 30, 80), (5, 66, 60), (-1, 9, 9)):
        MetricValueFactory(
            account=account,
            metric=metric,
            observed_at=ago(back),
            value=value,
            target=target,
        )

    assert read("metric:seats_sold", account) == 66
    assert read("metric_mean_90d:seats_sold", account) == 48
    assert read("metric_target:seats_sold", account) == pytest.approx(110)
    assert read_age("metric_mean_90d:seats_sold", account) == 5


@pytest.mark.parametrize("target", [None, 0])
def test_a_metric_without_a_target_has_no_share_of_it(target):
    account = AccountFactory()
    metric = MetricFactory(key="sold")
    MetricValueFactory(
        account=account, metric=metric, observed_at=ago(5), value=5, target=target
    )

    assert math.isnan(read("metric_target:sold", account))


def test_only_forms_of_metrics_that_exist_are_sources():
    assert find_source("metric_target:sold").say(110) == "110.0\N{NO-BREAK SPACE}%"
    assert find_source("metric_mean_90d:sold").label == "Sold, mean of 90 days"
    for key in ("metric", "metric:", "metric_sum:sold", "metric_target:", "sold"):
        assert find_source(key) is None, key
