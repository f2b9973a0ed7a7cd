"""The overview of an account: what it shows, and with nothing to show."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from health.models import Snapshot
from reports.queries.account_overview import health_overview, weekly
from tests.factories.accounts import (
    AccountExternalIdFactory,
    AccountFactory,
    ContactFactory,
    ContactRoleFactory,
)
from tests.factories.health import (
    AlertFactory,
    ScorecardVersionFactory,
    SnapshotFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2024, 6, 30)


def snapshots(account, *, days=120, version=None):
    version = version or ScorecardVersionFactory()
    for back in range(0, days, 1):
        score = 70 if back < 30 else 80
        nps = score * 2 - 100
        SnapshotFactory(
            account=account,
            day=DAY - timedelta(days=back),
            score=score,
            version=version,
            detail={
                "raw": [nps],
                "norm": [score],
                "weight": [100.0],
                "dims": [score],
            },
        )
    return version


def test_the_parts_add_up_to_the_difference_that_is_shown():
    account = AccountFactory()
    snapshots(account)

    found = health_overview(account)

    explanation = found.changes.explanation
    assert (explanation.score_before, explanation.score_after) == (80, 70)
    shown = sum(part.shown for part in found.changes.parts) + found.changes.rest
    assert shown == explanation.difference == -10
    (line,) = found.dimensions
    assert (line.band, line.change) == ("yellow", -10)


def test_the_long_line_has_one_point_a_week_and_the_short_one_every_day():
    account = AccountFactory()
    snapshots(account)

    long, short = (health_overview(account, range_key=key) for key in ("18m", "90d"))

    assert len(long.line.points) in (18, 19)
    assert len(short.line.points) == 91
    assert long.line.points[-1][0] == short.line.points[-1][0] == DAY
    assert weekly([]) == []


def test_a_new_version_and_a_champion_who_left_are_marked():
    account = AccountFactory()
    first = snapshots(account)
    second = ScorecardVersionFactory(
        scorecard=first.scorecard, number=2, status="archived"
    )
    Snapshot.objects.filter(day__gte=DAY - timedelta(days=10)).update(version=second)
    gone = ContactFactory(account=account, name="Jo", left_on=DAY - timedelta(days=20))
    ContactRoleFactory(contact=gone, role="champion", valid_to=gone.left_on)

    markers = health_overview(account).line.markers

    assert markers == [
        (DAY - timedelta(days=10), "Scorecard v2"),
        (DAY - timedelta(days=20), "Jo left"),
    ]


def test_the_page_shows_alerts_people_and_family(client):
    parent = AccountFactory(name="Holding")
    account = AccountFactory(parent=parent, tags=["vip"], health_day=DAY)
    child = AccountFactory(name="Branch", parent=account)
    snapshots(account)
    AlertFactory(account=account, summary="Fell 12 points.")
    AccountExternalIdFactory(account=account, source="crm", external_id="A-77")
    boss = ContactFactory(account=account, name="Priya")
    ContactRoleFactory(contact=boss, role="decision_maker")
    client.force_login(UserFactory())

    content = client.get(
        reverse("reports:account", args=[account.public_id]), {"days": "7"}
    ).content.decode()

    for words in ("Fell 12 points.", "Holding", child.name, "A-77", "Priya", "vip"):
        assert words in content


@pytest.mark.parametrize("query", ["", "?days=7&range=90d", "?days=x&range=../etc"])
def test_an_account_without_a_score_says_what_is_missing(client, query):
    client.force_login(UserFactory())

    answer = client.get(
        reverse("reports:account", args=[AccountFactory().public_id]) + query
    )

    assert answer.status_code == 200
    assert b"There is no score yet." in answer.content


def test_one_snapshot_is_enough_for_a_page(client):
    account = AccountFactory()
    SnapshotFactory(account=account, day=DAY)
    client.force_login(UserFactory())

    content = client.get(
        reverse("reports:account", args=[account.public_id])
    ).content.decode()

    assert "Not enough history to draw yet." in content
    assert "was not computed on or shortly before" in content


def test_relations_that_cannot_be_seen_are_not_named(client):
    OrganisationFactory(row_scope="book")
    csm = UserFactory()
    hidden = AccountFactory(name="Hidden Holding")
    account = AccountFactory(owner=csm, parent=hidden)
    AccountFactory(name="Hidden Branch", parent=account)
    client.force_login(csm)

    content = client.get(
        reverse("reports:account", args=[account.public_id])
    ).content.decode()

    assert "Hidden" not in content
