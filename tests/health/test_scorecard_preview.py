"""What a draft would change today: counted for everybody, written for nobody."""

import pytest

from health.models import HealthRun, Scorecard, Snapshot
from health.queries.movers import movers
from health.services import recompute
from health.services.scorecard_preview import compare_account, preview_draft
from health.services.scorecards import create_scorecard, save_draft, start_draft
from organisation.clock import today
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import ScorecardFactory, ScorecardVersionFactory
from tests.factories.organisation import UserFactory
from tests.factories.usage import MetricFactory, MetricValueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def by():
    return UserFactory(role="admin")


def definition(curve, source="metric:score"):
    reading = {"source": source, "weight": 100, "curve": curve}
    dimension = {"key": "all", "label": "All", "weight": 100, "indicators": [reading]}
    return {"dimensions": [dimension]}


@pytest.fixture
def card():
    Scorecard.objects.update(is_active=False, is_default=False)
    made = ScorecardFactory(is_active=True, is_default=True)
    line = definition([[0, 0], [100, 100]])
    ScorecardVersionFactory(scorecard=made, definition=line)
    return made


def account(value, **more):
    made = AccountFactory(**more)
    MetricValueFactory(account=made, metric=MetricFactory(key="score"), value=value)
    return made


def test_before_is_what_is_published_and_after_is_the_draft(card, by):
    low, high = account(50, name="Low"), account(90, name="High")
    draft = start_draft(card, by=by)
    save_draft(draft, by=by, definition=definition([[0, 0], [50, 85], [100, 100]]))
    draft.refresh_from_db()

    found = preview_draft(draft)
    moved = movers(found, by, limit=10)

    assert found.counts(found.before) == {
        "red": 0, "orange": 1, "yellow": 0, "green": 1, "unknown": 0,
    }  # fmt: skip
    assert found.counts(found.after)["green"] == 2
    assert [(m.account, m.band_before, m.band_after) for m in moved] == [
        (low, "orange", "green")
    ]
    assert moved[0].change == 35.0
    assert high not in {m.account for m in moved}
    assert dict(dict(found.matrix())["orange"])["green"] == 1


def test_a_preview_says_what_the_next_run_computes(card, by):
    accounts = [account(value) for value in (12, 47.5, 61, 88)]
    draft = start_draft(card, by=by)

    found = preview_draft(draft)
    recompute(day=today(), trigger="person")

    stored = Snapshot.objects.order_by("account_id").values_list("score", "band")
    assert [(float(s), b) for s, b in stored] == list(
        zip(found.after.score.tolist(), found.after.band.tolist(), strict=True)
    )
    assert len(accounts) == len(found.ids)


def test_nothing_is_written(card, by):
    account(50)

    preview_draft(start_draft(card, by=by))

    assert not Snapshot.objects.exists()
    assert not HealthRun.objects.exists()


def test_a_scorecard_not_in_use_is_taken_for_its_segments_first(card, by):
    large = SegmentFactory()
    account(50, segment=large)
    account(50)
    other = create_scorecard(by=by, name="Other", definition=definition([[0, 100]]))
    other.segments.add(large)

    found = preview_draft(other.versions.get())

    assert int(found.is_scored.sum()) == 1
    assert found.counts(found.after)["green"] == 1


def test_one_account_is_compared_in_full(card, by):
    made = account(50)
    draft = start_draft(card, by=by)
    save_draft(draft, by=by, definition=definition([[0, 0], [50, 70]]))
    draft.refresh_from_db()

    found = compare_account(draft, made.pk)

    assert found.before is not None
    assert found.before[1].score == 50.0
    assert found.after[1].score == 70.0


def test_more_accounts_do_not_mean_more_queries(
    card, by, django_assert_max_num_queries
):
    account(50)
    draft = start_draft(card, by=by)
    with django_assert_max_num_queries(30) as few:
        movers(preview_draft(draft), by, limit=10)
    for value in range(0, 100, 10):
        account(value)

    with django_assert_max_num_queries(len(few.captured_queries)):
        movers(preview_draft(draft), by, limit=10)
