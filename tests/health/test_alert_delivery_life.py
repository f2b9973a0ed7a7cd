"""The life of an alert as people hear of it: in their mailbox and in a chat."""

import json
from datetime import timedelta

import pytest
import time_machine

from health.models import AlertDelivery, AlertRule
from health.services import close_alert, send_due
from health.services.alerts import assign_alert, escalate_overdue
from health.services.channels import create_channel
from tests import sinks
from tests.factories.organisation import TeamFactory, UserFactory
from tests.health.course import BAND, Course, noon, publish_metric_card

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets", "scorecard")]


@pytest.fixture
def scorecard(presets):
    publish_metric_card()


@pytest.fixture
def box(settings):
    sink, stop = sinks.start_mail_sink(settings)
    yield sink
    stop()


@pytest.fixture
def chat(settings):
    settings.HOOKS_ALLOW_PRIVATE = settings.HOOKS_ALLOW_HTTP = True
    server = sinks.PostSink()
    yield server
    server.stop()


def send(course: Course, days: float = 0) -> int:
    """What the worker sends on a day of the course."""
    moment = noon(course.day) + timedelta(days=days)
    with time_machine.travel(moment, tick=False):
        escalate_overdue(moment)
        return send_due()


def subjects(box: sinks.MailSink) -> list[str]:
    return [message["Subject"] for message in box.messages]


def test_an_alert_is_told_when_it_opens_gets_worse_and_goes_up_and_never_twice(
    box, chat
):
    team = TeamFactory()
    lead = UserFactory(role="lead", team=team)
    owner = UserFactory(role="csm", team=team)
    AlertRule.objects.exclude(key=BAND).update(is_on=False)
    rule = AlertRule.objects.get(key=BAND)
    rule.escalate_after_days = 3
    rule.save()
    rule.channels.add(
        create_channel(name="CS", kind="slack", url=chat.url, by=UserFactory())
    )
    course = Course(name="Acme", owner=owner)

    course.goes(85, 79)
    assert send(course) == 2
    course.goes(78)
    assert send(course) == 0
    course.goes(55)
    assert send(course) == 2
    assert send(course, days=3) == 2
    assert send(course, days=3) == 0

    assert [message["To"] for message in box.messages] == [
        owner.email, owner.email, lead.email,
    ]  # fmt: skip
    first, second, third = subjects(box)
    assert first == "Acme: entered a worse band"
    assert second == "Acme got worse: entered a worse band"
    assert third == "Nobody took it: Acme, entered a worse band"
    assert "What moved the score most:" in box.text()
    texts = [json.loads(post.body)["text"] for post in chat.posts]
    assert texts == [first, second, third]


def test_who_takes_an_alert_over_hears_of_it_and_then_of_its_course(box):
    owner, taker = UserFactory(), UserFactory(role="csm")
    AlertRule.objects.exclude(key=BAND).update(is_on=False)
    course = Course(name="Acme", owner=owner).goes(85, 79)
    send(course)
    with time_machine.travel(noon(course.day), tick=False):
        assign_alert(course.open(), to=taker, by=owner)
    send(course)
    send(course.goes(55))

    assert [message["To"] for message in box.messages] == [
        owner.email, taker.email, taker.email,
    ]  # fmt: skip


def test_an_alert_that_closes_before_it_is_told_is_not_told(box):
    AlertRule.objects.exclude(key=BAND).update(is_on=False)
    course = Course(owner=UserFactory()).goes(85, 79)
    with time_machine.travel(noon(course.day), tick=False):
        close_alert(course.open(), by=UserFactory(), reason="Known.")

    assert send(course) == 0
    assert AlertDelivery.objects.get().status == "dropped"
