"""Two versions side by side: new, gone, changed, the same."""

from dataclasses import replace

from health.definition import RedFlag, parse_definition
from health.presets import PRESETS
from health.queries.version_diff import version_diff

STANDARD = parse_definition(PRESETS[0].definition)


def changed(**values):
    first, *rest = STANDARD.dimensions
    return replace(STANDARD, dimensions=(replace(first, **values), *rest))


def test_a_definition_does_not_differ_from_itself():
    diff = version_diff(STANDARD, STANDARD)

    assert diff.is_empty
    assert len(diff.same) == len(STANDARD.dimensions)


def test_a_weight_is_told_with_both_numbers():
    diff = version_diff(STANDARD, changed(weight=35.0))

    (dimension,) = diff.changed
    (line,) = [line for line in dimension.lines if line.is_changed]
    assert (line.before, line.after) == ("40\xa0%", "35\xa0%")
    assert dimension.changed_indicators == []


def test_a_bent_curve_is_drawn_over_the_one_before():
    one, *others = STANDARD.dimensions[0].indicators
    bent = replace(one, curve=((0.0, 0.0), (50.0, 90.0)))

    diff = version_diff(STANDARD, changed(indicators=(bent, *others)))

    (indicator,) = diff.changed[0].changed_indicators
    assert indicator.state == "changed"
    assert indicator.curve is not None
    assert indicator.curve.before.startswith("M")
    assert indicator.curve.before != indicator.curve.after
    assert len(diff.changed[0].same_indicators) == len(others)


def test_parts_that_came_or_went_say_so():
    one, *others = STANDARD.dimensions[0].indicators
    fewer = changed(indicators=tuple(others))

    gone = version_diff(STANDARD, fewer).changed[0].changed_indicators
    new = version_diff(fewer, STANDARD).changed[0].changed_indicators

    assert [(i.source, i.state) for i in gone] == [(one.source, "gone")]
    assert [(i.source, i.state) for i in new] == [(one.source, "new")]
    without = replace(STANDARD, dimensions=STANDARD.dimensions[1:])
    assert version_diff(STANDARD, without).changed[0].state == "gone"
    assert version_diff(without, STANDARD).changed[0].state == "new"


def test_limits_flags_advice_bands_and_rules_are_told():
    first = STANDARD.dimensions[0]
    one, *others = first.indicators
    strict = replace(one, max_age_days=7.0, red_flag=RedFlag("<", 10.0))
    advice = replace(first.recommendations[0], below=50.0)
    green, *bands = STANDARD.bands
    after = replace(
        changed(indicators=(strict, *others), recommendations=(advice,)),
        bands=(replace(green, lower=85.0), *bands),
        missing="zero",
        min_coverage=60.0,
    )

    diff = version_diff(STANDARD, after)

    words = {line.what: line.after for line in diff.changed[0].indicators[0].lines}
    assert words["Greatest age"] == "7 days"
    assert words["Red flag"].startswith("< 10")
    assert diff.changed[0].advice[0].after.startswith("Below 50")
    assert [line.after for line in diff.changed_bands] == ["Healthy from 85"]
    assert [line.after for line in diff.changed_rules] == ["Counts as 0", "60\xa0%"]
