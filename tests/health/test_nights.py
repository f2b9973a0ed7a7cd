"""Night after night: the night closes a day and tells what changed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from accounts.models import Account
from health.models import Alert, HealthRun, Snapshot
from health.services import resume_stale_runs, run_nightly_if_due, start_run
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.surveys import SurveyResponseFactory
from tests.factories.tickets import TicketFactory
from tests.factories.usage import (
    AccountDayFactory,
    MetricFactory,
    MetricValueFactory,
    UsageFeedFactory,
)
from tests.health.course import BAND, START, Course, noon, publish_metric_card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
TODAY = date(2024, 6, 13)


@pytest.fixture(autouse=True)
def _organisation(db):
    Organisation.objects.update_or_create(
        id=1, defaults={"run_hour": 2, "timezone": "UTC"}
    )


def night(day: date) -> list[HealthRun]:
    moment = datetime.combine(day, time(6), tzinfo=UTC)
    with time_machine.travel(moment, tick=False):
        return run_nightly_if_due()


def used_every_day(*, users: int, seats: int = 50) -> Account:
    account = AccountFactory(seats=seats)
    for back in range(1, 60):
        day = TODAY - timedelta(days=back)
        AccountDayFactory(account=account, day=day, active_users=users)
    first, last = TODAY - timedelta(days=59), TODAY - timedelta(days=1)
    UsageFeedFactory(account=account, first_day=first, last_day=last)
    return account


def scores() -> dict[date, float]:
    return dict(Snapshot.objects.values_list("day", "score"))


def test_a_worse_band_that_came_by_day_is_told_the_next_morning():
    publish_metric_card(max_age_days=30)
    account, metric = AccountFactory(), MetricFactory(key="score")
    for back, score in enumerate([90, 90, 90, 70, 70, 70]):
        day = START + timedelta(days=back)
        night(day)
        MetricValueFactory(
            account=account,
            metric=metric,
            observed_at=datetime.combine(day, time(15), tzinfo=UTC),
            value=score,
        )

    alert = Alert.objects.get(rule__key=BAND)
    assert (alert.band_before, alert.band_after) == ("green", "yellow")
    assert alert.opened_on == START + timedelta(days=4)


def test_a_worse_band_that_came_while_the_machine_was_off_is_told():
    publish_metric_card()
    course = Course()
    course.day = START
    course.value(90)
    with time_machine.travel(noon(START), tick=False):
        run_nightly_if_due()
    for later in range(1, 6):
        course.day = START + timedelta(days=later)
        course.value(70 if later >= 2 else 90)
    with time_machine.travel(noon(course.day), tick=False):
        run_nightly_if_due()

    assert course.count() == 1
    assert course.open().band_before == "green"


def test_without_a_score_on_the_day_shown_the_band_before_that_day_is_compared():
    publish_metric_card(max_age_days=2)
    course = Course()
    course.day = START
    course.value(90)
    night(START + timedelta(days=1))
    # Shown now: not enough data. Meanwhile 70 comes, and the closed day has it.
    night(START + timedelta(days=4))
    course.day = START + timedelta(days=4)
    course.value(70)
    course.account.refresh_from_db()
    assert course.account.health_band == "unknown"

    night(START + timedelta(days=5))

    assert course.open().band_before == "green"


def test_closing_a_day_does_not_show_it_when_a_later_one_follows():
    publish_metric_card()
    account = AccountFactory()
    MetricValueFactory(
        account=account,
        metric=MetricFactory(key="score"),
        observed_at=noon(START),
        value=90,
    )
    with time_machine.travel(noon(START + timedelta(days=1)), tick=False):
        start_run(day=START, trigger="nightly", is_shown=False)
        # Its process died; another one finishes the work.
        resume_stale_runs()

    account.refresh_from_db()
    assert account.health_day is None
    assert Snapshot.objects.get(account=account).score == 90


def test_the_morning_does_not_look_like_a_fall_in_usage():
    publish_metric_card("daily_active_user_rate")
    used_every_day(users=41)

    night(TODAY)

    assert scores()[TODAY] == scores()[TODAY - timedelta(days=1)] == 82
    assert not Alert.objects.exists()


def test_usage_of_a_day_counts_once_the_day_is_over():
    publish_metric_card("daily_active_user_rate")
    account = used_every_day(users=10)
    AccountDayFactory(account=account, day=TODAY, active_users=50)
    night(TODAY)
    during = scores()[TODAY]
    night(TODAY + timedelta(days=1))

    assert (during, scores()[TODAY]) == (20, 24)


@pytest.mark.parametrize("source", ["open_tickets", "nps"])
def test_tickets_and_answers_of_today_count_today(source):
    publish_metric_card(source)
    account = AccountFactory()
    this_morning = datetime.combine(TODAY, time(1), tzinfo=UTC)
    TicketFactory(account=account, opened_at=this_morning)
    SurveyResponseFactory(account=account, score=9, responded_at=this_morning)

    night(TODAY)

    assert Snapshot.objects.get(day=TODAY).detail["raw"] in ([1], [100])
