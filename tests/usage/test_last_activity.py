"""Roll-ups and health agree on what a day with activity is."""

from datetime import timedelta

import pytest

from tests.factories.accounts import AccountFactory
from tests.factories.usage import AccountDayFactory, DailyUsageFactory, UsageFeedFactory
from tests.health.world import DAY, read
from usage.rollups import rebuild_for

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("measure", ["events", "sessions", "active_users", "seconds"])
def test_any_measure_of_use_makes_a_day_active(measure):
    account = AccountFactory()
    nothing = dict.fromkeys(["events", "sessions", "active_users", "seconds"], 0)
    DailyUsageFactory(account=account, day=DAY, **nothing | {measure: 5})
    later = DAY + timedelta(days=1)
    DailyUsageFactory(account=account, day=later, **nothing)

    rebuild_for([account.pk], DAY, later)

    account.refresh_from_db()
    assert account.last_active_on == DAY
    assert read("days_since_last_activity", account) == 0


def test_health_counts_time_spent_as_activity():
    account = AccountFactory()
    AccountDayFactory(account=account, day=DAY, events=0, sessions=0, seconds=60)
    UsageFeedFactory(account=account, first_day=DAY - timedelta(days=9), last_day=DAY)

    assert read("days_since_last_activity", account) == 0
