"""Stored calendars as arithmetic."""

from datetime import UTC, date, datetime

import pytest

from core.working_time import CalendarNeverOpens
from organisation.calendars import UnknownHolidays, minute_intervals, pure_calendar
from organisation.models import CalendarDay, WorkingCalendar

OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
FIRST = date(2026, 1, 1)


def calendar(**values) -> WorkingCalendar:
    values = {"name": "Office", "timezone": "Europe/Berlin", "weekly": OFFICE} | values
    return WorkingCalendar.objects.create(**values)


def test_the_week_becomes_open_hours_in_its_own_zone():
    office = pure_calendar(calendar(), first=FIRST)

    assert office.is_open(datetime(2026, 3, 2, 8, 30, tzinfo=UTC))
    assert not office.is_open(datetime(2026, 3, 2, 7, 30, tzinfo=UTC))
    assert not office.is_working_day(date(2026, 3, 1))


def test_public_holidays_of_the_region_are_closed():
    bavaria = pure_calendar(
        calendar(holiday_country="DE", holiday_region="BY"), first=FIRST
    )
    berlin = pure_calendar(
        calendar(name="Berlin", holiday_country="DE", holiday_region="BE"), first=FIRST
    )

    corpus_christi = date(2026, 6, 4)
    assert not bavaria.is_working_day(corpus_christi)
    assert berlin.is_working_day(corpus_christi)
    assert not bavaria.is_working_day(date(2036, 12, 25))


def test_a_day_of_its_own_beats_the_week_and_the_holidays():
    row = calendar(holiday_country="DE")
    CalendarDay.objects.create(calendar=row, day="2026-03-03", intervals=[])
    CalendarDay.objects.create(
        calendar=row, day="2026-12-25", intervals=[["10:00", "12:00"]]
    )
    CalendarDay.objects.create(
        calendar=row, day="2026-03-04", intervals=[], is_active=False
    )

    office = pure_calendar(row, first=FIRST)

    assert not office.is_working_day(date(2026, 3, 3))
    assert office.is_open(datetime(2026, 12, 25, 9, 30, tzinfo=UTC))
    assert office.is_working_day(date(2026, 3, 4))


def test_a_night_shift_runs_into_the_next_day():
    assert minute_intervals([["22:00", "06:00"]]) == [(1320, 1800)]
    assert minute_intervals([["00:00", "24:00"]]) == [(0, 1440)]
    assert minute_intervals([["13:00", "17:30"], ["09:00", "12:00"]]) == [
        (540, 720), (780, 1050),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["9", "09:60", "25:00", "x:30", "09:5", "-1:00", ""])
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(ValueError, match="time of day"):
        minute_intervals([[text, "17:00"]])


def test_a_country_nobody_knows_is_refused():
    with pytest.raises(UnknownHolidays, match="XX"):
        pure_calendar(calendar(holiday_country="XX"), first=FIRST)
    with pytest.raises(UnknownHolidays, match="DE YY"):
        pure_calendar(
            calendar(name="b", holiday_country="DE", holiday_region="YY"), first=FIRST
        )


def test_a_calendar_that_never_opens_is_refused():
    with pytest.raises(CalendarNeverOpens):
        pure_calendar(calendar(weekly={}), first=FIRST)


def test_always_open_needs_no_week():
    always = pure_calendar(calendar(weekly={}, is_always_open=True), first=FIRST)

    assert always.is_open(datetime(2026, 3, 1, 3, tzinfo=UTC))
