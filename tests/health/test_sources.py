"""What each source says: exact numbers, and zero against missing."""

from datetime import timedelta

import pytest

from health.definition import parse_definition
from health.presets import PRESETS
from health.sources.registry import SOURCES, find_source
from tests.factories.accounts import (
    AccountFactory,
    PlanFactory,
    PlanFeatureFactory,
)
from tests.factories.revenue import SubscriptionFactory
from tests.factories.tickets import TicketFactory
from tests.factories.usage import (
    AccountDayFactory,
    FeatureFactory,
    FeatureWeekFactory,
    UsageFeedFactory,
)
from tests.health.world import DAY, MISSING, MONDAY, ago, read, read_age, user_active_on

pytestmark = pytest.mark.django_db


def used_account(seats: int = 10, **account):
    """An account whose usage feed began long ago."""
    account = AccountFactory(seats=seats, **account)
    UsageFeedFactory(account=account, first_day=ago(300).date(), last_day=DAY)
    return account


def on(days_ago: int, account, **columns) -> None:
    AccountDayFactory(account=account, day=ago(days_ago).date(), **columns)


def test_active_users_are_counted_once_and_to_the_day():
    account = used_account()
    user_active_on(account, 0, 3, 6)
    user_active_on(account, 7)
    user_active_on(account, 29)
    user_active_on(account, 30)
    user_active_on(account, 89)
    user_active_on(account, 90)

    assert read("active_user_rate_7d", account) == 10
    assert read("active_user_rate_30d", account) == 30
    assert read("seat_utilisation", account) == 50


def test_the_windows_end_on_the_day_whatever_weekday_it_is():
    account = used_account()
    user_active_on(account, *range(40, -1, -1))
    late = user_active_on(account, 0)
    for back in range(8):
        day = DAY - timedelta(days=back)
        expected = 20 if back == 0 else 10
        assert read("active_user_rate_7d", account, day=day) == expected, day
    assert late.pk


def test_a_silent_account_has_zero_usage_not_missing_usage():
    account = used_account(plan=PlanFactory())
    PlanFeatureFactory(plan=account.plan)
    user_active_on(account, 200)
    on(200, account, events=1, sessions=1, active_users=1)
    FeatureWeekFactory(account=account, week=MONDAY - timedelta(weeks=30))

    for key in (
        "active_user_rate_7d",
        "active_user_rate_30d",
        "daily_active_user_rate",
        "weekly_logins_per_user",
        "feature_adoption_rate",
        "sessions_30d",
        "events_per_active_user_30d",
        "seat_utilisation",
    ):
        assert read(key, account) == 0, key
    assert read("days_since_last_activity", account) == 200


def test_usage_that_never_arrived_is_missing():
    account = AccountFactory(seats=10)

    for key, source in SOURCES.items():
        if source.group == "usage":
            assert read(key, account) == MISSING, key


def test_a_feed_that_names_no_users_says_nothing_about_users():
    account = used_account()
    on(0, account, events=50, sessions=0, active_users=0)

    assert read("events_per_active_user_30d", account) == MISSING
    assert read("active_user_rate_30d", account) == MISSING
    assert read("daily_active_user_rate", account) == MISSING
    assert read("weekly_logins_per_user", account) == MISSING
    assert read("sessions_30d", account) == MISSING
    assert read("days_since_last_activity", account) == 0


def test_daily_active_users_are_the_mean_of_twenty_weekdays():
    account = used_account()
    for back in range(28):
        on(back, account, active_users=4)
    on(28, account, active_users=10)

    assert read("daily_active_user_rate", account) == 40


def test_logins_are_divided_by_four_weeks_and_the_users_active_in_them():
    account = used_account()
    on(0, account, sessions=10)
    on(27, account, sessions=14)
    on(28, account, sessions=100)
    user_active_on(account, 0)
    user_active_on(account, 27)
    user_active_on(account, 28)

    assert read("weekly_logins_per_user", account) == 3


def test_adoption_counts_core_features_of_the_plan_only():
    plan = PlanFactory()
    account = used_account(plan=plan)
    for name in ("reports", "exports", "alerts", "sharing"):
        PlanFeatureFactory(plan=plan, feature=name)
    PlanFeatureFactory(plan=plan, feature="old", valid_to=DAY)
    for name, weeks_ago in {
        "reports": 0,
        "exports": 4,
        "alerts": 5,
        "extra": 0,
    }.items():
        FeatureWeekFactory(
            account=account,
            feature=FeatureFactory(name=name),
            week=MONDAY - timedelta(weeks=weeks_ago),
            days=0b1000000 if weeks_ago else 0b0000001,
        )

    assert read("feature_adoption_rate", account) == 50
    assert read("feature_adoption_rate", used_account()) == MISSING


def test_the_baseline_is_the_daily_mean_of_the_84_days_before():
    account = used_account()
    for back in range(28):
        on(back, account, events=30)
    for back in range(28, 112):
        on(back, account, events=40)
    on(112, account, events=9999)

    assert read("usage_vs_baseline", account) == 75


