"""Recompute: from facts to snapshots and account columns."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from health.definition import parse_definition
from health.models import HealthRun, Scorecard, ScorecardVersion, Snapshot
from health.presets import CALCULATOR
from health.scoring import score_one
from health.services import DayNotOver, NoScorecard, recompute
from health.sources.registry import SOURCES
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import ScorecardFactory, ScorecardVersionFactory
from tests.factories.surveys import SurveyResponseFactory
from tests.factories.usage import MetricFactory, MetricValueFactory
from tests.health.world import DAY, active_account, ago, at, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]


def run(day: date = DAY, **options) -> HealthRun:
    return recompute(day=day, trigger=HealthRun.Trigger.COMMAND, **options)


def use_scorecard(**card) -> Scorecard:
    """A scorecard that reads NPS only, in use before the default."""
    card = ScorecardFactory(is_active=True, priority=1, **card)
    ScorecardVersionFactory(scorecard=card)
    return card


def rated(score: int, *, days_ago: int = 5, account=None):
    account = account or AccountFactory()
    SurveyResponseFactory(account=account, score=score, responded_at=ago(days_ago))
    return account


def snapshot_of(account, day: date = DAY, *, restated: bool = False) -> Snapshot:
    return Snapshot.objects.get(account=account, day=day, is_restated=restated)


def table() -> list[tuple]:
    """Everything a snapshot says, but for the moment of its computing."""
    columns = ("account_id", "day", "is_restated", "is_provisional", "score", "band")
    rows = Snapshot.objects.order_by("account_id", "day", "is_restated")
    return [
        (*row[:-1], str(row[-1]))
        for row in rows.values_list(*columns, "coverage", "version_id", "detail")
    ]


def test_every_account_gets_a_snapshot_and_a_silent_one_is_not_enough_data():
    account = AccountFactory()

    finished = run()

    snapshot = snapshot_of(account)
    assert finished.status == HealthRun.Status.FINISHED
    assert (finished.accounts, finished.changed, finished.errors) == (1, 1, 0)
    assert (snapshot.score, snapshot.band, snapshot.coverage) == (None, "unknown", 0)
    assert not snapshot.is_provisional


def test_a_snapshot_is_what_the_arithmetic_makes_of_the_sources():
    account = active_account()
    card = Scorecard.objects.get(slug="calculator")
    Scorecard.objects.filter(pk=card.pk).update(is_active=True, priority=1)

    run()

    definition = parse_definition(CALCULATOR.definition)
    expected = score_one(
        definition, {key: read(key, account) for key in definition.sources()}
    )
    snapshot = snapshot_of(account)
    assert float(snapshot.score) == expected.score
    assert (snapshot.band, float(snapshot.coverage)) == (expected.band, 100.0)
    assert snapshot.version.scorecard == card
    assert snapshot.detail["raw"] == pytest.approx(
        [indicator.value for indicator in expected.indicators], abs=1e-6
    )
    assert snapshot.detail["norm"] == pytest.approx(
        [indicator.score for indicator in expected.indicators], abs=1e-4
    )
    assert sum(snapshot.detail["weight"]) == pytest.approx(100, abs=1e-2)
    assert len(snapshot.detail["dims"]) == 5


def test_every_shipped_scorecard_scores_an_account_with_every_kind_of_fact():
    account = active_account()
    for card in Scorecard.objects.all():
        Scorecard.objects.filter(is_default=False).update(is_active=False)
        Scorecard.objects.filter(pk=card.pk).update(is_active=True, priority=1)
        Snapshot.objects.all().delete()

        run()

        assert snapshot_of(account).version.scorecard == card
        assert float(snapshot_of(account).coverage) == 100.0


def test_each_account_uses_the_first_scorecard_whose_segments_include_it():
    small, large = SegmentFactory(), SegmentFactory()
    for_large = use_scorecard()
    for_large.segments.add(large)
    accounts = [AccountFactory(segment=segment) for segment in (small, large, None)]

    run()

    slugs = [snapshot_of(account).version.scorecard.slug for account in accounts]
    assert slugs == ["standard", for_large.slug, "standard"]


def test_computing_a_closed_day_again_changes_nothing():
    use_scorecard()
    account = rated(9)
    run()
    before = table()
    rated(0, account=account)

    again = run()

    assert table() == before
    assert (again.accounts, again.changed) == (1, 0)


def test_a_gap_of_a_closed_day_is_filled():
    use_scorecard()
    rated(9)
    run()
    late = rated(0)

    again = run()

    assert again.changed == 1
    assert snapshot_of(late).score == Decimal("0.0")


def test_a_restated_snapshot_stands_beside_what_was_known():
    use_scorecard()
    account = rated(9)
    run()
    SurveyResponseFactory(account=account, score=0, responded_at=ago(4))

    run(restate=True)
    run(restate=True)

    assert snapshot_of(account).score == Decimal("100.0")
    assert snapshot_of(account, restated=True).score == Decimal("50.0")
    account.refresh_from_db()
    assert account.health_score == Decimal("100.0")


def test_where_nothing_came_late_known_then_and_recomputed_now_are_identical():
    account = active_account()
    run()
    run(restate=True)

    known, now = snapshot_of(account), snapshot_of(account, restated=True)
    for field in ("score", "band", "coverage", "version_id", "detail"):
        assert getattr(known, field) == getattr(now, field), field


@time_machine.travel(datetime(2024, 6, 12, 9, tzinfo=UTC), tick=False)
def test_today_is_provisional_and_replaced_until_the_day_is_over():
    use_scorecard()
    account = rated(9)
    run()
    assert snapshot_of(account).is_provisional

    SurveyResponseFactory(account=account, score=0, responded_at=ago(0, hour=8))
    run()
    assert snapshot_of(account).score == Decimal("50.0")

    with time_machine.travel(datetime(2024, 6, 13, 2, tzinfo=UTC)):
        closed = run()

    assert closed.changed == 1
    assert not snapshot_of(account).is_provisional


@time_machine.travel(datetime(2024, 6, 12, 23, tzinfo=UTC), tick=False)
def test_the_day_is_that_of_the_organisation():
    AccountFactory()
    with pytest.raises(DayNotOver):
        run(DAY + timedelta(days=1))

    Organisation.objects.update_or_create(id=1, defaults={"timezone": "Asia/Tokyo"})
    run()
    run(DAY + timedelta(days=1))

    closed = Snapshot.objects.values_list("day", "is_provisional").order_by("day")
    assert list(closed) == [(DAY, False), (DAY + timedelta(days=1), True)]


def test_archived_merged_and_future_accounts_are_left_out():
    survivor = AccountFactory()
    AccountFactory(archived_at=at(DAY, 23))
    AccountFactory(merged_into=survivor)
    AccountFactory(first_seen_on=DAY + timedelta(days=1))

    assert run().accounts == 1


def test_an_account_that_was_archived_later_was_there_on_the_day():
    AccountFactory(archived_at=at(DAY + timedelta(days=1), 0))

    assert run().accounts == 1


def test_a_run_for_some_accounts_leaves_the_others_alone():
    one, other = AccountFactory(), AccountFactory()

    finished = run(account_ids=[one.pk])

    assert finished.accounts == 1
    assert not Snapshot.objects.filter(account=other).exists()


def test_a_value_older_than_its_limit_counts_as_missing():
    card = ScorecardFactory(is_active=True, priority=1)
    reading = {
        "source": "metric:outcome",
        "weight": 100,
        "curve": [[0, 0], [100, 100]],
        "max_age_days": 30,
    }
    dimension = {"key": "v", "label": "V", "weight": 100, "indicators": [reading]}
    ScorecardVersionFactory(scorecard=card, definition={"dimensions": [dimension]})
    metric = MetricFactory(key="outcome")
    fresh, stale = AccountFactory(), AccountFactory()
    for account, back in ((fresh, 30), (stale, 31)):
        MetricValueFactory(
            account=account, metric=metric, observed_at=ago(back), value=80
        )

    run()

    assert snapshot_of(fresh).score == Decimal("80.0")
    assert snapshot_of(stale).band == "unknown"
    assert snapshot_of(stale).detail["raw"] == [None]


def test_accounts_show_the_newest_day_and_how_it_got_there():
    use_scorecard()
    account = rated(10, days_ago=60)
    for days_ago in (30, 20, 7, 1):
        if days_ago == 20:
            SurveyResponseFactory(account=account, score=3, responded_at=ago(20))
        run(DAY - timedelta(days=days_ago))
    run()
    run(DAY - timedelta(days=40))

    account.refresh_from_db()
    assert (account.health_score, account.health_band) == (Decimal("50.0"), "orange")
    assert (account.health_change_30d, account.health_band_30d) == (-50, "green")
    assert account.health_reason == "NPS 100 → 0"
    assert (account.health_day, account.health_coverage) == (DAY, 100)
    # Weeks of 13 May, 20 May, 27 May (none), 3 June, 10 June.
    assert account.health_weeks == [100, 50, None, 50, 50]


def test_the_weekly_series_keeps_twelve_weeks_and_one_score_each():
    use_scorecard()
    account = rated(9, days_ago=150)
    for days_ago in range(100, -1, -4):
        run(DAY - timedelta(days=days_ago))

    account.refresh_from_db()
    assert account.health_weeks == [100] * 12


def test_a_churned_account_keeps_being_scored():
    account = active_account()
    account.subscriptions.update(end_on=ago(5).date())

    run()

    assert snapshot_of(account).score is not None


def break_snapshots_of(account) -> None:
    """The database refuses this account's snapshots, as a broken row would."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION refuse_one() RETURNS trigger AS $$ BEGIN
                IF NEW.account_id = {account.pk} THEN
                    RAISE EXCEPTION 'numeric field overflow';
                END IF;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER refuse_one BEFORE INSERT ON health_snapshot
                FOR EACH ROW EXECUTE FUNCTION refuse_one();
            """
        )


def test_one_bad_account_is_listed_and_stops_nobody():
    use_scorecard()
    accounts = [rated(9) for _ in range(23)]
    run(DAY - timedelta(days=1))
    bad = accounts[7]
    break_snapshots_of(bad)

    finished = run(shard_size=5)

    assert finished.status == HealthRun.Status.FINISHED
    assert (finished.accounts, finished.changed, finished.errors) == (22, 22, 1)
    error = finished.account_errors.get()
    assert (error.account, error.message) == (bad, "numeric field overflow")
    bad.refresh_from_db()
    assert (bad.health_day, bad.health_score) == (DAY - timedelta(days=1), 100)


def test_shards_make_no_difference():
    use_scorecard()
    for score in range(11):
        rated(score)
    run(shard_size=3)
    in_shards = table()
    Snapshot.objects.all().delete()

    run()

    assert table() == in_shards


def test_nothing_is_computed_without_a_default_scorecard():
    ScorecardVersion.objects.filter(scorecard__is_default=True).update(
        status="archived"
    )
    with pytest.raises(NoScorecard):
        run()

    failed = HealthRun.objects.get()
    assert (failed.status, failed.detail) == (
        HealthRun.Status.FAILED,
        "Publish a default scorecard first.",
    )


def test_a_published_version_never_changes():
    version = ScorecardVersion.objects.get(scorecard__slug="standard")
    for change in ({"definition": {}}, {"number": 9}, {"status": "draft"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScorecardVersion.objects.filter(pk=version.pk).update(**change)
    ScorecardVersion.objects.filter(pk=version.pk).update(status="archived", note="x")


def test_queries_do_not_grow_with_accounts(django_assert_max_num_queries):
    use_scorecard()
    for _ in range(2):
        rated(9)
    with django_assert_max_num_queries(60):
        run()
    for _ in range(20):
        rated(9)
    with django_assert_max_num_queries(60):
        run(DAY - timedelta(days=1))


def test_only_facts_of_the_scorecards_in_use_are_read():
    wanted = SOURCES["nps"].columns()
    assert wanted == {"nps_180", "nps_age"}
    assert SOURCES["nps"].columns(with_age=False) == {"nps_180"}
