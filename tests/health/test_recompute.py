"""Recompute: from facts to snapshots and account columns."""

from datetime import UTC, date, datetime

import pytest

from health.models import HealthRun, Scorecard, Snapshot
from health.services import recompute
from tests.factories.accounts import AccountFactory
from tests.factories.surveys import SurveyResponseFactory

DAY = date(2024, 6, 10)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


def run(day: date = DAY, **options) -> HealthRun:
    return recompute(day=day, trigger=HealthRun.Trigger.COMMAND, **options)


def test_every_account_gets_a_snapshot_and_a_silent_one_is_not_enough_data():
    account = AccountFactory()

    finished = run()

    snapshot = Snapshot.objects.get()
    assert finished.status == HealthRun.Status.FINISHED
    assert (finished.accounts, finished.changed, finished.errors) == (1, 1, 0)
    assert (snapshot.account, snapshot.day) == (account, DAY)
    assert (snapshot.score, snapshot.band, snapshot.coverage) == (None, "unknown", 0)
    assert not snapshot.is_provisional
