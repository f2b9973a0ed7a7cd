"""Tasks are thin doors; the schedule names tasks that exist."""

from datetime import UTC, datetime

import pytest
import time_machine

from cs_platform.celery import app
from health import tasks
from health.models import HealthRun, Snapshot
from tests.factories.accounts import AccountFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert scheduled <= set(app.tasks)


def test_the_task_computes_some_accounts_for_a_reason():
    one = AccountFactory()
    AccountFactory()

    run_id = tasks.recompute_health("2024-06-12", "event", [one.pk])

    run = HealthRun.objects.get(pk=run_id)
    assert (run.trigger, run.account_ids, run.accounts) == ("event", [one.pk], 1)


def test_the_scheduled_tasks_do_their_work_and_nothing_twice():
    AccountFactory()
    with time_machine.travel(datetime(2024, 6, 12, 3, tzinfo=UTC), tick=False):
        tasks.run_nightly_if_due()
        count = Snapshot.objects.count()
        tasks.run_nightly_if_due()
        tasks.resume_stale_runs()
        tasks.send_alert_deliveries()
        tasks.page_on_call()

    assert Snapshot.objects.count() == count > 0
