"""The calculator: raw values in, the published answer out."""

import pytest

from health.scoring import InvalidValue
from health.services import UnknownScorecard, calculate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]

EXAMPLE = {
    "daily_active_user_rate": 75,
    "feature_adoption_rate": 60,
    "weekly_logins_per_user": 4,
    "nps": 8,
    "support_satisfaction": 85,
    "product_satisfaction": 80,
    "outcome_achievement": 70,
    "roi_realisation": 65,
    "efficiency_gain": 15,
    "meetings_per_quarter": 3,
    "stakeholder_engagement": 75,
    "advocacy_score": 60,
    "tickets_per_user_month": 1.5,
    "mean_resolution_hours": 12,
    "escalation_rate": 5,
}


def test_the_worked_example_gives_what_it_promises():
    answer = calculate("calculator", EXAMPLE)

    assert (answer["score"], answer["band"], answer["label"]) == (
        68.5,
        "yellow",
        "At risk",
    )
    assert answer["coverage"] == 100.0
    assert answer["dimensions"] == {
        "usage": 70.5,
        "satisfaction": 68.5,
        "business_value": 52.0,
        "relationship": 72.0,
        "support": 99.0,
    }
    first = answer["indicators"][0]
    assert (first["key"], first["value"], first["score"]) == (
        "daily_active_user_rate",
        75.0,
        75.0,
    )
    assert (first["weight"], first["effective_weight"]) == (30.0, 7.5)
    (advice,) = answer["recommendations"]
    assert advice["dimension"] == "satisfaction"


def test_no_value_at_all_is_no_score():
    answer = calculate("calculator", {})

    assert (answer["score"], answer["band"], answer["coverage"]) == (None, "unknown", 0)


def test_few_values_have_a_score_but_no_band():
    answer = calculate("calculator", {"nps": 40})

    assert (answer["score"], answer["band"]) == (70.0, "unknown")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("nonsense", 1),
        ("nps", float("nan")),
        ("nps", float("inf")),
        ("nps", "8"),
        ("nps", None),
        ("nps", True),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(key, value):
    with pytest.raises(InvalidValue) as refusal:
        calculate("calculator", {key: value})

    assert refusal.value.key == key


@pytest.mark.parametrize(
    "slug", ["standard", "enterprise-handbook", "balanced-four", "six-signals"]
)
def test_every_shipped_scorecard_answers(slug):
    assert calculate(slug, {"tickets_per_user_month": 0})["score"] == 100.0


def test_an_unknown_scorecard_is_refused():
    with pytest.raises(UnknownScorecard):
        calculate("nonsense", {})
