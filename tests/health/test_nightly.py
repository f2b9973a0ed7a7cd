"""The nightly run: what is due when, and what is left alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from health.models import HealthRun, Snapshot
from health.services import due_days, recompute, run_nightly_if_due, start_run
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.health import HealthRunFactory
from tests.factories.revenue import SubscriptionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
TODAY = date(2024, 6, 12)


def at(hour: int, minute: int = 0, *, day: date = TODAY):
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
    return time_machine.travel(moment, tick=False)


@pytest.fixture(autouse=True)
def _organisation():
    Organisation.objects.update_or_create(
        id=1, defaults={"run_hour": 2, "timezone": "UTC"}
    )


def days_back(*days: int) -> list[date]:
    return [TODAY - timedelta(days=back) for back in days]


def test_nothing_is_due_before_the_hour():
    with at(1, 59):
        assert due_days() == []
        assert run_nightly_if_due() == []


def test_the_night_closes_yesterday_and_shows_today():
    AccountFactory()
    with at(2, day=TODAY - timedelta(days=1)):
        run_nightly_if_due()
    with at(2):
        assert due_days() == days_back(1, 0)
        runs = run_nightly_if_due()

    assert [run.day for run in runs] == days_back(1, 0)
    snapshots = Snapshot.objects.order_by("day").values_list("day", "is_provisional")
    assert list(snapshots)[-2:] == [(days_back(1)[0], False), (TODAY, True)]


def test_asking_again_does_nothing():
    with at(2):
        run_nightly_if_due()
    with at(2, 5):
        assert run_nightly_if_due() == []


def test_missed_days_are_closed_later_seven_at_most():
    with at(2, day=TODAY - timedelta(days=30)):
        run_nightly_if_due()
    with at(3):
        assert due_days() == days_back(7, 6, 5, 4, 3, 2, 1, 0)


def test_a_run_during_the_day_has_not_closed_it():
    with at(15, day=TODAY - timedelta(days=1)):
        recompute(day=TODAY - timedelta(days=1), trigger="person")
    with at(2):
        assert TODAY - timedelta(days=1) in due_days()


def test_a_run_at_work_is_not_started_twice():
    with at(2):
        start_run(day=TODAY - timedelta(days=1), trigger="nightly")
        assert TODAY - timedelta(days=1) not in due_days()


def test_a_run_for_one_account_does_not_close_the_day():
    account = AccountFactory()
    with at(2):
        recompute(day=days_back(1)[0], trigger="event", account_ids=[account.pk])
        assert days_back(1)[0] in due_days()


def test_a_day_that_keeps_failing_is_left_to_people():
    with at(2):
        for _ in range(3):
            HealthRunFactory(
                day=days_back(1)[0],
                status=HealthRun.Status.FAILED,
                started_at=datetime(2024, 6, 12, 2, tzinfo=UTC),
                finished_at=datetime(2024, 6, 12, 2, tzinfo=UTC),
            )
        assert days_back(1)[0] not in due_days()


def test_the_hour_is_that_of_the_organisation():
    Organisation.objects.update(timezone="America/New_York", run_hour=2)
    with at(5):  # 01:00 in New York
        assert due_days() == []
    with at(6):
        assert due_days()[-1] == TODAY


def test_a_contract_that_ended_by_itself_counts_no_more_after_the_night():
    account = AccountFactory()
    SubscriptionFactory(account=account, end_on=TODAY)
    with at(2, day=TODAY - timedelta(days=1)):
        run_nightly_if_due()
    account.refresh_from_db()
    assert (account.arr_amount, account.is_churned) == (12000, False)

    with at(2):
        run_nightly_if_due()

    account.refresh_from_db()
    assert (account.arr_amount, account.is_churned) == (0, True)
