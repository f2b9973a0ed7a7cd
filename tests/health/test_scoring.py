"""Scoring: the sum, missing data, coverage and bands, against plain arithmetic."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.definition import (
    Band,
    Definition,
    Dimension,
    Indicator,
    RedFlag,
    parse_definition,
)
from health.presets import CALCULATOR
from health.scoring import (
    InvalidValue,
    mask_stale,
    raised_red_flags,
    recommendations,
    score_accounts,
    score_one,
)

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
PERCENT = ((0.0, 0.0), (100.0, 100.0))


@pytest.fixture
def calculator():
    return parse_definition(CALCULATOR.definition)


def two_dimensions(missing="redistribute", min_coverage=50.0):
    """usage 60 (a 75, b 25) and support 40 (c 100), all plain percentages."""
    return Definition(
        dimensions=(
            Dimension(
                "usage",
                "Usage",
                60.0,
                (Indicator("a", 75.0, PERCENT), Indicator("b", 25.0, PERCENT)),
            ),
            Dimension("support", "Support", 40.0, (Indicator("c", 100.0, PERCENT),)),
        ),
        missing=missing,
        min_coverage=min_coverage,
    )


def test_the_calculator_example_is_exactly_as_specified(calculator):
    result = score_one(calculator, EXAMPLE)
    assert result.score == 68.5
    assert (result.band, result.label, result.coverage) == ("yellow", "At risk", 100.0)
    assert result.dimensions == {
        "usage": 70.5,
        "satisfaction": 68.5,
        "business_value": 52.0,
        "relationship": 72.0,
        "support": 99.0,
    }
    assert [advice.dimension for advice in result.recommendations] == ["satisfaction"]


def test_effective_weights_and_scores_explain_the_total(calculator):
    result = score_one(calculator, EXAMPLE)
    explained = sum(i.effective_weight * i.score for i in result.indicators) / 100
    assert explained == pytest.approx(68.45, abs=1e-9)
    assert sum(i.effective_weight for i in result.indicators) == pytest.approx(100)


def plain_calculator(values):
    """The calculator written down independently, straight from the specification."""

    def between(value, worst, best):
        return max(0.0, min(100.0, (value - worst) / (best - worst) * 100.0))

    v = values
    usage = (
        0.30 * between(v["daily_active_user_rate"], 0, 100)
        + 0.40 * between(v["feature_adoption_rate"], 0, 100)
        + 0.30 * between(v["weekly_logins_per_user"], 0, 5)
    )
    satisfaction = (
        0.50 * between(v["nps"], -100, 100)
        + 0.30 * between(v["support_satisfaction"], 0, 100)
        + 0.20 * between(v["product_satisfaction"], 0, 100)
    )
    value = (
        0.40 * between(v["outcome_achievement"], 0, 100)
        + 0.30 * between(v["roi_realisation"], 0, 100)
        + 0.30 * between(v["efficiency_gain"], 0, 100)
    )
    relationship = (
        0.40 * between(v["meetings_per_quarter"], 0, 4)
        + 0.40 * between(v["stakeholder_engagement"], 0, 100)
        + 0.20 * between(v["advocacy_score"], 0, 100)
    )
    support = (
        0.40 * between(v["tickets_per_user_month"], 6, 2)
        + 0.40 * between(v["mean_resolution_hours"], 72, 24)
        + 0.20 * between(v["escalation_rate"], 100, 0)
    )
    return (
        0.25 * usage
        + 0.25 * satisfaction
        + 0.25 * value
        + 0.15 * relationship
        + 0.10 * support
    )


def test_a_thousand_random_inputs_agree_with_the_plain_calculator(calculator):
    generator = random.Random(68)
    highest = dict.fromkeys(EXAMPLE, 110.0) | {
        "weekly_logins_per_user": 7.0,
        "meetings_per_quarter": 6.0,
        "tickets_per_user_month": 9.0,
        "mean_resolution_hours": 100.0,
    }
    rows = [
        {
            key: generator.uniform(-110.0 if key == "nps" else 0.0, top)
            for key, top in highest.items()
        }
        for _ in range(1000)
    ]
    scores = score_accounts(calculator, [list(row.values()) for row in rows])
    for row, unrounded, score in zip(rows, scores.unrounded, scores.score, strict=True):
        expected = plain_calculator(row)
        assert unrounded == pytest.approx(expected, abs=1e-9)
        assert abs(score - expected) <= 0.05 + 1e-9


def test_missing_weight_goes_to_the_other_indicators_of_the_dimension():
    scores = score_accounts(two_dimensions(), [[80, math.nan, 50]])
    assert scores.effective_weights.tolist() == [[60, 0, 40]]
    assert scores.dimension_scores.tolist() == [[80, 50]]
    assert scores.score.tolist() == [68]
    assert scores.coverage.tolist() == [85]


def test_the_weight_of_an_empty_dimension_goes_to_the_others():
    scores = score_accounts(two_dimensions(), [[80, 40, math.nan]])
    assert scores.effective_weights.tolist() == [[75, 25, 0]]
    assert scores.dimension_scores[0, 0] == 70
    assert math.isnan(scores.dimension_scores[0, 1])
    assert scores.score.tolist() == [70]
    assert scores.coverage.tolist() == [60]


@pytest.mark.parametrize(("rule", "filled"), [("zero", 0), ("neutral", 50)])
def test_other_rules_put_a_value_in_place_of_a_missing_one(rule, filled):
    scores = score_accounts(two_dimensions(rule), [[80, math.nan, 50]])
    assert scores.effective_weights[0] == pytest.approx([45, 15, 40])
    assert scores.normalised.tolist() == [[80, filled, 50]]
    assert scores.score[0] == pytest.approx(36 + 0.15 * filled + 20)
    assert scores.coverage.tolist() == [85]


@pytest.mark.parametrize("rule", ["redistribute", "zero", "neutral"])
def test_an_account_without_any_value_has_no_score(rule):
    scores = score_accounts(two_dimensions(rule), [[math.nan] * 3])
    assert np.isnan(scores.score).all()
    assert np.isnan(scores.dimension_scores).all()
    assert np.isnan(scores.normalised).all()
    assert scores.effective_weights.tolist() == [[0, 0, 0]]
    assert scores.band_keys.tolist() == ["unknown"]


def test_below_the_minimum_coverage_the_score_stays_but_has_no_band():
    result = score_one(two_dimensions(), {"c": 90})
    assert (result.score, result.coverage) == (90.0, 40.0)
    assert (result.band, result.label) == ("unknown", "Not enough data")
    assert result.dimensions == {"usage": None, "support": 90.0}


def test_exactly_at_the_minimum_coverage_there_is_a_band():
    assert score_one(two_dimensions(min_coverage=40.0), {"c": 90}).band == "green"


def test_without_a_minimum_an_account_without_values_is_still_unknown():
    result = score_one(two_dimensions(min_coverage=0.0), {})
    assert (result.score, result.band) == (None, "unknown")
    assert result.recommendations == ()


def test_the_band_is_taken_from_the_stored_score():
    scores = score_accounts(two_dimensions(), [[79.95] * 3, [79.94] * 3, [0, 0, 0]])
    assert scores.score.tolist() == [80.0, 79.9, 0.0]
    assert scores.band_keys.tolist() == ["green", "yellow", "red"]
    assert scores.band_index.tolist() == [0, 1, 3]


def test_a_score_below_all_bands_of_a_draft_falls_into_the_last():
    definition = Definition(
        two_dimensions().dimensions, bands=(Band("good", "Good", 50.0),)
    )
    assert score_accounts(definition, [[10, 10, 10]]).band_keys.tolist() == ["good"]


def test_a_draft_without_indicators_scores_nothing():
    scores = score_accounts(Definition(dimensions=()), np.empty((2, 0)))
    assert np.isnan(scores.score).all()
    assert scores.coverage.tolist() == [0, 0]


def test_infinite_values_count_as_missing():
    scores = score_accounts(two_dimensions(), [[math.inf, -math.inf, 50]])
    assert scores.score.tolist() == [50]
    assert scores.coverage.tolist() == [40]


def test_values_older_than_allowed_become_missing():
    masked = mask_stale(
        [[1, 2, 3], [4, 5, 6]],
        [[30, 31, 9999], [math.nan, 0, 1]],
        [30, 30, math.inf],
    )
    assert np.isnan(masked).tolist() == [[False, True, False], [False] * 3]


def test_red_flags_look_at_raw_values_and_never_at_missing_ones():
    dimension = Dimension(
        "usage",
        "Usage",
        100.0,
        (
            Indicator("a", 40.0, PERCENT, red_flag=RedFlag("<", 50.0)),
            Indicator("b", 40.0, PERCENT, red_flag=RedFlag(">", 2.0)),
            Indicator("c", 20.0, PERCENT),
        ),
    )
    definition = Definition((dimension,))
    raised = raised_red_flags(definition, [[49, 3, 0], [50, 2, 0], [math.nan] * 3])
    assert raised.tolist() == [[True, True, False], [False] * 3, [False] * 3]
    indicators = score_one(definition, {"a": 10, "c": 1}).indicators
    assert [i.has_red_flag for i in indicators] == [True, False, False]


@pytest.mark.parametrize(
    "value", [True, "7", None, math.nan, math.inf, 10**400, [1], 1 + 2j]
)
def test_the_calculator_names_a_value_that_is_no_number(value):
    with pytest.raises(InvalidValue) as caught:
        score_one(two_dimensions(), {"a": 1, "b": value})
    assert caught.value.key == "b"


def test_the_calculator_names_a_key_it_does_not_know():
    with pytest.raises(InvalidValue, match="mood: This scorecard has no indicator"):
        score_one(two_dimensions(), {"mood": 3})


def test_recommendations_are_decided_on_what_is_shown(calculator):
    shown = dict.fromkeys(("usage", "satisfaction", "relationship", "support"), 100.0)
    assert recommendations(calculator, shown | {"business_value": 49.95}) == ()
    advice = recommendations(calculator, shown | {"business_value": 49.94})
    assert [(a.dimension, a.priority) for a in advice] == [
        ("business_value", "critical")
    ]


def test_the_most_urgent_recommendation_comes_first(calculator):
    weak = dict.fromkeys(("usage", "satisfaction", "business_value", "support"), 10.0)
    order = [a.dimension for a in recommendations(calculator, weak)]
    assert order == ["business_value", "usage", "satisfaction", "support"]


# ----- properties over random scorecards --------------------------------------

RISING = st.builds(
    lambda xs, ys: tuple(zip(sorted(xs), sorted(ys), strict=False)),
    st.lists(st.floats(-1000, 1000), min_size=2, max_size=4, unique=True),
    st.lists(st.floats(0, 100), min_size=4, max_size=4),
)
WEIGHT = st.integers(0, 100).map(float)


@st.composite
def definitions(draw):
    dimensions = []
    for position in range(draw(st.integers(1, 4))):
        indicators = tuple(
            Indicator(f"s{index}", draw(WEIGHT), draw(RISING))
            for index in range(draw(st.integers(0, 4)))
        )
        dimensions.append(Dimension(f"d{position}", "D", draw(WEIGHT), indicators))
    rule = draw(st.sampled_from(["redistribute", "zero", "neutral"]))
    return Definition(tuple(dimensions), missing=rule)


@st.composite
def portfolios(draw):
    definition = draw(definitions())
    columns = len(definition.indicator_keys())
    value = st.floats(-2000, 2000) | st.just(math.nan)
    rows = draw(
        st.lists(st.lists(value, min_size=columns, max_size=columns), max_size=4)
    )
    return definition, np.array(rows, dtype=float).reshape(len(rows), columns)


def plain_score(definition, row):
    """The specification's two fractions, one account, plain Python."""
    values = iter(row)
    given_any = any(not math.isnan(value) for value in row)
    above = below = 0.0
    for dimension in definition.dimensions:
        inner_above = inner_below = 0.0
        for indicator in dimension.indicators:
            value = next(values)
            if math.isnan(value) and definition.missing == "redistribute":
                continue
            if math.isnan(value):
                score = 0.0 if definition.missing == "zero" else 50.0
            else:
                xs = [x for x, _ in indicator.curve]
                ys = [y for _, y in indicator.curve]
                score = float(np.interp(value, xs, ys))
            inner_above += indicator.weight * score
            inner_below += indicator.weight
        if inner_below:
            above += dimension.weight * inner_above / inner_below
            below += dimension.weight
    return above / below if below and given_any else math.nan


