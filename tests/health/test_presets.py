"""The shipped scorecards: ready to publish, weighted as promised."""

import pytest

from health.definition import parse_definition, validate_for_publishing
from health.presets import (
    BALANCED_FOUR,
    CALCULATOR,
    DEFAULT_SLUG,
    ENTERPRISE_HANDBOOK,
    PRESETS,
    SIX_SIGNALS,
    STANDARD,
)
from health.scoring import score_one
from scripts.scorecard_tables import DOCUMENT, with_fresh_tables


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_every_preset_may_be_published(preset):
    validate_for_publishing(parse_definition(preset.definition))
    assert preset.label
    assert preset.description


def test_presets_are_named_as_the_api_names_them():
    assert [preset.slug for preset in PRESETS] == [
        "standard",
        "enterprise-handbook",
        "balanced-four",
        "calculator",
        "six-signals",
    ]
    assert DEFAULT_SLUG == "standard"


@pytest.mark.parametrize(
    ("preset", "weights"),
    [
        (STANDARD, [40, 20, 20, 20]),
        (ENTERPRISE_HANDBOOK, [30, 25, 20, 15, 10]),
        (BALANCED_FOUR, [30, 20, 30, 20]),
        (CALCULATOR, [25, 25, 25, 15, 10]),
        (SIX_SIGNALS, [25, 20, 15, 15, 15, 10]),
    ],
    ids=lambda value: getattr(value, "slug", ""),
)
def test_dimension_weights_are_those_promised(preset, weights):
    definition = parse_definition(preset.definition)
    assert [dimension.weight for dimension in definition.dimensions] == weights


def test_the_calculator_recommends_below_the_limits_of_the_specification():
    definition = parse_definition(CALCULATOR.definition)
    assert {d.key: d.threshold for d in definition.dimensions} == {
        "usage": 60,
        "satisfaction": 70,
        "business_value": 50,
        "relationship": 70,
        "support": 80,
    }


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_every_recommendation_says_what_why_and_how(preset):
    for dimension in parse_definition(preset.definition).dimensions:
        assert dimension.recommendations
        for advice in dimension.recommendations:
            assert advice.action
            assert advice.expected_effect
            assert advice.playbook


def test_the_handbook_has_the_red_flags_whose_facts_exist():
    definition = parse_definition(ENTERPRISE_HANDBOOK.definition)
    flags = {
        indicator.source: (indicator.red_flag.op, indicator.red_flag.value)
        for _, indicator in definition.indicators()
        if indicator.red_flag
    }
    assert flags == {
        "usage_vs_baseline": ("<", 50),
        "outcome_achievement": ("<", 60),
        "roi_realisation": ("<", 60),
        "tickets_per_user_month": (">", 2),
        "meetings_per_quarter": ("<", 1),
    }


def test_six_signals_have_an_action_for_every_colour():
    for dimension in parse_definition(SIX_SIGNALS.definition).dimensions:
        chosen = [dimension.recommendation_for(s).priority for s in (39.9, 79.9, 80)]
        assert chosen == ["high", "medium", "low"]


STANDARD_ACCOUNTS = {
    "green": {
        "active_user_rate_30d": 78,
        "usage_vs_baseline": 105,
        "feature_adoption_rate": 65,
        "days_since_last_activity": 1,
        "tickets_per_user_month": 0.2,
        "open_critical_tickets": 0,
        "median_resolution_hours": 14,
        "support_satisfaction": 88,
        "outcome_achievement": 85,
        "roi_realisation": 80,
        "seat_utilisation": 85,
        "days_payment_overdue": 0,
        "days_since_last_touchpoint": 18,
        "stakeholder_engagement": 70,
        "nps": 45,
        "executive_sponsor_present": 100,
    },
    "yellow": {
        "active_user_rate_30d": 58,
        "usage_vs_baseline": 92,
        "feature_adoption_rate": 45,
        "days_since_last_activity": 3,
        "tickets_per_user_month": 0.5,
        "open_critical_tickets": 0,
        "median_resolution_hours": 30,
        "support_satisfaction": 78,
        "outcome_achievement": 65,
        "roi_realisation": 60,
        "seat_utilisation": 68,
        "days_payment_overdue": 0,
        "days_since_last_touchpoint": 35,
        "stakeholder_engagement": 50,
        "nps": 15,
        "executive_sponsor_present": 100,
    },
    "orange": {
        "active_user_rate_30d": 38,
        "usage_vs_baseline": 68,
        "feature_adoption_rate": 28,
        "days_since_last_activity": 8,
        "tickets_per_user_month": 0.9,
        "open_critical_tickets": 0,
        "median_resolution_hours": 55,
        "support_satisfaction": 66,
        "outcome_achievement": 45,
        "roi_realisation": 45,
        "seat_utilisation": 50,
        "days_payment_overdue": 12,
        "days_since_last_touchpoint": 55,
        "stakeholder_engagement": 34,
        "nps": -5,
        "executive_sponsor_present": 0,
    },
    "red": {
        "active_user_rate_30d": 15,
        "usage_vs_baseline": 40,
        "feature_adoption_rate": 12,
        "days_since_last_activity": 25,
        "tickets_per_user_month": 1.6,
        "open_critical_tickets": 1,
        "median_resolution_hours": 90,
        "support_satisfaction": 50,
        "outcome_achievement": 25,
        "roi_realisation": 20,
        "seat_utilisation": 35,
        "days_payment_overdue": 45,
        "days_since_last_touchpoint": 85,
        "stakeholder_engagement": 10,
        "nps": -40,
        "executive_sponsor_present": 0,
    },
}


@pytest.mark.parametrize("band", STANDARD_ACCOUNTS)
def test_standard_spreads_typical_accounts_over_all_bands(band):
    definition = parse_definition(STANDARD.definition)
    assert score_one(definition, STANDARD_ACCOUNTS[band]).band == band


def test_the_documented_tables_are_those_of_the_shipped_scorecards():
    text = DOCUMENT.read_text()
    assert text == with_fresh_tables(text), "run python -m scripts.scorecard_tables"


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.slug)
def test_every_indicator_has_its_reason_in_the_documentation(preset):
    reasons = DOCUMENT.read_text().split("## Why these")[1].split("## The five")[0]
    if preset is CALCULATOR:
        return  # its lines are given, not chosen
    for source in parse_definition(preset.definition).sources():
        assert f"`{source}`" in reasons
