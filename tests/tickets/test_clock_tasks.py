"""The scheduled work of promises; each task may run twice."""

import pytest

from cs_platform.celery import app
from tests.tickets.clock_world import Desk, promise
from tickets.models import ClockRebuild, SlaEvent
from tickets.services.rebuild import start_rebuild
from tickets.tasks import rebuild_clocks, record_due_promises

pytestmark = pytest.mark.django_db


def test_what_is_long_past_is_recorded_once_by_the_task():
    Desk(promise(resolution=60)).ticket()

    assert record_due_promises() == 2
    assert record_due_promises() == 0
    assert SlaEvent.objects.filter(kind="breach").count() == 1


def test_a_waiting_rebuild_is_finished_by_the_task():
    desk = Desk()
    start_rebuild(by=None, tier=desk.tier)

    rebuild_clocks()

    assert ClockRebuild.objects.get().status == "finished"


def test_both_stand_in_the_schedule_every_minute():
    scheduled = {each["task"] for each in app.conf.beat_schedule.values()}

    assert {task.name for task in (record_due_promises, rebuild_clocks)} <= scheduled
