"""The split of a change: exact by hand on small cases, exact in sum on any."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.numbers import exact_sum
from health.attribution import NoSplit, Side, Split, split_change
from health.curves import curve_score
from health.definition import Definition, Dimension, Indicator
from health.scoring import score_accounts

PERCENT = ((0.0, 0.0), (100.0, 100.0))
HALF = ((0.0, 0.0), (200.0, 100.0))


def definition(weights=(50.0, 50.0), curves=(PERCENT, PERCENT), missing="redistribute"):
    """One dimension, indicators a, b, …"""
    indicators = tuple(
        Indicator(name, weight, curve)
        for name, weight, curve in zip("abcd", weights, curves, strict=False)
    )
    dimension = Dimension("usage", "Usage", 100.0, indicators)
    return Definition((dimension,), missing=missing)


def side(of, *values, override=None):
    """The snapshot that the engine would store for these raw values."""
    row = [math.nan if value is None else float(value) for value in values]
    scores = score_accounts(of, [row])

    def plain(array):
        return [None if math.isnan(v) else float(v) for v in array[0]]

    score = float(scores.score[0])
    return Side(
        definition=of,
        raw=plain(scores.raw),
        normalised=plain(scores.normalised),
        effective_weights=scores.effective_weights[0].tolist(),
        score=None if math.isnan(score) else score,
        override=override,
    )


def amounts(split):
    return {(p.source, p.kind): pytest.approx(p.amount) for p in split.parts}


def test_the_same_scorecard_and_full_data_give_behaviour_only():
    split = split_change(side(definition(), 40, 80), side(definition(), 60, 70))
    assert amounts(split) == {("a", "behaviour"): 10, ("b", "behaviour"): -5}
    assert (split.difference, split.shown_difference) == (5, 5)
    assert [(p.before_raw, p.after_raw) for p in split.parts] == [(40, 60), (80, 70)]


def test_nothing_changed_is_an_empty_split():
    split = split_change(side(definition(), 40, 80), side(definition(), 40, 80))
    assert split == Split((), 0.0, 0.0)


def test_an_edited_curve_is_told_from_behaviour():
    old, new = definition(), definition(curves=(HALF, PERCENT))
    split = split_change(side(old, 40, 80), side(new, 60, 80))
    # behaviour ½·½[(60−40) + (30−20)], curve ½·½[(20−40) + (30−60)]
    assert amounts(split) == {("a", "behaviour"): 7.5, ("a", "curve"): -12.5}
    assert split.shown_difference == -5


def test_an_edited_weight_is_its_own_part():
    old, new = definition(), definition(weights=(75.0, 25.0))
    split = split_change(side(old, 40, 80), side(new, 40, 80))
    assert amounts(split) == {("a", "weights"): 10, ("b", "weights"): -20}


def test_a_source_that_falls_silent_is_coverage_with_its_known_score():
    split = split_change(side(definition(), 40, 80), side(definition(), 40, None))
    assert amounts(split) == {("a", "coverage"): 20, ("b", "coverage"): -40}
    assert split.shown_difference == -20


def test_a_stale_value_counts_as_missing_although_it_is_there():
    stale = replace(
        side(definition(), 40, None), raw=[40.0, 80.0], missing=[False, True]
    )
    split = split_change(side(definition(), 40, 80), stale)
    assert amounts(split) == {("a", "coverage"): 20, ("b", "coverage"): -40}


@pytest.mark.parametrize(("rule", "filled"), [("zero", 0), ("neutral", 50)])
def test_a_value_put_in_place_of_a_missing_one_is_coverage(rule, filled):
    of = definition(missing=rule)
    split = split_change(side(of, 40, 80), side(of, 40, None))
    assert amounts(split) == {("b", "coverage"): (filled - 80) / 2}


def test_missing_on_both_sides_has_no_part():
    for rule in ("redistribute", "zero", "neutral"):
        of = definition(missing=rule)
        split = split_change(side(of, 40, None), side(of, 60, None))
        assert {p.source for p in split.parts} == {"a"}


def test_missing_on_both_sides_still_moves_with_an_edited_neutral_weight():
    old = definition(missing="neutral")
    new = definition(weights=(75.0, 25.0), missing="neutral")
    split = split_change(side(old, 40, None), side(new, 40, None))
    assert amounts(split) == {("a", "weights"): 10, ("b", "weights"): -12.5}


def test_a_changed_rule_for_missing_data_is_coverage():
    old, new = definition(), definition(missing="zero")
    split = split_change(side(old, 40, None), side(new, 40, None))
    assert amounts(split) == {("a", "coverage"): -20}
    assert split.shown_difference == -20


def test_an_indicator_of_the_new_version_only_is_weights():
    old = definition(weights=(100.0,), curves=(PERCENT,))
    split = split_change(side(old, 40), side(definition(), 40, 80))
    assert amounts(split) == {("a", "weights"): -20, ("b", "weights"): 40}
    assert split.parts[-1].before_raw is None


def test_an_indicator_of_the_old_version_only_is_weights():
    new = definition(weights=(100.0,), curves=(PERCENT,))
    split = split_change(side(definition(), 40, 80), side(new, 40))
    assert amounts(split) == {("a", "weights"): 20, ("b", "weights"): -40}


def test_the_same_source_in_another_dimension_is_another_indicator():
    moved = definition()
    moved = Definition((replace(moved.dimensions[0], key="other"),))
    split = split_change(side(definition(), 40, 80), side(moved, 40, 80))
    assert {(p.dimension, p.kind) for p in split.parts} == {
        ("usage", "weights"),
        ("other", "weights"),
    }
    assert split.shown_difference == 0


def test_an_override_is_its_own_part():
    split = split_change(
        side(definition(), 40, 80), side(definition(), 60, 80, override=30)
    )
    assert amounts(split) == {("a", "behaviour"): 10, ("", "override"): -40}
    assert split.parts[-1].before_raw is None
    assert split.parts[-1].after_raw == 30
    assert split.shown_difference == -30


def test_an_override_that_ends_is_its_own_part():
    split = split_change(
        side(definition(), 40, 80, override=30.0), side(definition(), 60, 80)
    )
    assert amounts(split) == {("a", "behaviour"): 10, ("", "override"): 30}


def test_an_override_that_stays_hides_the_computed_change():
    split = split_change(
        side(definition(), 40, 80, override=30), side(definition(), 60, 80, override=30)
    )
    assert amounts(split) == {("a", "behaviour"): 10, ("", "override"): -10}
    assert split.shown_difference == 0


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ((None, None), (1, 1), "no_score_before"),
        ((1, 1), (None, None), "no_score_after"),
        ((None, None), (None, None), "no_score_on_both"),
    ],
)
def test_without_a_score_there_is_no_split_but_a_reason(first, second, reason):
    of = definition()
    assert split_change(side(of, *first), side(of, *second)) == NoSplit(reason)


def test_an_override_does_not_stand_in_for_a_computed_score():
    before = side(definition(), None, None, override=50)
    assert before.shown_score == 50
    assert isinstance(split_change(before, side(definition(), 1, 1)), NoSplit)
    assert replace(before, override=None).shown_score is None


def test_shown_parts_are_rounded_together():
    thirds = definition(weights=(1.0, 1.0, 1.0), curves=(PERCENT,) * 3)
    split = split_change(side(thirds, 50, 50, 50), side(thirds, 51, 51, 51))
    assert [p.shown for p in split.parts] == [0.4, 0.3, 0.3]
    assert split.shown_difference == 1


# ----- any scorecards, any data, any overrides ---------------------------------

CURVE = st.builds(
    lambda xs, ys: tuple(zip(sorted(xs), ys, strict=False)),
    st.lists(st.floats(-200, 200), min_size=1, max_size=4, unique=True),
    st.lists(st.floats(0, 100), min_size=4, max_size=4),
)


@st.composite
def scorecards(draw):
    dimensions = []
    for key in draw(st.lists(st.sampled_from("xyz"), unique=True, min_size=1)):
        sources = draw(st.lists(st.sampled_from("abcd"), unique=True, min_size=1))
        indicators = tuple(
            Indicator(source, float(draw(st.integers(1, 100))), draw(CURVE))
            for source in sources
        )
        weight = float(draw(st.integers(1, 100)))
        dimensions.append(Dimension(key, key, weight, indicators))
    rule = draw(st.sampled_from(["redistribute", "zero", "neutral"]))
    return Definition(tuple(dimensions), missing=rule)


@st.composite
def sides(draw, of):
    columns = len(of.indicator_keys())
    value = st.none() | st.floats(-300, 300)
    values = draw(st.lists(value, min_size=columns, max_size=columns))
    override = draw(st.none() | st.none() | st.floats(0, 100))
    return side(of, *values, override=override)


@st.composite
def changes(draw):
    old = draw(scorecards())
    new = draw(st.just(old) | scorecards())
    return draw(sides(old)), draw(sides(new))


def final(snapshot):
    if snapshot.override is not None:
        return snapshot.override
    pairs = zip(snapshot.effective_weights, snapshot.normalised, strict=True)
    return sum(weight * score / 100 for weight, score in pairs if score is not None)


@given(changes())
@settings(max_examples=150, deadline=None)
def test_parts_always_sum_to_the_change(change):
    before, after = change
    split = split_change(before, after)
    assume(isinstance(split, Split))
    difference = final(after) - final(before)
    assert split.difference == pytest.approx(difference, abs=1e-9)
    assert sum(p.amount for p in split.parts) == pytest.approx(difference, abs=1e-9)
    shown = exact_sum([after.shown_score, -before.shown_score])
    assert split.shown_difference == shown
    assert exact_sum([p.shown for p in split.parts]) == shown


@given(changes())
@settings(max_examples=75, deadline=None)
def test_parts_follow_the_formulas_of_the_specification(change):
    before, after = change
    split = split_change(before, after)
    assume(isinstance(split, Split))
    keys = [list(s.definition.indicator_keys()) for s in change]
    for part in split.parts:
        if part.kind not in ("behaviour", "curve"):
            continue
        i1, i2 = (k.index((part.dimension, part.source)) for k in keys)
        x1, x2 = before.raw[i1], after.raw[i2]
        c1, c2 = (
            list(s.definition.indicators())[i][1].curve
            for s, i in ((before, i1), (after, i2))
        )
        mean = (before.effective_weights[i1] + after.effective_weights[i2]) / 200
        if part.kind == "behaviour":
            inner = (curve_score(c1, x2) - curve_score(c1, x1)) + (
                curve_score(c2, x2) - curve_score(c2, x1)
            )
        else:
            inner = (curve_score(c2, x1) - curve_score(c1, x1)) + (
                curve_score(c2, x2) - curve_score(c1, x2)
            )
        assert part.amount == pytest.approx(mean * inner / 2, abs=1e-9)


@given(changes())
@settings(max_examples=75, deadline=None)
def test_the_way_back_is_the_same_split_with_the_other_sign(change):
    forth, back = split_change(*change), split_change(*reversed(change))
    assume(isinstance(forth, Split))
    there = {(p.dimension, p.source, p.kind): p.amount for p in forth.parts}
    again = {(p.dimension, p.source, p.kind): -p.amount for p in back.parts}
    for key in there.keys() | again.keys():
        assert there.get(key, 0.0) == pytest.approx(again.get(key, 0.0), abs=1e-8)


def test_a_snapshot_stored_with_less_precision_still_adds_up():
    old, new = definition(), definition(curves=(((0.0, 0.0), (90.0, 100.0)), PERCENT))
    before, after = side(old, 33.3333, 80), side(new, 61.7, 77)
    after = replace(after, normalised=[float(np.float32(v)) for v in after.normalised])
    split = split_change(before, after)
    total = sum(p.amount for p in split.parts)
    assert total == pytest.approx(final(after) - final(before), abs=1e-9)
