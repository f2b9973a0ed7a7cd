"""A definition as fields of a form and back: nothing is lost on the way."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from health.definition import definition_to_json, parse_definition
from health.presets import PRESETS
from health.scorecard_editor import editor_sheet, field_id
from health.scorecard_sketch import (
    definition_of,
    fields_of,
    sketch_from,
    sketch_of,
)
from health.scorecard_steps import take_step, usual_curve

texts = st.text("aZäß 0-._<>&\"'%{}[]→", min_size=1, max_size=12).filter(str.strip)
numbers = st.floats(allow_nan=False, allow_infinity=False, width=64, min_value=-1e200,
                    max_value=1e200)  # fmt: skip
weights = st.floats(0, 1000)
scores = st.floats(0, 100)


@st.composite
def curves(draw):
    values = draw(st.lists(numbers, min_size=1, max_size=6, unique=True))
    return [[value, draw(scores)] for value in sorted(values)]


indicators = st.fixed_dictionaries(
    {
        "source": texts,
        "label": st.just("") | texts,
        "weight": weights,
        "curve": curves(),
        "max_age_days": st.none() | st.floats(0.001, 1e6),
        "red_flag": st.none()
        | st.fixed_dictionaries({"op": st.sampled_from("<>"), "value": numbers}),
    }
)
recommendations = st.fixed_dictionaries(
    {
        "below": st.none() | scores,
        "priority": st.sampled_from(["critical", "high", "medium", "low"]),
        "action": texts,
        "expected_effect": st.just("") | texts,
        "playbook": st.just("") | texts,
    }
)
dimensions = st.fixed_dictionaries(
    {
        "key": texts,
        "label": texts,
        "weight": weights,
        "indicators": st.lists(
            indicators, max_size=3, unique_by=lambda node: node["source"]
        ),
        "recommendations": st.lists(recommendations, max_size=3),
    }
)
bands = st.sampled_from(
    [
        [["green", 80.0], ["yellow", 60.0], ["orange", 40.0], ["red", 0.0]],
        [["green", 77.25], ["red", 0.0]],
    ]
).map(lambda rows: [{"key": k, "label": k.title(), "lower": v} for k, v in rows])
definitions = st.fixed_dictionaries(
    {
        "dimensions": st.lists(
            dimensions, max_size=3, unique_by=lambda node: node["key"]
        ),
        "bands": bands,
        "missing": st.sampled_from(["redistribute", "zero", "neutral"]),
        "min_coverage": scores,
    }
)


def through_the_form(definition):
    sketch = sketch_from(fields_of(sketch_of(definition)))
    return definition_to_json(parse_definition(definition_of(sketch)))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definitions)
def test_a_definition_comes_back_from_the_form_as_it_went_in(definition):
    stored = definition_to_json(parse_definition(definition))

    assert through_the_form(stored) == stored


def test_the_shipped_scorecards_come_back_too():
    for preset in PRESETS:
        stored = definition_to_json(parse_definition(preset.definition))
        assert through_the_form(preset.definition) == stored


def sketch():
    return sketch_of(PRESETS[0].definition)


def test_what_is_no_number_stays_as_it_was_typed():
    typed = sketch()
    typed["dimensions"][0]["weight"] = "forty"
    typed["dimensions"][0]["indicators"][0]["curve"][1][0] = "1e"

    again = sketch_from(fields_of(typed))
    sheet = editor_sheet(again)

    assert again == typed
    assert sheet.dimensions[0].fields["weight"].text == "forty"
    assert sheet.dimensions[0].fields["weight"].problems == ["This must be a number."]
    assert sheet.dimensions[0].indicators[0].points[1][3] == ["This must be a number."]
    assert sheet.dimensions[0].indicators[0].is_open


def test_every_problem_stands_beside_a_field():
    broken = sketch()
    broken["bands"][1]["lower"] = "90"
    broken["min_coverage"] = "120"
    broken["dimensions"][1]["key"] = broken["dimensions"][0]["key"]
    first = broken["dimensions"][0]["indicators"][0]
    first["curve"].append(["0", "50"])
    first["max_age_days"] = "0"
    first["red_flag"] = {"op": "<", "value": ""}
    broken["dimensions"][0]["indicators"][1]["source"] = first["source"]

    sheet = editor_sheet(broken)

    assert sheet.other == []
    assert len(sheet.todo) >= 1


def test_foreign_fields_and_gaps_in_the_numbering_do_no_harm():
    fields = {
        "csrfmiddlewaretoken": "x",
        "dimensions[7].label": "Usage",
        "dimensions[7].weight": "100",
        "dimensions[9999].label": "too far",
        "dimensions[x].label": "odd",
        "dimensions[7].label.deeper": "odd",
        "bands": "odd",
        "missing": "zero",
    }

    found = sketch_from(fields.items())

    assert [d["label"] for d in found["dimensions"]] == ["Usage"]
    assert found["missing"] == "zero"
    assert found["bands"] == []


def test_a_new_dimension_gets_a_key_of_its_own_from_its_name():
    typed = sketch()
    usage = typed["dimensions"][0]
    for _ in range(2):
        take_step(typed, "add:dimensions")
        typed["dimensions"][-1]["label"] = usage["label"]

    keys = [d["key"] for d in definition_of(typed)["dimensions"]]

    assert keys[-2:] == [f"{usage['key']}_2", f"{usage['key']}_3"]


def test_scaling_keeps_the_proportion_and_sums_to_100():
    typed = sketch()
    for node, weight in zip(typed["dimensions"], ["10", "10", "20", "20"], strict=True):
        node["weight"] = weight

    take_step(typed, "scale:dimensions")

    assert [d["weight"] for d in typed["dimensions"]] == ["17", "17", "33", "33"]


def test_a_point_is_added_in_the_widest_gap_on_the_line():
    typed = sketch()
    indicator = typed["dimensions"][0]["indicators"][0]
    indicator["curve"] = [["0", "0"], ["10", "50"], ["50", "100"]]

    focus = take_step(typed, "add:dimensions[0].indicators[0].curve")

    assert indicator["curve"][2] == ["30", "75"]
    assert focus == "dimensions[0].indicators[0].curve[2][0]"


def test_parts_are_moved_removed_and_put_back():
    typed = sketch()
    names = [d["key"] for d in typed["dimensions"]]

    take_step(typed, "down:dimensions[0]")
    assert [d["key"] for d in typed["dimensions"]][:2] == [names[1], names[0]]
    take_step(typed, "up:dimensions[1]")
    take_step(typed, "remove:dimensions[3]")
    assert [d["key"] for d in typed["dimensions"]] == names[:3]
    take_step(typed, "remove:bands[1]")
    take_step(typed, "add:bands")
    assert [band["key"] for band in typed["bands"]] == [
        "green", "yellow", "orange", "red",
    ]  # fmt: skip


def test_an_indicator_begins_with_the_shipped_curve_and_the_rest_of_the_weight():
    typed = sketch()
    typed["dimensions"][0]["indicators"] = []
    take_step(typed, "add:dimensions[0].indicators=nps")
    take_step(typed, "add:dimensions[0].indicators=nps")

    (made,) = typed["dimensions"][0]["indicators"]

    assert (made["source"], made["weight"]) == ("nps", "100")
    assert made["curve"] == usual_curve("nps")


def test_steps_that_make_no_sense_change_nothing():
    before = sketch()
    for step in (
        "", "add:", "jump:dimensions", "remove:dimensions", "remove:dimensions[9]",
        "add:missing", "up:bands[17]", "scale:missing", "source:dimensions[0]",
    ):  # fmt: skip
        typed = sketch()
        take_step(typed, step)
        assert typed == before, step


def test_ids_of_fields_are_plain():
    assert field_id("dimensions[0].curve[1][0]") == "f-dimensions-0-curve-1-0"
