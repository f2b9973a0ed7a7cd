"""The health tab of an account: its course, one day in full, two days compared."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from core.numbers import exact_sum
from health.models import Scorecard, ScorecardVersion
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.health import (
    ScorecardFactory,
    ScorecardVersionFactory,
    SnapshotFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
LAST = date(2024, 6, 1)
TWO = {
    "dimensions": [
        {
            "key": "usage",
            "label": "Usage",
            "weight": 50,
            "indicators": [
                {
                    "source": "active_user_rate_30d",
                    "weight": 50,
                    "curve": [[0, 0], [100, 100]],
                    "red_flag": {"op": "<", "value": 30},
                },
                {
                    "source": "feature_adoption_rate",
                    "weight": 50,
                    "curve": [[0, 0], [100, 100]],
                },
            ],
        },
        {
            "key": "satisfaction",
            "label": "Satisfaction",
            "weight": 50,
            "indicators": [
                {
                    "source": "nps",
                    "weight": 100,
                    "curve": [[-100, 0], [100, 100]],
                    "max_age_days": 180,
                }
            ],
        },
    ]
}


@pytest.fixture
def csm(client):
    user = UserFactory(role="csm")
    client.force_login(user)
    return user


@pytest.fixture
def version():
    card = ScorecardFactory(name="Two")
    return ScorecardVersionFactory(scorecard=card, definition=TWO)


@pytest.fixture
def account(csm, version):
    account = AccountFactory(owner=csm)
    for days in (60, 30, 7, 0):
        snapshot_of(account, version, LAST - timedelta(days=days))
    return account


def snapshot_of(account, version, day, active=40.0, **values):
    """A snapshot that fits its definition: nothing known of satisfaction."""
    score = (active + 60) / 2
    return SnapshotFactory(
        account=account,
        version=version,
        day=day,
        **{
            "score": Decimal(str(score)),
            "band": "orange",
            "coverage": Decimal("50.0"),
            "detail": {
                "raw": [active, 60.0, None],
                "norm": [active, 60.0, None],
                "weight": [50.0, 50.0, 0.0],
                "dims": [score, None],
            },
        }
        | values,
    )


def open_tab(client, account, **query):
    return client.get(reverse("health:account_health", args=[account.public_id]), query)


def test_the_newest_day_stands_there_in_full(client, account):
    answer = open_tab(client, account)

    page = answer.content.decode()
    assert "How it stood on 1 June 2024" in page
    assert "nothing from the last 180 days" in page
    assert "Two, version 1" in page
    rows = [row for line in answer.context["sheet"].dimensions for row in line.rows]
    assert [row.contribution for row in rows] == [20.0, 30.0, 0.0]


def test_points_of_the_indicators_add_up_to_the_score(client, account, version):
    snapshot_of(account, version, LAST + timedelta(days=1), active=33.33,
                score=Decimal("46.7"))  # fmt: skip

    sheet = open_tab(client, account).context["sheet"]

    points = [row.contribution for line in sheet.dimensions for row in line.rows]
    assert exact_sum(points) == 46.7


def test_a_day_without_a_score_shows_the_newest_before_it(client, account):
    near = open_tab(client, account, day="2024-05-27")
    far = open_tab(client, account, day="2024-05-15")

    assert near.context["sheet"].snapshot.day == date(2024, 5, 25)
    assert "has no score of its own" in near.content.decode()
    assert far.context["sheet"] is None
    assert "not computed on this day" in far.content.decode()


def test_one_can_walk_from_score_to_score(client, account):
    sheet = open_tab(client, account, day="2024-05-25").context["sheet"]

    assert (sheet.previous, sheet.next) == (date(2024, 5, 2), LAST)


def test_a_raised_red_flag_is_named(client, account, version):
    snapshot_of(account, version, LAST + timedelta(days=1), active=20.0)

    assert "red flag" in open_tab(client, account).content.decode()


def test_what_changed_adds_up_and_speaks_plainly(client, account, version):
    later = LAST + timedelta(days=20)
    snapshot_of(account, version, later, active=10.0)

    answer = open_tab(client, account, day_from="2024-06-01", day_to="2024-06-21")

    change = answer.context["change"]
    assert change.difference == -15.0
    assert exact_sum([part.shown for part in change.parts]) == -15.0
    page = answer.content.decode()
    assert "50.0 → 35.0" in page
    assert "Active users fell from 40" in page


def test_without_a_score_on_one_side_the_reason_is_said(client, account, version):
    empty = {"raw": [None] * 3, "norm": [None] * 3, "weight": [0.0] * 3,
             "dims": [None, None]}  # fmt: skip
    snapshot_of(
        account, version, LAST + timedelta(days=1), score=None, band="unknown",
        coverage=Decimal(0), detail=empty,
    )  # fmt: skip

    answer = open_tab(client, account)

    assert "There is no score on the last day" in answer.content.decode()
    assert answer.status_code == 200


def test_a_new_scorecard_version_is_marked_in_the_course(client, account, version):
    newer = ScorecardVersionFactory(
        scorecard=version.scorecard,
        number=2,
        status=ScorecardVersion.Status.ARCHIVED,
        definition=TWO,
    )
    snapshot_of(account, newer, LAST + timedelta(days=1))

    course = open_tab(client, account).context["course"]

    assert course.markers == [(LAST + timedelta(days=1), "Two v2", "")]


def test_the_course_can_be_cut_to_90_days(client, account, version):
    snapshot_of(account, version, LAST - timedelta(days=200))

    whole = open_tab(client, account).context["course"]
    short = open_tab(client, account, period="90d").context["course"]

    assert (len(whole.points), len(short.points)) == (5, 4)


def test_restated_scores_stay_out_of_what_was_known_then(client, account, version):
    snapshot_of(account, version, LAST, active=90.0, is_restated=True)

    answer = open_tab(client, account)

    assert float(answer.context["sheet"].snapshot.score) == 50.0
    assert len(answer.context["course"].points) == 4


@pytest.mark.parametrize(
    "query",
    [
        {"day": "yesterday"},
        {"day_from": "2024-06-01", "day_to": "2024-05-01"},
        {"day_to": "2024-13-01"},
    ],
)
def test_days_that_make_no_sense_are_said_beside_their_field(client, account, query):
    answer = open_tab(client, account, **query)

    assert answer.status_code == 422
    assert 'class="field-error' in answer.content.decode()


@pytest.mark.parametrize(("day", "status"), [("0001-01-01", 422), ("9999-12-31", 200)])
def test_the_ends_of_time_are_answered(client, account, day, status):
    assert open_tab(client, account, day=day, day_to=day).status_code == status


def test_an_account_without_a_score_says_when_it_comes(client, csm):
    answer = open_tab(client, AccountFactory(owner=csm))

    assert answer.status_code == 200
    assert "No score was computed" in answer.content.decode()


def test_an_account_out_of_sight_is_not_found(client, account):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    client.force_login(UserFactory(role="csm"))

    assert open_tab(client, account).status_code == 404
    address = reverse("health:account_health_csv", args=[account.public_id])
    assert client.get(address).status_code == 404


def test_the_history_can_be_taken_along_as_csv(client, account):
    address = reverse("health:account_health_csv", args=[account.public_id])

    answer = client.get(address)

    lines = b"".join(answer).decode().splitlines()
    assert lines[0].lstrip("\ufeff").startswith("day,score,band,coverage,scorecard")
    assert lines[-1] == "2024-06-01,50.0,orange,50.0,Two,1,no,no,50.0,orange"
    assert len(lines) == 5


def test_a_scorecard_name_is_no_formula_in_the_csv(client, account, version):
    Scorecard.objects.filter(pk=version.scorecard_id).update(name="=cmd()")
    address = reverse("health:account_health_csv", args=[account.public_id])

    assert b",'=cmd()," in b"".join(client.get(address))


def test_a_longer_history_does_not_mean_more_queries(
    client, account, version, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40) as few:
        open_tab(client, account)
    for days in range(61, 90):
        snapshot_of(account, version, LAST - timedelta(days=days))

    with django_assert_max_num_queries(len(few.captured_queries)):
        open_tab(client, account)


def test_today_is_said_to_be_provisional(client, account, version):
    day = datetime.now(UTC).date()
    snapshot_of(account, version, day, is_provisional=True)

    assert "provisional until tonight" in open_tab(client, account).content.decode()
