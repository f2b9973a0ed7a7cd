"""Alerts: what opens them, what keeps them quiet, what closes them."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from events.models import Event
from health.models import AlertRule
from health.services import (
    AlertAlreadyClosed,
    acknowledge_alert,
    close_alert,
    recompute,
)
from health.services.alerts import close_alerts_of_gone_accounts
from tests.factories.health import AlertFactory
from tests.factories.organisation import UserFactory
from tests.factories.revenue import SubscriptionFactory
from tests.health.course import BAND, FALL, START, Course, noon, publish_metric_card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets", "scorecard")]


@pytest.fixture
def scorecard(presets):
    """The score is the metric itself, so that a test can say what it wants."""
    publish_metric_card()


def test_entering_a_worse_band_opens_one_alert():
    course = Course().goes(85, 79)

    alert = course.open()
    assert (alert.band_before, alert.band_after) == ("green", "yellow")
    assert (alert.opened_on, alert.value) == (course.day, 79)
    assert alert.summary == "Went from Healthy to At risk, now 79.0."
    event = Event.objects.get(kind="alert_opened", account_id=course.account.pk)
    assert event.data["rule"] == BAND


def test_a_first_score_and_a_better_band_open_nothing():
    course = Course().goes(50, 70, 90)

    assert course.count() == 0


def test_an_open_alert_is_updated_and_not_repeated():
    course = Course().goes(85, 75, 74, 55)

    alert = course.open()
    assert course.count() == 1
    assert (alert.band_before, alert.band_after) == ("green", "orange")
    assert (alert.value, alert.worsened_on) == (55, course.day)
    assert alert.summary == "Went from Healthy to Critical, now 55.0."


def test_it_closes_five_points_above_the_old_bands_lower_bound():
    course = Course().goes(85, 75, 81, 84.9)
    assert course.open()

    course.goes(85)

    assert not course.open()
    alert = course.last()
    assert alert.close_reason == "Back in Healthy with 85.0."
    assert alert.closed_by is None
    assert Event.objects.filter(kind="alert_closed").count() == 1


def test_after_thirty_days_the_new_band_is_normal():
    course = Course().goes(85, *[70] * 30)
    assert course.open()

    course.goes(70)

    assert course.last().close_reason.startswith("30 days without getting worse")


def test_getting_worse_again_starts_the_thirty_days_anew():
    course = Course().goes(85, *[70] * 20, *[50] * 30)
    assert course.open()

    course.goes(50)

    assert not course.open()


def test_moves_to_and_from_not_enough_data_fire_nothing():
    course = Course().goes(85, 85, None, None, None, None)
    course.account.refresh_from_db()
    assert course.account.health_band == "unknown"
    assert course.count() == 0

    course.goes(84)
    assert course.count() == 0


def test_after_a_gap_the_last_known_band_is_compared():
    course = Course().goes(85, None, None, None, None, None)

    course.goes(55)

    assert course.open().band_before == "green"


def test_an_open_alert_outlasts_a_gap_in_the_data():
    course = Course().goes(85, 70, None, None, None, None)

    assert course.open()


def test_during_the_cool_down_the_rule_is_quiet():
    course = Course().goes(85, 75, 90, 75)
    assert course.count() == 1

    course.goes(90, *[90] * 12, 75)

    assert course.count() == 2


def test_a_further_worse_band_breaks_the_cool_down():
    course = Course().goes(85, 75, 90, 75, 55)

    assert course.count() == 2
    assert course.open().band_after == "orange"


def test_closing_by_hand_begins_the_cool_down_too():
    course = Course().goes(85, 75)
    close_alert(course.open(), by=UserFactory(), reason="Known")
    course.goes(85, 75)

    assert course.count() == 1


def test_falling_ten_points_in_thirty_days_opens_an_alert():
    course = Course().goes(78, *[78] * 29, 68)

    alert = course.open(FALL)
    assert alert.value == -10
    assert alert.summary == "Fell 10.0 points in 30 days to 68.0."
    assert course.count(FALL) == 1


def test_falling_less_opens_nothing():
    course = Course().goes(78, *[78] * 29, 68.1)

    assert course.count(FALL) == 0


def test_a_fall_closes_when_less_than_five_points_are_missing():
    course = Course().goes(78, *[78] * 29, 66, 72.9)
    assert course.open(FALL)
    assert course.open(FALL).value == pytest.approx(-5.1)

    course.goes(73.1)

    assert not course.open(FALL)
    assert course.last(FALL).close_reason == "The score is at 73.1 and falls no more."


def test_churned_accounts_never_alert():
    course = Course()
    SubscriptionFactory(account=course.account, end_on=START + timedelta(days=1))

    course.goes(85, 30)

    assert course.count() == 0


def test_leaving_closes_what_is_open():
    course = Course()
    SubscriptionFactory(account=course.account, end_on=START + timedelta(days=2))
    course.goes(85, 75)
    assert course.open()

    course.goes(75)

    assert course.last().close_reason == "The customer has left."


def test_a_rule_that_is_off_opens_nothing():
    AlertRule.objects.filter(key=BAND).update(is_on=False)

    assert Course().goes(85, 30).count() == 0


def test_filling_the_past_opens_nothing():
    course = Course().goes(85)
    with time_machine.travel(noon(START + timedelta(days=60)), tick=False):
        course.day += timedelta(days=1)
        course.value(30)
        recompute(day=course.day, trigger="command")

    assert course.count() == 0


def test_computing_a_day_again_repeats_no_alert():
    course = Course().goes(85, 75)
    with time_machine.travel(noon(course.day), tick=False):
        recompute(day=course.day, trigger="nightly")
    with time_machine.travel(noon(course.day + timedelta(days=1)), tick=False):
        recompute(day=course.day, trigger="nightly")

    assert course.count() == 1
    assert Event.objects.filter(kind="alert_opened").count() == 1


def test_alerts_of_archived_accounts_close():
    course = Course().goes(85, 75)
    course.account.archived_at = noon(course.day)
    course.account.save()

    course.goes(None)

    assert course.last().close_reason == "The account was archived."


def test_alerts_of_merged_accounts_say_so_when_they_close():
    course = Course().goes(85, 75)
    course.account.merged_into = Course().account
    course.account.archived_at = noon(course.day)
    course.account.save()

    close_alerts_of_gone_accounts(now=noon(course.day))

    words = "The account was merged into another one."
    assert course.last().close_reason == words


def test_many_accounts_alert_at_once_each_with_its_own_words():
    courses = [Course() for _ in range(4)]
    for scores in ((85, 85, 65, 65), (79, 59, 64, 39)):
        for course, score in zip(courses, scores, strict=True):
            course.day += timedelta(days=1)
            course.value(score)
        with time_machine.travel(noon(courses[0].day), tick=False):
            recompute(day=courses[0].day, trigger="nightly", shard_size=3)

    bands = [course.open() and course.open().band_after for course in courses]
    assert bands == ["yellow", "orange", None, "red"]


def test_acknowledging_is_kept_with_who_and_when():
    alert, person = AlertFactory(), UserFactory()

    acknowledge_alert(alert, by=person)
    acknowledge_alert(alert, by=UserFactory())

    alert.refresh_from_db()
    assert alert.acknowledged_by == person
    assert Event.objects.filter(kind="alert_acknowledged").count() == 1


def test_a_closed_alert_can_neither_be_acknowledged_nor_closed_again():
    alert, person = AlertFactory(), UserFactory()
    close_alert(alert, by=person, reason="Spoke with them.")

    with pytest.raises(AlertAlreadyClosed):
        close_alert(alert, by=person, reason="Again.")
    with pytest.raises(AlertAlreadyClosed):
        acknowledge_alert(alert, by=person)


def test_closing_needs_a_reason():
    with pytest.raises(ValueError, match="why"):
        close_alert(AlertFactory(), by=UserFactory(), reason="  ")


def test_the_database_keeps_one_open_alert_per_account_and_rule():
    alert = AlertFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        AlertFactory(account=alert.account, rule=alert.rule)


def test_the_score_that_decides_is_the_one_people_read():
    course = Course().goes(85, 79.96)

    course.account.refresh_from_db()
    assert course.account.health_score == Decimal("80.0")
    assert course.count() == 0
