"""Digest hours and quiet hours on the local clock, also where it jumps."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.delivery_times import (
    Rhythm,
    after_quiet,
    digest_day,
    due_at,
    local_instant,
    next_digest,
)

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = st.sampled_from([
    "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
    "America/Nuuk", "Africa/Casablanca", "Pacific/Auckland", "UTC",
]).map(ZoneInfo)  # fmt: skip
MOMENTS = st.integers(0, 3 * 366 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
CLOCKS = st.integers(0, 24 * 60 - 1).map(lambda minutes: time(*divmod(minutes, 60)))


def daily(zone, hour=8, last=None):
    return Rhythm(zone=zone, is_daily=True, digest_hour=hour, last_digest_on=last)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "then"),
    [
        # Clocks go forward on 29 March 2026 in Berlin and on 8 March in New York.
        (BERLIN, "2026-03-28T06:59", "2026-03-28T07:00"),
        (BERLIN, "2026-03-28T12:00", "2026-03-29T06:00"),
        (BERLIN, "2026-03-29T12:00", "2026-03-30T06:00"),
        (NEW_YORK, "2026-03-07T12:59", "2026-03-07T13:00"),
        (NEW_YORK, "2026-03-07T20:00", "2026-03-08T12:00"),
        # Back on 25 October in Berlin and on 1 November in New York.
        (BERLIN, "2026-10-24T05:00", "2026-10-24T06:00"),
        (BERLIN, "2026-10-24T12:00", "2026-10-25T07:00"),
        (NEW_YORK, "2026-10-31T11:00", "2026-10-31T12:00"),
        (NEW_YORK, "2026-10-31T20:00", "2026-11-01T13:00"),
    ],
)
def test_the_digest_comes_at_the_local_hour_before_and_after_the_change(
    zone, now, then
):
    assert next_digest(daily(zone), at(now)) == at(then)


def test_an_hour_that_is_skipped_comes_right_after_the_gap():
    assert next_digest(daily(BERLIN, hour=2), at("2026-03-28T12:00")) == at(
        "2026-03-29T01:00"
    )
    assert local_instant(date(2026, 3, 8), time(2, 30), NEW_YORK) == at(
        "2026-03-08T07:00"
    )


def test_an_hour_that_comes_twice_is_used_once():
    rhythm = daily(BERLIN, hour=2)

    assert next_digest(rhythm, at("2026-10-24T12:00")) == at("2026-10-25T00:00")
    assert next_digest(rhythm, at("2026-10-25T00:30")) == at("2026-10-26T01:00")


def test_a_gap_over_midnight_leaves_the_digest_to_its_own_day():
    rhythm = daily(ZoneInfo("America/Nuuk"), hour=23)

    assert next_digest(rhythm, at("2026-03-28T20:00")) == at("2026-03-29T01:00")
    assert digest_day(rhythm, at("2026-03-29T01:00")) == date(2026, 3, 28)


def test_a_day_that_had_its_digest_gets_no_other_one():
    rhythm = daily(BERLIN, hour=15, last=date(2026, 6, 10))

    assert next_digest(rhythm, at("2026-06-10T08:00")) == at("2026-06-11T13:00")


@given(ZONES, st.integers(0, 23), MOMENTS)
def test_a_digest_is_never_late_and_one_a_day(zone, hour, now):
    first = next_digest(daily(zone, hour), now)
    day = digest_day(daily(zone, hour), first)
    second = next_digest(daily(zone, hour, last=day), first)

    assert timedelta(0) <= first - now <= timedelta(hours=25)
    assert digest_day(daily(zone, hour), second) == day + timedelta(days=1)
    local = first.astimezone(zone)
    shown = datetime.combine(day, time(hour))
    jump = local.replace(tzinfo=None) - shown
    assert timedelta(0) <= jump <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("begin", "end", "now", "then"),
    [
        # Berlin in June is two hours ahead of UTC.
        (time(22), time(7), "2026-06-10T19:59", "2026-06-10T19:59"),
        (time(22), time(7), "2026-06-10T20:00", "2026-06-11T05:00"),
        (time(22), time(7), "2026-06-11T04:59", "2026-06-11T05:00"),
        (time(22), time(7), "2026-06-11T05:00", "2026-06-11T05:00"),
        (time(12), time(13, 30), "2026-06-10T10:15", "2026-06-10T11:30"),
        (time(12), time(13, 30), "2026-06-10T09:59", "2026-06-10T09:59"),
        (time(8), time(8), "2026-06-10T10:15", "2026-06-10T10:15"),
        (None, None, "2026-06-10T10:15", "2026-06-10T10:15"),
        # The night of the change is an hour shorter, or longer.
        (time(22), time(7), "2026-03-28T22:00", "2026-03-29T05:00"),
        (time(22), time(7), "2026-10-24T21:00", "2026-10-25T06:00"),
        # 02:30 is skipped; and in autumn the second 02:10 waits for the second 02:30.
        (time(1), time(2, 30), "2026-03-29T00:30", "2026-03-29T01:00"),
        (time(1), time(2, 30), "2026-10-25T01:10", "2026-10-25T01:30"),
    ],
)
def test_quiet_hours_hold_a_mail_back_until_they_end(begin, end, now, then):
    rhythm = Rhythm(zone=BERLIN, quiet_from=begin, quiet_until=end)

    assert after_quiet(rhythm, at(now)) == at(then)
    assert due_at(rhythm, at(now)) == at(then)


@given(ZONES, CLOCKS, CLOCKS, MOMENTS)
def test_quiet_hours_end_within_a_day_and_outside_of_themselves(zone, begin, end, now):
    rhythm = Rhythm(zone=zone, quiet_from=begin, quiet_until=end)

    then = after_quiet(rhythm, now)

    assert timedelta(0) <= then - now <= timedelta(hours=25)
