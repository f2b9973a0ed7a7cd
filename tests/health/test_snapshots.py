"""Reading snapshots: newest, of a day, the course, and what they are made of."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from health.models import Snapshot
from health.queries.indicators import dimension_directions, indicators
from health.queries.snapshots import (
    account_by_external_id,
    history,
    latest_snapshot,
    restated_snapshot,
    snapshot_on,
)
from tests.factories.accounts import AccountExternalIdFactory, AccountFactory
from tests.factories.health import ScorecardVersionFactory, SnapshotFactory

pytestmark = pytest.mark.django_db
DAY = date(2024, 6, 1)


def test_a_day_is_answered_by_a_snapshot_at_most_seven_days_old():
    account = AccountFactory()
    old = SnapshotFactory(account=account, day=DAY)
    SnapshotFactory(account=account, day=DAY + timedelta(days=1), is_restated=True)

    assert snapshot_on(account, DAY + timedelta(days=7)) == old
    assert snapshot_on(account, DAY + timedelta(days=8)) is None
    assert snapshot_on(account, DAY - timedelta(days=1)) is None
    assert latest_snapshot(account) == old
    assert latest_snapshot(AccountFactory()) is None
    assert restated_snapshot(account, DAY) is None
    assert restated_snapshot(account, DAY + timedelta(days=1)).is_restated


def test_history_tells_each_day_as_it_was_known():
    account = AccountFactory()
    version = ScorecardVersionFactory(number=3)
    SnapshotFactory(account=account, day=DAY, version=version)
    SnapshotFactory(
        account=account, day=DAY + timedelta(days=2), score=None, band="unknown"
    )
    SnapshotFactory(account=account, day=DAY, is_restated=True)
    SnapshotFactory(account=account, day=DAY + timedelta(days=9))

    points = history(account, DAY, DAY + timedelta(days=5))

    assert [(point.day, point.score, point.band) for point in points] == [
        (DAY, 70.0, "yellow"),
        (DAY + timedelta(days=2), None, "unknown"),
    ]
    assert (points[0].version_number, points[0].coverage) == (3, 100.0)


def test_indicators_are_told_with_their_names_and_values():
    snapshot = SnapshotFactory()

    (dimension,) = indicators(snapshot)

    assert (dimension.label, dimension.score) == ("Satisfaction", 70.0)
    (nps,) = dimension.indicators
    assert (nps.label, nps.said, nps.score, nps.effective_weight) == (
        "NPS",
        "40",
        70.0,
        100.0,
    )
    assert nps.description.startswith("Promoters")
    assert not nps.is_missing


def test_a_missing_value_and_an_unknown_source_still_have_names():
    snapshot = SnapshotFactory()
    definition = {
        "dimensions": [
            {
                "key": "d",
                "label": "D",
                "weight": 100,
                "indicators": [
                    {"source": "not_yet_known", "weight": 60, "curve": [[0, 0]]},
                    {
                        "source": "nps",
                        "weight": 40,
                        "curve": [[0, 0], [10, 100]],
                        "red_flag": {"op": "<", "value": 0},
                    },
                ],
            }
        ]
    }
    Snapshot.objects.filter(pk=snapshot.pk).update(
        version=ScorecardVersionFactory(definition=definition),
        detail={
            "raw": [None, -5.0],
            "norm": [None, 0.0],
            "weight": [0.0, 100.0],
            "dims": [0.0],
        },
    )

    (dimension,) = indicators(latest_snapshot(snapshot.account))

    unknown, nps = dimension.indicators
    assert (unknown.label, unknown.said, unknown.is_missing) == (
        "Not yet known",
        "–",
        True,
    )
    assert nps.has_red_flag


def test_the_trend_of_a_dimension_compares_three_weeks_with_the_three_before():
    account, version = AccountFactory(), ScorecardVersionFactory()
    for week, value in enumerate((50, 50, 50, 70, 70, 70)):
        SnapshotFactory(
            account=account,
            version=version,
            day=DAY + timedelta(weeks=week),
            score=Decimal(value),
            detail={"raw": [0.0], "norm": [1.0], "weight": [100.0], "dims": [value]},
        )
    last = DAY + timedelta(weeks=5)

    assert dimension_directions(account.pk, last) == {"satisfaction": "improving"}


def test_an_external_id_leads_to_the_account_that_survived_a_merge():
    survivor = AccountFactory()
    merged = AccountFactory(merged_into=survivor)
    AccountExternalIdFactory(account=merged, external_id="OLD-1")

    assert account_by_external_id("OLD-1") == survivor
    assert account_by_external_id("OLD-2") is None