@given(portfolios())
@settings(max_examples=200, deadline=None)
def test_scores_are_the_two_fractions_of_the_specification(portfolio):
    definition, values = portfolio
    scores = score_accounts(definition, values)
    for index, row in enumerate(values):
        expected = plain_score(definition, row)
        assert scores.unrounded[index] == pytest.approx(expected, abs=1e-9, nan_ok=True)


@given(portfolios())
@settings(max_examples=200, deadline=None)
def test_scores_are_bounded_and_explained_by_their_weights(portfolio):
    definition, values = portfolio
    scores = score_accounts(definition, values)
    scored = ~np.isnan(scores.score)
    assert ((scores.score[scored] >= 0) & (scores.score[scored] <= 100)).all()
    assert ((scores.coverage >= 0) & (scores.coverage <= 100)).all()
    sums = scores.effective_weights.sum(axis=1)
    assert sums == pytest.approx(np.where(scored, 100.0, 0.0))
    explained = scores.effective_weights * np.nan_to_num(scores.normalised) / 100
    assert explained.sum(axis=1)[scored] == pytest.approx(scores.unrounded[scored])


@given(portfolios(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_higher_value_on_a_rising_curve_never_lowers_the_score(portfolio, data):
    definition, values = portfolio
    if not values.size:
        return
    column = data.draw(st.integers(0, values.shape[1] - 1))
    better = values.copy()
    better[:, column] += data.draw(st.floats(0, 1000))
    before, after = (score_accounts(definition, v).score for v in (values, better))
    scored = ~np.isnan(before)
    assert (after[scored] >= before[scored]).all()


@given(portfolios())
@settings(max_examples=50, deadline=None)
def test_an_account_scores_the_same_alone_and_among_others(portfolio):
    definition, values = portfolio
    together = score_accounts(definition, values)
    for index in range(len(values)):
        alone = score_accounts(definition, values[index : index + 1])
        assert np.array_equal(
            alone.unrounded, together.unrounded[index : index + 1], equal_nan=True
        )
        assert np.array_equal(
            alone.effective_weights, together.effective_weights[index : index + 1]
        )