def test_a_young_account_has_a_shorter_baseline_and_a_newborn_has_none():
    young, newborn = AccountFactory(), AccountFactory()
    UsageFeedFactory(account=young, first_day=ago(69).date(), last_day=DAY)
    UsageFeedFactory(account=newborn, first_day=ago(40).date(), last_day=DAY)
    for back in range(70):
        on(back, young, events=10)

    assert read("usage_vs_baseline", young) == pytest.approx(100)
    assert read("usage_vs_baseline", newborn) == MISSING


def test_rates_stop_at_a_hundred():
    account = used_account(seats=1)
    user_active_on(account, 0)
    user_active_on(account, 1)

    assert read("active_user_rate_30d", account) == 100


def test_seats_come_from_active_subscriptions_and_else_from_the_account():
    account = used_account(seats=50)
    user_active_on(account, 0)
    assert read("active_user_rate_30d", account) == 2

    SubscriptionFactory(account=account, seats=4)
    SubscriptionFactory(account=account, seats=6)
    SubscriptionFactory(account=account, seats=90, end_on=DAY)

    assert read("active_user_rate_30d", account) == 10


def test_tickets_per_user_divide_by_seats_else_by_users_of_90_days():
    account, without_seats = used_account(), used_account(seats=None)
    for who in (account, without_seats):
        for back in (0, 29, 30):
            TicketFactory(account=who, opened_at=ago(back))
    for back in (0, 50, 80, 89, 95):
        user_active_on(without_seats, back)

    assert read("tickets_per_user_month", account, without_seats) == [0.2, 0.5]


def test_no_tickets_is_zero_once_the_organisation_has_tickets():
    account = used_account()
    assert read("tickets_per_user_month", account) == MISSING
    assert read("open_tickets", account) == MISSING

    TicketFactory(opened_at=ago(100))

    assert read("tickets_per_user_month", account) == 0
    assert read("open_tickets", account) == 0
    assert read("open_critical_tickets", account) == 0
    for key in ("mean_resolution_hours", "escalation_rate", "support_satisfaction"):
        assert read(key, account) == MISSING, key


def test_resolution_hours_are_those_of_tickets_resolved_in_90_days():
    account = AccountFactory()
    for hours, back in ((2, 10), (4, 89), (30, 1), (999, 95)):
        opened = ago(back) - timedelta(hours=hours)
        TicketFactory(
            account=account, status="closed", opened_at=opened, resolved_at=ago(back)
        )

    assert read("mean_resolution_hours", account) == 12
    assert read("median_resolution_hours", account) == 4
    assert read_age("mean_resolution_hours", account) == 1


def test_open_tickets_are_told_by_their_stamps_when_no_periods_are_kept():
    account = AccountFactory()
    TicketFactory(account=account, opened_at=ago(300), priority="critical")
    TicketFactory(account=account, opened_at=ago(5), status="closed", closed_at=ago(1))
    TicketFactory(account=account, opened_at=ago(5), status="closed")
    TicketFactory(
        account=account,
        opened_at=ago(300),
        status="in_progress",
        resolved_at=ago(200),
        reopened_at=ago(190),
    )

    assert read("open_tickets", account) == 2
    assert read("open_critical_tickets", account) == 1


def test_rates_of_tickets_are_shares_of_tickets():
    account = AccountFactory()
    for resolved, columns in {
        8: {"is_sla_met": True, "csat": 5, "csat_at": ago(8)},
        7: {"is_sla_met": False, "csat": 3, "csat_at": ago(7)},
        6: {"is_sla_met": True, "escalated_at": ago(7)},
        5: {"reopened_at": ago(6), "csat": 1, "csat_at": ago(99)},
    }.items():
        TicketFactory(
            account=account,
            status="closed",
            opened_at=ago(9),
            resolved_at=ago(resolved),
            **columns,
        )

    assert read("sla_attainment_90d", account) == pytest.approx(200 / 3)
    assert read("escalation_rate", account) == 25
    assert read("reopen_rate", account) == 25
    assert read("support_satisfaction", account) == 75
    assert read_age("support_satisfaction", account) == 7


def test_each_source_says_what_it_is():
    for key, source in SOURCES.items():
        assert source.label, key
        assert source.window, key
        assert source.description.endswith("."), key
        said = source.say_change(1.0, 2.0)
        assert "1" in said, key
        assert "2" in said, key


def test_values_are_said_with_their_units():
    assert SOURCES["active_user_rate_30d"].say(41.4) == "41\N{NO-BREAK SPACE}%"
    assert SOURCES["days_since_last_activity"].say(1) == "1\N{NO-BREAK SPACE}day"
    assert SOURCES["mean_resolution_hours"].say(12) == "12.0\N{NO-BREAK SPACE}hours"
    assert SOURCES["nps"].say(-20) == "−20"
    assert SOURCES["nps"].say(None) == "–"


def test_every_source_of_a_shipped_scorecard_can_be_read():
    for preset in PRESETS:
        for key in parse_definition(preset.definition).sources():
            assert find_source(key) is not None, key
