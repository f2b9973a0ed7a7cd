"""The rule that says whether an override was right."""

import pytest

from health.override_judging import FEWEST, Judgement, Standing, judge, tally


def judged(first, wanted, later, *, is_due=True, has_left=False) -> Judgement:
    return judge(
        at_first=Standing(first, "yellow"),
        by_hand=Standing(wanted),
        later=Standing(later, "yellow"),
        is_due=is_due,
        has_left=has_left,
    )


@pytest.mark.parametrize(
    ("first", "wanted", "later", "direction", "verdict"),
    [
        (50, 80, 70, "better", "confirmed"),
        (50, 80, 60, "better", "not_confirmed"),
        # Exactly half of the way is not nearer.
        (50, 80, 65, "better", "not_confirmed"),
        (50, 80, 95, "better", "confirmed"),
        (80, 40, 50, "worse", "confirmed"),
        (80, 40, 90, "worse", "not_confirmed"),
        (50, 50, 50, "same", "confirmed"),
        (50, 50, 60, "same", "not_confirmed"),
        (50, 80, None, "better", "no_data"),
        (None, 80, 70, "same", "no_data"),
    ],
)
def test_the_value_later_decides(first, wanted, later, direction, verdict):
    assert judged(first, wanted, later) == Judgement(direction, verdict)


def test_before_thirty_days_it_is_too_early():
    assert judged(50, 80, 80, is_due=False).verdict == "too_early"


def test_who_left_settles_it_at_once():
    assert judged(50, 80, 80, is_due=False, has_left=True).verdict == "not_confirmed"
    assert judged(80, 40, 80, is_due=False, has_left=True).verdict == "confirmed"


def test_bands_are_compared_with_bands():
    def verdict(first, wanted, later):
        return judge(
            at_first=Standing(90, first), by_hand=Standing(None, wanted),
            later=Standing(90, later), is_due=True, has_left=False,
        )  # fmt: skip

    assert verdict("orange", "green", "green") == Judgement("better", "confirmed")
    assert verdict("green", "red", "green") == Judgement("worse", "not_confirmed")
    assert verdict("unknown", "red", "red") == Judgement("same", "no_data")


def test_fewer_than_five_are_not_judged():
    right, wrong = (
        Judgement("better", "confirmed"),
        Judgement("better", "not_confirmed"),
    )
    early = Judgement("better", "too_early")

    few = tally("Ann", [right] * (FEWEST - 1) + [early] * 9)
    enough = tally("Ann", [right, wrong, wrong, wrong, right, early])

    assert (few.judged, few.all, few.share) == (4, 13, None)
    assert (enough.judged, enough.confirmed, enough.share) == (5, 2, 40.0)
