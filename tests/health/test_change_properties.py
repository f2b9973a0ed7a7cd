"""What a person reads of a change adds up, whatever the scorecards and the data."""

import math
from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.numbers import exact_sum
from health.attribution import Split, split_change
from health.definition import Definition, Dimension, Indicator
from health.queries.change_sentences import explained_parts
from health.queries.changes import Explanation
from health.scoring import score_accounts
from tests.health.test_attribution import changes
from tests.health.test_scoring import RISING, WEIGHT


@given(changes())
@settings(max_examples=40, deadline=None)
def test_groups_and_their_parts_add_up_to_the_change_as_shown(change):
    before, after = change
    split = split_change(before, after)
    assume(isinstance(split, Split))
    parts = explained_parts(split.parts, before.definition, after.definition)
    told = Explanation(
        day_before=None,
        day_after=None,
        score_before=before.shown_score,
        score_after=after.shown_score,
        difference=split.shown_difference,
        parts=parts,
    )

    groups = told.groups
    assert exact_sum([group.shown for group in groups]) == told.difference
    assert exact_sum([part.shown for part in parts]) == told.difference
    assert sum(len(group.parts) for group in groups) == len(parts)
    assert all(part.sentence for part in parts)
    is_overridden = before.override is not None or after.override is not None
    assert is_overridden or "override" not in {group.key for group in groups}


@given(changes())
@settings(max_examples=30, deadline=None)
def test_only_another_scorecard_is_configuration(change):
    before, after = change
    split = split_change(before, after)
    assume(isinstance(split, Split))
    if before.definition == after.definition:
        kinds = {part.kind for part in split.parts}
        assert kinds <= {"behaviour", "coverage", "override"}


@given(changes(), st.none() | st.floats(0, 100), st.none() | st.floats(0, 100))
@settings(max_examples=30, deadline=None)
def test_what_is_set_by_hand_changes_no_part_but_its_own(change, first, last):
    computed = split_change(*(replace(each, override=None) for each in change))
    assume(isinstance(computed, Split))
    split = split_change(
        replace(change[0], override=first), replace(change[1], override=last)
    )
    assert isinstance(split, Split)

    def behaviour(found: Split) -> float:
        return sum(p.amount for p in found.parts if p.kind == "behaviour")

    assert math.isclose(behaviour(split), behaviour(computed), abs_tol=1e-9)


@given(
    st.lists(st.tuples(WEIGHT, RISING, st.booleans()), min_size=1, max_size=4),
    st.data(),
)
@settings(max_examples=40, deadline=None)
def test_a_better_value_never_lowers_the_score_whichever_way_is_better(given_, data):
    """Falling curves too: less is better there."""
    indicators = tuple(
        Indicator(
            f"s{index}",
            weight,
            tuple((-x, y) for x, y in reversed(curve)) if is_falling else curve,
        )
        for index, (weight, curve, is_falling) in enumerate(given_)
    )
    definition = Definition((Dimension("d", "D", 100.0, indicators),))
    value = st.floats(-2000, 2000) | st.just(math.nan)
    row = data.draw(st.lists(value, min_size=len(given_), max_size=len(given_)))
    column = data.draw(st.integers(0, len(given_) - 1))
    better = list(row)
    step = data.draw(st.floats(0, 1000))
    better[column] += -step if given_[column][2] else step

    scores = score_accounts(definition, np.array([row, better])).score

    assert np.isnan(scores[0]) or scores[1] >= scores[0]
