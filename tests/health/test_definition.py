"""Definitions: read from JSON, written back, and checked before publishing."""

import copy
import math

import pytest

from health.definition import (
    DEFAULT_BANDS,
    Band,
    Definition,
    DefinitionError,
    Dimension,
    Indicator,
    definition_to_json,
    parse_definition,
    publishing_problems,
    validate_for_publishing,
)

VALID = {
    "dimensions": [
        {
            "key": "usage",
            "label": "Usage",
            "weight": 60,
            "indicators": [
                {
                    "source": "logins",
                    "label": "Logins",
                    "weight": 70,
                    "curve": [[0, 0], [5, 100]],
                    "max_age_days": 30,
                    "red_flag": {"op": "<", "value": 1},
                },
                {"source": "adoption", "weight": 30, "curve": [[0, 0], [100, 100]]},
            ],
            "recommendations": [
                {"below": None, "priority": "low", "action": "Keep going."},
                {"below": 60, "priority": "high", "action": "Train the team."},
                {"below": 30, "priority": "critical", "action": "Call them."},
            ],
        },
        {
            "key": "support",
            "label": "Support",
            "weight": 40,
            "indicators": [{"source": "logins", "weight": 100, "curve": [[2, 9]]}],
        },
    ],
}


def changed(**changes):
    """A copy of the valid definition with values replaced at dotted paths."""
    data = copy.deepcopy(VALID)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = data
        for name in parents:
            place = place[int(name) if name.isdigit() else name]
        place[int(last) if last.isdigit() else last] = value
    return data


def problem_paths(data):
    with pytest.raises(DefinitionError) as caught:
        parse_definition(data)
    return [problem.path for problem in caught.value.problems]


def test_a_definition_reads_back_what_it_wrote():
    definition = parse_definition(VALID)
    assert parse_definition(definition_to_json(definition)) == definition


def test_what_is_left_out_has_the_documented_default():
    definition = parse_definition(VALID)
    assert definition.bands == DEFAULT_BANDS
    assert definition.missing == "redistribute"
    assert definition.min_coverage == 50
    assert definition.dimensions[0].indicators[1].red_flag is None
    assert definition.dimensions[1].threshold is None


def test_indicators_keep_one_order_dimension_by_dimension():
    definition = parse_definition(VALID)
    assert definition.indicator_keys() == (
        ("usage", "logins"),
        ("usage", "adoption"),
        ("support", "logins"),
    )
    assert definition.sources() == ("logins", "adoption")
    assert definition.max_ages() == (30.0, math.inf, math.inf)


def test_nominal_weights_are_shares_of_the_whole_in_percent():
    assert parse_definition(VALID).nominal_weights() == pytest.approx((42, 18, 40))


def test_nominal_weights_of_a_draft_are_taken_in_proportion():
    data = changed(dimensions__0__weight=30, dimensions__1__weight=10)
    weights = parse_definition(data).nominal_weights()
    assert weights == pytest.approx((52.5, 22.5, 25))


def test_a_dimension_of_weightless_indicators_counts_as_absent():
    data = changed(dimensions__1__indicators__0__weight=0)
    assert parse_definition(data).nominal_weights() == pytest.approx((70, 30, 0))


def test_a_scorecard_without_weight_has_no_shares():
    data = changed(dimensions__0__weight=0, dimensions__1__weight=0)
    assert parse_definition(data).nominal_weights() == (0, 0, 0)


def test_the_recommendation_with_the_lowest_limit_above_the_score_applies():
    usage = parse_definition(VALID).dimensions[0]
    assert usage.threshold == 60
    actions = [usage.recommendation_for(score).action for score in (29.9, 30, 59.9, 60)]
    assert actions == [
        "Call them.",
        "Train the team.",
        "Train the team.",
        "Keep going.",
    ]
    assert parse_definition(VALID).dimensions[1].recommendation_for(0) is None


@pytest.mark.parametrize(
    ("score", "key"),
    [
        (100, "green"),
        (80, "green"),
        (79.9, "yellow"),
        (60, "yellow"),
        (59.9, "orange"),
        (40, "orange"),
        (39.9, "red"),
        (0, "red"),
    ],
)
def test_bands_are_half_open(score, key):
    assert parse_definition(VALID).band_for(score).key == key


def test_a_score_below_the_last_band_of_a_draft_falls_into_it():
    bands = (Band("good", "Good", 50.0),)
    assert Definition(dimensions=(), bands=bands).band_for(10).key == "good"


