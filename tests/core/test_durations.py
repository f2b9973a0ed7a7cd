"""Lengths of time as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.durations import NoDuration, duration_text, minutes_of


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("4 h", 240),
        ("30min", 30),
        ("1 h 30 min", 90),
        ("1.5 h", 90),
        ("1,5 hours", 90),
        ("2 d", 2880),
        ("1 week", 10080),
        ("0 min", 0),
    ],
)
def test_what_people_write_is_read(text, minutes):
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["", "4", "h", "4 parsecs", "-4 h", "0.5 min", "4 h!"])
def test_anything_else_is_refused(text):
    with pytest.raises(NoDuration):
        minutes_of(text)


@given(st.integers(0, 500_000))
def test_what_is_written_reads_back_the_same(minutes):
    assert minutes_of(duration_text(minutes)) == minutes
