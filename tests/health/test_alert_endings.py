"""Alerts after they opened: what they say, who closes them, and what comes later."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
import time_machine
from django.db import connections, transaction

from accounts.models import Account
from events.models import Event
from health.alert_rules import Picture
from health.models import Alert, AlertRule, Scorecard
from health.services import (
    AlertAlreadyClosed,
    close_alert,
    recompute,
    set_override,
)
from health.services.alerts import evaluating
from tests.factories.accounts import AccountFactory
from tests.factories.health import ScorecardFactory, ScorecardVersionFactory
from tests.factories.organisation import UserFactory
from tests.factories.usage import MetricFactory, MetricValueFactory
from tests.health.alert_world import DAY, evaluate, open_alert, picture
from tests.health.course import BAND, FALL, Course, noon, publish_metric_card

pytestmark = pytest.mark.usefixtures("presets")


@pytest.fixture
def scorecard(presets):
    publish_metric_card()


def publish_card_of_two() -> None:
    """Without the second metric less than half of the card is known."""
    Scorecard.objects.filter(priority=1).update(priority=5)
    indicators = [
        {"source": f"metric:{key}", "weight": weight, "curve": [[0, 0], [100, 100]]}
        for key, weight in (("score", 40), ("other", 60))
    ]
    dimension = {"key": "all", "label": "All", "weight": 100, "indicators": indicators}
    ScorecardVersionFactory(
        scorecard=ScorecardFactory(is_active=True, priority=1),
        definition={"dimensions": [dimension]},
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_a_score_back_in_its_band_is_said_to_be_back():
    course = Course().goes(85, 75, 82)

    assert course.open().summary == "Back in Healthy with 82.0, still below 85."


def set_by_hand(course: Course, band: str, days: int) -> None:
    with time_machine.travel(noon(course.day), tick=False):
        until = course.day + timedelta(days=days)
        set_override(
            course.account, by=UserFactory(), reason="Known", ends_on=until, band=band
        )


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_a_band_set_by_hand_to_what_it_was_closes_and_keeps_quiet_while_it_holds():
    course = Course().goes(85, 55)
    set_by_hand(course, "green", days=20)

    course.goes(55)
    assert not course.open()
    assert course.last().close_reason == (
        "Set to Healthy by hand; the score itself is 55.0."
    )
    course.day += timedelta(days=17)
    course.goes(55)
    assert course.count() == 1
    course.goes(*[55] * 2)

    assert course.open().summary == "Went from Healthy to Critical, now 55.0."


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_a_worse_band_set_by_hand_stays_open_whatever_the_score_says():
    course = Course().goes(90, 90)
    set_by_hand(course, "red", days=3)
    course.goes(90, 90)

    assert course.open().summary == (
        "Went from Healthy to Churn risk, set by hand; the score itself is 90.0."
    )
    course.goes(90, 90)

    assert course.count() == 1
    assert course.last().close_reason == "Back in Healthy with 90.0."


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_a_score_set_by_hand_closes_only_safely_above_the_border():
    course = Course().goes(85, 55)
    with time_machine.travel(noon(course.day), tick=False):
        until = course.day + timedelta(days=9)
        boss, score = UserFactory(), Decimal(82)
        set_override(
            course.account, by=boss, reason="Known", ends_on=until, score=score
        )
    course.goes(55)

    assert course.open().summary == "Back in Healthy with 82.0, still below 85."


def seen_on(account: Account, days: int, score, then: str) -> Picture:
    """Where it had 90 points and now has some, or none of which we know the band."""
    change = float("nan") if score is None else score - 90.0
    seen = picture(
        [account],
        DAY + timedelta(days=days),
        score=[score],
        before=["green" if days == 0 else "yellow"],
        change=[change],
    )
    return replace(seen, band_30d=np.array([then]))


@pytest.mark.django_db
def test_without_enough_data_alerts_about_scores_end_after_thirty_days():
    account = AccountFactory()
    evaluate(seen_on(account, 0, 70, "green"), only=(BAND, FALL))

    for days, then in ((1, "green"), (29, "unknown")):
        evaluate(seen_on(account, days, None, then), only=(BAND, FALL))
        assert open_alert(account, BAND)
        assert open_alert(account, FALL)
    evaluate(seen_on(account, 30, None, "yellow"), only=(BAND, FALL))
    assert open_alert(account, FALL)
    assert Alert.objects.get(rule__key=BAND).close_reason == (
        "30 days without getting worse, and not enough data to say more."
    )
    evaluate(seen_on(account, 31, None, "unknown"), only=(BAND, FALL))
    assert Alert.objects.get(rule__key=FALL).close_reason == (
        "There is not enough data any more to compare with 30 days ago."
    )
    for days, score in ((32, None), (33, 70), (50, None), (51, 70)):
        evaluate(seen_on(account, days, score, "unknown"), only=(BAND, FALL))

    assert Alert.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_a_fall_from_not_enough_data_fires_nothing():
    publish_card_of_two()
    course = Course().goes(*[90] * 30)
    course.day += timedelta(days=1)
    MetricValueFactory(
        account=course.account,
        metric=MetricFactory(key="other"),
        observed_at=noon(course.day) - timedelta(hours=1),
        value=65,
    )
    course.value(90)
    with time_machine.travel(noon(course.day), tick=False):
        recompute(day=course.day, trigger="nightly")

    course.account.refresh_from_db()
    assert course.account.health_change_30d <= -10
    assert course.count(FALL) == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_a_worse_band_that_began_in_the_cool_down_is_told_when_it_ends():
    course = Course().goes(85, 75, 86, *[75] * 13)
    assert course.count() == 1
    assert not course.open()

    course.goes(75)

    alert = course.open()
    assert (alert.band_before, alert.band_after) == ("green", "yellow")
    assert alert.summary == "Went from Healthy to At risk, now 75.0."


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_the_band_an_alert_closed_in_is_not_told_again():
    course = Course().goes(85, *[70] * 31)
    assert course.last().band_closed == "yellow"

    course.goes(*[70] * 16)

    assert course.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_closing_by_hand_accepts_the_band_of_that_day():
    course = Course().goes(85, 75)
    close_alert(course.open(), by=UserFactory(), reason="Known")

    course.goes(*[75] * 16)
    assert course.count() == 1
    course.goes(50)

    assert course.count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("scorecard")
def test_switching_a_rule_off_closes_its_alerts():
    course = Course().goes(85, 75)
    AlertRule.objects.filter(key=BAND).update(is_on=False)

    course.goes(75)

    assert course.last().close_reason == "The rule was switched off."
    assert Event.objects.filter(kind="alert_closed").count() == 1


def in_another_connection(work) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("scorecard")
def test_what_a_person_closes_during_a_run_stays_closed_by_that_person():
    course, person = Course().goes(85, 75), UserFactory()
    has_closed, may_commit = threading.Event(), threading.Event()

    def close() -> None:
        with transaction.atomic():
            close_alert(Alert.objects.get(), by=person, reason="Talked to them.")
            has_closed.set()
            may_commit.wait(5)

    thread = in_another_connection(close)
    has_closed.wait(5)
    # The run meets the row while the person's closing is not committed yet.
    threading.Timer(0.5, may_commit.set).start()
    course.goes(95)
    thread.join(5)

    alert = course.last()
    assert (alert.close_reason, alert.closed_by) == ("Talked to them.", person)
    assert Event.objects.filter(kind="alert_closed").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("scorecard")
def test_what_a_run_closes_a_person_finds_closed(monkeypatch):
    course, person = Course().goes(85, 75), UserFactory()
    read, refused, threads = evaluating.open_alerts, [], []

    def close() -> None:
        try:
            close_alert(Alert.objects.get(), by=person, reason="Talked to them.")
        except AlertAlreadyClosed as refusal:
            refused.append(refusal)

    def read_while_a_person_closes(ids, **options):
        found = read(ids, **options)
        threads.append(in_another_connection(close))
        threads[0].join(0.5)
        return found

    monkeypatch.setattr(evaluating, "open_alerts", read_while_a_person_closes)
    course.goes(95)
    threads[0].join(5)

    assert len(refused) == 1
    assert course.last().close_reason == "Back in Healthy with 95.0."
    assert Event.objects.filter(kind="alert_closed").count() == 1
