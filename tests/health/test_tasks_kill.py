"""A worker that is killed in the middle of a run: the next one finishes it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from events.services import record_event
from health import tasks
from health.models import HealthRun, RecomputeRequest, Snapshot
from health.services import (
    RunIsBusy,
    continue_run,
    create_alert_rules,
    publish_presets,
    recompute,
    recompute_requested,
    resume_stale_runs,
    start_run,
)
from health.services.runs import MOST_ATTEMPTS, RUN_LOCK
from tests.factories.accounts import AccountFactory
from tests.factories.health import ScorecardFactory, ScorecardVersionFactory
from tests.factories.surveys import SurveyFactory, SurveyResponseFactory

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2024, 6, 12)
ACCOUNTS = 60


@pytest.fixture
def portfolio(db) -> list[Account]:
    publish_presets()
    create_alert_rules()
    card = ScorecardFactory(is_active=True, priority=1)
    ScorecardVersionFactory(scorecard=card)
    accounts = AccountFactory.create_batch(ACCOUNTS)
    survey = SurveyFactory()
    for number, account in enumerate(accounts):
        SurveyResponseFactory(account=account, survey=survey, score=number % 11)
    return accounts


@pytest.fixture
def start_worker(
    process_environment,
) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts real Celery workers on this test's database and broker."""
    environment = {**process_environment, "HEALTH_SHARD_SIZE": "10"}
    command = [sys.executable, "-m", "celery", "-A", "cs_platform", "worker"]
    command += ["--pool=prefork", "--concurrency=1", "--loglevel=ERROR"]
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        worker = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle"],
            cwd=settings.BASE_DIR,
            env=environment,
            start_new_session=True,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill(worker)


def kill(worker: subprocess.Popen) -> None:
    """The worker and its children die at once, without a word."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def final_table() -> list[tuple]:
    columns = ("account_id", "day", "score", "band", "coverage", "version_id", "detail")
    rows = Snapshot.objects.order_by("account_id").values_list(*columns)
    shown = Account.objects.order_by("pk").values_list(
        "health_score", "health_band", "health_day", "health_weeks"
    )
    return [*(str(row) for row in rows), *(str(row) for row in shown)]


@contextmanager
def row_locked(account: Account) -> Iterator[None]:
    """Somebody holds this account, so that a run stops exactly there."""
    database = connection.settings_dict
    other = psycopg2.connect(
        host=database["HOST"],
        port=database["PORT"] or 5432,
        user=database["USER"],
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
    )
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM accounts_account WHERE id = %s FOR UPDATE", [account.pk]
            )
        yield
    finally:
        other.close()


def is_anybody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def test_a_killed_worker_leaves_the_same_final_table(portfolio, start_worker):
    with row_locked(portfolio[ACCOUNTS // 2]):
        worker = start_worker()
        tasks.recompute_health.delay(DAY.isoformat(), "nightly")
        wait_for(is_anybody_waiting)
        assert Snapshot.objects.count() == ACCOUNTS // 2
        kill(worker)
    assert HealthRun.objects.get().status == HealthRun.Status.RUNNING

    start_worker()
    wait_for(lambda: not is_anybody_waiting())
    tasks.resume_stale_runs.delay()
    wait_for(lambda: HealthRun.objects.get().status == HealthRun.Status.FINISHED)

    run = HealthRun.objects.get()
    assert (run.attempts, run.accounts, run.errors) == (2, ACCOUNTS, 0)
    disturbed = final_table()
    Snapshot.objects.all().delete()
    Account.objects.update(health_day=None, health_score=None, health_weeks=[])
    recompute(day=DAY, trigger="command")
    assert final_table() == disturbed


def test_a_worker_computes_an_account_whose_fact_arrived(portfolio, start_worker):
    recompute_requested()
    account = portfolio[0]
    answer = account.survey_responses.get()
    SurveyResponseFactory(
        account=account, survey=answer.survey, score=10, responded_at=timezone.now()
    )
    for _ in range(3):
        record_event("survey_answered", by=None, account_id=account.pk)
    start_worker()

    tasks.recompute_requested.delay()
    wait_for(RecomputeRequest.objects.exists)
    RecomputeRequest.objects.update(due_at=timezone.now())
    tasks.recompute_requested.delay()
    wait_for(HealthRun.objects.filter(status="finished").exists)

    run = HealthRun.objects.get()
    assert (run.trigger, run.account_ids, run.changed) == ("event", [account.pk], 1)
    account.refresh_from_db()
    assert account.health_score == 100
    assert not RecomputeRequest.objects.exists()


def test_a_run_that_somebody_works_on_is_not_resumed(portfolio):
    run = start_run(day=DAY, trigger="command")
    database = connection.settings_dict
    other = psycopg2.connect(
        host=database["HOST"], user=database["USER"], dbname=database["NAME"]
    )
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [RUN_LOCK, run.pk])

    assert resume_stale_runs() == []
    with pytest.raises(RunIsBusy):
        continue_run(run)

    other.close()
    wait_for(lambda: [resumed.pk for resumed in resume_stale_runs()] == [run.pk])


def test_a_run_that_never_finishes_is_given_up(portfolio):
    run = start_run(day=DAY, trigger="command")
    HealthRun.objects.update(attempts=MOST_ATTEMPTS)

    assert resume_stale_runs() == []

    run.refresh_from_db()
    assert run.status == HealthRun.Status.FAILED
    assert run.detail == "Stopped after 3 attempts that did not finish."


def test_a_finished_run_is_not_done_again(portfolio):
    run = recompute(day=DAY, trigger="command")
    finished_at = run.finished_at

    assert continue_run(run).finished_at == finished_at
