"""The calculator: type values, read the score, with and without JavaScript."""

import pytest

from health.models import Scorecard
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.health import SnapshotFactory
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
PAGE = "/calculator/"
EXAMPLE = {
    "daily_active_user_rate": "75",
    "feature_adoption_rate": "60",
    "weekly_logins_per_user": "4",
    "nps": "8",
    "support_satisfaction": "85",
    "product_satisfaction": "80",
    "outcome_achievement": "70",
    "roi_realisation": "65",
    "efficiency_gain": "15",
    "meetings_per_quarter": "3",
    "stakeholder_engagement": "75",
    "advocacy_score": "60",
    "tickets_per_user_month": "1.5",
    "mean_resolution_hours": "12",
    "escalation_rate": "5",
}
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def csm(client):
    user = UserFactory(role="csm")
    client.force_login(user)
    return user


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_worked_example_is_at_risk_with_68_5(client, method):
    answer = getattr(client, method)(PAGE, EXAMPLE | {"scorecard": "calculator"})

    result = answer.context["outcome"].result
    assert (result.score, result.band, result.label) == (68.5, "yellow", "At risk")
    lines = {line.label: line.score for line in answer.context["outcome"].dimensions}
    assert lines == {
        "Usage": 70.5,
        "Satisfaction": 68.5,
        "Business value": 52.0,
        "Relationship": 72.0,
        "Support": 99.0,
    }
    page = answer.content.decode()
    assert "68.5" in page
    assert "At risk" in page
    assert "Ask what hurts most" in page


def test_while_typing_only_the_outcome_comes_back(client):
    answer = client.get(PAGE, EXAMPLE, headers=HTMX)

    page = answer.content.decode()
    assert "<html" not in page
    assert "68.5" in page
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize(
    "typed", ["many", "nan", "NaN", "inf", "-Infinity", "1e999", "1e301", "7,5", "--1"]
)
def test_what_is_no_number_is_said_beside_its_field(client, typed):
    answer = client.get(PAGE, EXAMPLE | {"nps": typed})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["nps"]
    assert answer.context["outcome"] is None
    live = client.get(PAGE, EXAMPLE | {"nps": typed}, headers=HTMX)
    assert live.status_code == 422
    assert 'id="wrong-nps"' in live.content.decode()


def test_typed_markup_stays_text(client):
    page = client.get(PAGE, {"nps": '"><script>alert(1)</script>'}).content.decode()

    assert "<script>alert" not in page


def test_nothing_typed_asks_for_a_value(client):
    answer = client.get(PAGE)

    assert answer.status_code == 200
    assert answer.context["outcome"] is None
    assert "The score appears here." in answer.content.decode()


def test_too_few_values_give_a_score_but_no_band(client):
    answer = client.get(PAGE, {"nps": "100"})

    result = answer.context["outcome"].result
    assert (result.score, result.band, result.coverage) == (100.0, "unknown", 12.5)
    assert "would not get a band" in answer.content.decode()


def test_each_shipped_scorecard_can_be_tried(client):
    for card in Scorecard.objects.all():
        answer = client.get(PAGE, {"scorecard": card.slug})
        assert answer.status_code == 200
        fields = answer.context["form"].fields
        sources = answer.context["form"].sheet.definition.sources()
        assert tuple(fields) == sources


def test_an_unknown_scorecard_is_not_found(client):
    assert client.get(PAGE, {"scorecard": "nobody"}).status_code == 404


def test_the_form_fills_with_the_newest_values_of_an_account(client):
    account = AccountFactory(name="Northwind")
    SnapshotFactory(account=account)

    answer = client.get(PAGE, {"account": account.public_id})

    assert answer.context["form"]["nps"].value() == "40"
    assert answer.context["outcome"].result.coverage == 12.5
    assert "Filled with the values of <b>Northwind</b>" in answer.content.decode()


def test_what_is_typed_stands_above_what_was_filled_in(client):
    account = AccountFactory()
    SnapshotFactory(account=account)

    typed = client.get(PAGE, {"account": account.public_id, "nps": "10"})
    emptied = client.get(PAGE, {"account": account.public_id, "nps": ""})

    assert typed.context["form"]["nps"].value() == "10"
    assert emptied.context["outcome"] is None


def test_accounts_out_of_sight_cannot_fill_the_form(client, csm):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    theirs = AccountFactory(name="Hidden Harbour")
    AccountFactory(name="Hidden Hills", owner=csm)

    found = client.get("/calculator/accounts/", {"find": "hidden"}).content.decode()

    assert "Hidden Hills" in found
    assert "Hidden Harbour" not in found
    assert client.get(PAGE, {"account": theirs.public_id}).status_code == 404
    assert client.get(PAGE, {"account": "not-an-id"}).status_code == 404


def test_accounts_are_found_without_javascript_too(client):
    AccountFactory(name="Northwind Foods")

    page = client.get(PAGE, {"find": "north"}).content.decode()

    assert "Northwind Foods" in page
