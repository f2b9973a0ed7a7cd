"""Scorecards to read: the list, and one with the drawing of every curve."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from health.definition import parse_definition
from health.models import Scorecard, ScorecardVersion
from health.presets import PRESETS
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import (
    ONE_INDICATOR,
    ScorecardFactory,
    ScorecardVersionFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
LIST = "/scorecards/"


@pytest.fixture
def csm(client):
    user = UserFactory(role="csm")
    client.force_login(user)
    return user


@pytest.mark.usefixtures("csm")
def test_the_list_names_every_scorecard_with_its_weights(client):
    page = client.get(LIST).content.decode()

    for preset in PRESETS:
        assert reverse("health:scorecard", args=[preset.slug]) in page
    assert "Usage <b>40</b>" in page
    assert page.count("Not in use") == len(PRESETS) - 1


def test_accounts_are_counted_where_they_are_scored_and_seen(client, csm):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    large = SegmentFactory()
    card = ScorecardFactory(is_active=True, priority=1)
    card.segments.add(large)
    ScorecardVersionFactory(scorecard=card)
    AccountFactory.create_batch(2, owner=csm, segment=large)
    AccountFactory.create_batch(3, owner=csm)
    AccountFactory(segment=large)

    rows = client.get(LIST).context["rows"]

    counts = {row.card.slug: row.accounts for row in rows}
    assert counts[card.slug] == 2
    assert counts["standard"] == 3
    assert counts["calculator"] is None


@pytest.mark.usefixtures("csm")
def test_more_scorecards_do_not_mean_more_queries(
    client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(30) as few:
        client.get(LIST)
    for _ in range(10):
        card = ScorecardFactory(is_active=True)
        card.segments.add(SegmentFactory())
        ScorecardVersionFactory(scorecard=card, published_by=UserFactory())

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(LIST)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
@pytest.mark.usefixtures("csm")
def test_every_curve_is_drawn_and_has_a_table(client, preset):
    page = client.get(f"{LIST}{preset.slug}/").content.decode()

    definition = parse_definition(preset.definition)
    indicators = len(list(definition.indicators()))
    assert page.count('<article class="indicator">') == indicators
    assert page.count('class="curve-plot"') == indicators
    assert page.count("Show as table") == indicators
    for band in definition.bands:
        assert band.label in page


@pytest.mark.usefixtures("csm")
def test_limits_red_flags_and_advice_are_said(client):
    page = client.get(f"{LIST}standard/").content.decode()

    assert "at most 180 days old" in page
    assert "red flag &gt; 30" in page
    assert "below 60" in page
    assert "coverage below 50" in page
    assert "goes to the other indicators" in page


def test_only_who_may_change_scorecards_sees_a_draft_and_what_is_off(client, csm):
    definition = {
        "dimensions": [ONE_INDICATOR["dimensions"][0] | {"weight": 90}],
        "missing": "zero",
    }
    ScorecardVersionFactory(
        scorecard=Scorecard.objects.get(slug="standard"),
        number=2,
        status=ScorecardVersion.Status.DRAFT,
        published_at=None,
        definition=definition,
    )

    assert client.get(f"{LIST}standard/?version=2").status_code == 404
    client.force_login(UserFactory(role="operations"))
    page = client.get(f"{LIST}standard/?version=2").content.decode()
    assert "sum 90, −10" in page
    assert "counts as a score of 0" in page


@pytest.mark.usefixtures("csm")
def test_an_older_version_can_be_read(client):
    card = Scorecard.objects.get(slug="standard")
    ScorecardVersionFactory(
        scorecard=card,
        number=7,
        status=ScorecardVersion.Status.ARCHIVED,
        published_at=datetime(2023, 1, 1, tzinfo=UTC),
        definition=ONE_INDICATOR,
    )

    newest = client.get(f"{LIST}standard/").context["version"]
    older = client.get(f"{LIST}standard/?version=7").context["version"]

    assert (newest.number, older.number) == (1, 7)


@pytest.mark.usefixtures("csm")
@pytest.mark.parametrize(
    "address", ["nobody/", "standard/?version=99", "standard/?version=x"]
)
def test_what_does_not_exist_is_not_found(client, address):
    assert client.get(f"{LIST}{address}").status_code == 404


@pytest.mark.usefixtures("csm")
def test_a_source_nobody_delivers_is_said_to_be_missing(client):
    definition = parse_definition(ONE_INDICATOR)
    dimension = definition.dimensions[0]
    card = ScorecardFactory(slug="ahead")
    ScorecardVersionFactory(
        scorecard=card,
        definition={
            "dimensions": [
                {
                    "key": dimension.key,
                    "label": "<script>alert(1)</script>",
                    "weight": 100,
                    "indicators": [
                        {"source": "not_yet_there", "weight": 100, "curve": [[1, 2]]}
                    ],
                }
            ]
        },
    )

    page = client.get(f"{LIST}ahead/").content.decode()

    assert "Nothing delivers this yet" in page
    assert "Not yet there" in page
    assert "<script>alert" not in page
