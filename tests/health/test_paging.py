"""When a ticket last rose, and when the next page comes: arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest

from health.paging import Rhythm, is_second_due, next_round_at, rose_at

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("priorities", "rose"),
    [
        ("critical", 0),
        ("low critical", 1),
        ("low high critical", 2),
        ("critical high", 0),
        ("critical high critical", 2),
        ("medium critical high medium", 1),
        ("low medium low", 1),
    ],
)
def test_a_ticket_rose_when_it_last_became_more_severe(priorities, rose):
    had = [(name, at(number)) for number, name in enumerate(priorities.split())]

    assert rose_at(had, reopened_at=None) == at(rose)
    assert rose_at(had, reopened_at=at(9)) == at(9)
    assert rose_at(had, reopened_at=at(-9)) == at(rose)


def test_a_page_repeats_until_its_last_time():
    rhythm = Rhythm(repeat=timedelta(minutes=10), most_pages=2)

    assert next_round_at(rhythm, started_at=NOON, rounds=1, now=NOON) == at(10)
    assert next_round_at(rhythm, started_at=NOON, rounds=2, now=at(10)) is None


def test_the_second_step_is_due_on_its_minute_also_between_two_pages():
    rhythm = Rhythm(timedelta(minutes=10), 9, second_after=timedelta(minutes=15))

    assert next_round_at(rhythm, started_at=NOON, rounds=2, now=at(10)) == at(15)
    assert next_round_at(rhythm, started_at=NOON, rounds=3, now=at(15)) == at(25)
    assert not is_second_due(rhythm, started_at=NOON, now=at(14))
    assert is_second_due(rhythm, started_at=NOON, now=at(15))


def test_what_an_outage_swallowed_is_not_caught_up():
    rhythm = Rhythm(repeat=timedelta(minutes=10), most_pages=12)

    assert next_round_at(rhythm, started_at=NOON, rounds=2, now=at(2880)) == at(2890)