FIRST = "dimensions__0__indicators__0__"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"dimensions": "none"}, "dimensions"),
        ({"dimensions__0": 3}, "dimensions[0]"),
        ({"colour": "blue"}, "colour"),
        ({"missing": "guess"}, "missing"),
        ({"missing": 4}, "missing"),
        ({"min_coverage": 101}, "min_coverage"),
        ({"min_coverage": "half"}, "min_coverage"),
        ({"bands": []}, "bands"),
        ({"dimensions__0__key": ""}, "dimensions[0].key"),
        ({"dimensions__0__key": "support"}, "dimensions[1].key"),
        ({"dimensions__0__weight": -1}, "dimensions[0].weight"),
        ({"dimensions__0__weight": True}, "dimensions[0].weight"),
        ({"dimensions__0__weight": None}, "dimensions[0].weight"),
        ({"dimensions__0__weight": 10**400}, "dimensions[0].weight"),
        ({"dimensions__0__weight": math.nan}, "dimensions[0].weight"),
        ({FIRST + "source": "adoption"}, "dimensions[0].indicators[1].source"),
        ({FIRST + "weight": math.inf}, "dimensions[0].indicators[0].weight"),
        ({FIRST + "max_age_days": 0}, "dimensions[0].indicators[0].max_age_days"),
        ({FIRST + "red_flag__op": "="}, "dimensions[0].indicators[0].red_flag.op"),
        (
            {FIRST + "red_flag__value": math.inf},
            "dimensions[0].indicators[0].red_flag.value",
        ),
        ({FIRST + "curve": []}, "dimensions[0].indicators[0].curve"),
        ({FIRST + "curve": [[1]]}, "dimensions[0].indicators[0].curve[0]"),
        ({FIRST + "curve": [[1, 101]]}, "dimensions[0].indicators[0].curve[0]"),
        ({FIRST + "curve": [[math.nan, 1]]}, "dimensions[0].indicators[0].curve[0]"),
        (
            {FIRST + "curve": [[1, 0], [1, 5]]},
            "dimensions[0].indicators[0].curve[1]",
        ),
        (
            {"dimensions__0__recommendations__1__priority": "soon"},
            "dimensions[0].recommendations[1].priority",
        ),
    ],
)
def test_every_problem_names_its_place(changes, path):
    assert path in problem_paths(changed(**changes))


@pytest.mark.parametrize(
    ("bands", "path"),
    [
        ([("a", 80), ("a", 0)], "bands[1].key"),
        ([("a", 80), ("unknown", 0)], "bands[1].key"),
        ([("a", 180), ("b", 0)], "bands[0].lower"),
        ([("a", 20), ("b", 20)], "bands[1].lower"),
    ],
)
def test_bands_are_distinct_and_listed_from_the_best_down(bands, path):
    rows = [{"key": key, "label": key, "lower": lower} for key, lower in bands]
    assert path in problem_paths(changed(bands=rows))


def test_a_definition_that_is_no_object_is_refused():
    assert "definition" in problem_paths(None)


def test_an_error_reads_as_a_sentence():
    with pytest.raises(DefinitionError, match="min_coverage: It lies from 0 to 100"):
        parse_definition(changed(min_coverage=-1))


def test_a_complete_definition_may_be_published():
    validate_for_publishing(parse_definition(VALID))


def published_paths(definition):
    return [problem.path for problem in publishing_problems(definition)]


def test_weights_must_sum_to_100_on_both_levels():
    data = changed(
        dimensions__0__weight=50, dimensions__0__indicators__0__weight=70.001
    )
    definition = parse_definition(data)
    assert published_paths(definition) == ["dimensions", "dimensions[0].indicators"]
    with pytest.raises(DefinitionError, match="Weights sum to 90, not to 100"):
        validate_for_publishing(definition)


def test_float_dust_in_a_sum_of_weights_is_forgiven():
    data = changed(dimensions__0__weight=60 + 5e-7)
    assert publishing_problems(parse_definition(data)) == []


def test_a_published_weight_is_more_than_zero():
    data = changed(
        dimensions__0__indicators__0__weight=100,
        dimensions__0__indicators__1__weight=0,
    )
    found = published_paths(parse_definition(data))
    assert found == ["dimensions[0].indicators[1].weight"]


def test_an_empty_scorecard_or_dimension_is_not_published():
    assert published_paths(Definition(dimensions=())) == ["dimensions"]
    empty = Definition(dimensions=(Dimension("usage", "Usage", 100.0, ()),))
    assert published_paths(empty) == ["dimensions[0].indicators"]


def test_the_last_published_band_starts_at_zero():
    rows = [{"key": "good", "label": "Good", "lower": 10}]
    assert published_paths(parse_definition(changed(bands=rows))) == ["bands[0].lower"]


def test_definitions_built_by_hand_are_checked_too():
    curve = ((5.0, 0.0), (1.0, 100.0))
    wrong = Dimension("usage", "Usage", 100.0, (Indicator("logins", 100.0, curve),))
    definition = Definition(dimensions=(wrong,), bands=(), missing="guess")
    assert published_paths(definition) == [
        "dimensions[0].indicators[0].curve[1]",
        "bands",
        "missing",
    ]
