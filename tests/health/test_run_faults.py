"""Runs that meet trouble: accounts that break or vanish, attempts that died."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.models import Account
from health import tasks
from health.models import HealthRun, Snapshot
from health.queries.indicators import indicators
from health.services import DayNotOver, recompute, runs, start_run
from tests.factories.accounts import AccountFactory
from tests.factories.usage import MetricFactory, MetricValueFactory
from tests.health.course import publish_metric_card
from tests.health.world import DAY, ago

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


def break_accounts(monkeypatch, ids: set[int]) -> None:
    """Storing fails for every shard with one of these accounts in it."""
    write = runs.write_shard

    def write_or_break(day, reading, part):
        if ids & set(reading.ids[part].tolist()):
            raise ValueError("This account is broken.")
        return write(day, reading, part)

    monkeypatch.setattr(runs, "write_shard", write_or_break)


@pytest.mark.parametrize(
    ("broken", "status"), [(20, "finished"), (50, "finished"), (60, "failed")]
)
def test_many_broken_accounts_do_not_stop_the_others(monkeypatch, broken, status):
    ids = [AccountFactory().pk for _ in range(80)]
    break_accounts(monkeypatch, set(ids[:broken]))

    run = recompute(day=DAY, trigger="command")

    assert Snapshot.objects.count() == 80 - broken
    assert (run.accounts, run.errors) == (80 - broken, broken)
    assert run.status == status
    if status == "failed":
        assert run.detail == "60 of 80 accounts could not be scored."


def test_many_broken_ones_among_very_many_do_not_fail_the_run(monkeypatch):
    ids = [AccountFactory().pk for _ in range(12)]
    monkeypatch.setattr(runs, "MOST_BROKEN", 1)
    monkeypatch.setattr(runs, "MOST_BROKEN_SHARE", 0.2)
    break_accounts(monkeypatch, set(ids[:2]))

    assert recompute(day=DAY, trigger="command").status == "finished"


def test_when_nothing_works_the_run_gives_up(monkeypatch):
    ids = [AccountFactory().pk for _ in range(12)]
    monkeypatch.setattr(runs, "HOPELESS", 5)
    break_accounts(monkeypatch, set(ids))

    with pytest.raises(ValueError, match="broken"):
        recompute(day=DAY, trigger="command")

    run = HealthRun.objects.get()
    assert (run.status, run.errors) == ("failed", 5)


def test_an_account_deleted_before_its_facts_are_read_is_passed_over(monkeypatch):
    accounts = AccountFactory.create_batch(3)
    listed = runs._account_ids

    def list_and_delete(*of_run):
        ids = listed(*of_run)
        accounts[1].delete()
        return ids

    monkeypatch.setattr(runs, "_account_ids", list_and_delete)

    run = recompute(day=DAY, trigger="command")

    assert (run.status, run.accounts, run.errors) == ("finished", 2, 0)
    assert Snapshot.objects.count() == 2


def test_an_account_deleted_before_it_is_stored_is_passed_over(monkeypatch):
    accounts = AccountFactory.create_batch(3)
    read = runs.read_facts

    def read_and_delete(day, ids):
        reading = read(day, ids)
        Account.objects.filter(pk=accounts[1].pk).delete()
        return reading

    monkeypatch.setattr(runs, "read_facts", read_and_delete)

    run = recompute(day=DAY, trigger="command")

    assert (run.status, run.errors) == ("finished", 0)
    assert Snapshot.objects.count() == 2


def test_a_run_that_goes_on_counts_what_the_first_attempt_stored():
    accounts = AccountFactory.create_batch(5)
    run = start_run(day=DAY, trigger="command")
    # The attempt stored two accounts before it died.
    some = [account.pk for account in accounts[:2]]
    recompute(day=DAY, trigger="command", account_ids=some)
    HealthRun.objects.filter(pk=run.pk).update(accounts=2, changed=2)

    tasks.continue_run(run.pk)

    run.refresh_from_db()
    assert (run.status, run.accounts, run.changed) == ("finished", 5, 5)


@time_machine.travel(datetime(2024, 6, 12, 9, tzinfo=UTC), tick=False)
def test_provisional_snapshots_are_written_again_and_counted_once():
    AccountFactory.create_batch(3)
    run = start_run(day=DAY, trigger="command")
    HealthRun.objects.filter(pk=run.pk).update(accounts=2, changed=2)

    tasks.continue_run(run.pk)

    run.refresh_from_db()
    assert (run.accounts, run.changed) == (3, 3)


def test_continuing_costs_no_attempt_and_a_run_that_is_gone_is_no_fault():
    run = start_run(day=DAY, trigger="person")

    tasks.continue_run(run.pk)
    tasks.continue_run(run.pk)
    tasks.continue_run(run.pk + 1)

    run.refresh_from_db()
    assert (run.status, run.attempts) == ("finished", 1)


@time_machine.travel(datetime(2024, 6, 12, 9, tzinfo=UTC), tick=False)
def test_a_day_that_is_not_over_cannot_be_restated():
    with pytest.raises(DayNotOver, match="not over yet"):
        start_run(day=DAY, trigger="person", restate=True)

    assert not HealthRun.objects.exists()
    start_run(day=DAY - timedelta(days=1), trigger="person", restate=True)


def test_a_source_that_cannot_be_read_is_said_as_missing():
    publish_metric_card("expansion_signals")
    account = AccountFactory()
    MetricValueFactory(
        account=account, metric=MetricFactory(key="x"), observed_at=ago(1)
    )
    recompute(day=DAY, trigger="command")

    (dimension,) = indicators(Snapshot.objects.get(account=account))
    (reading,) = dimension.indicators
    assert (reading.said, reading.label) == ("–", "Expansion signals")
