"""Stored working calendars as ``core.working_time`` reckons with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import holidays

from core import working_time
from core.working_time_preview import read_calendar
from organisation.models import WorkingCalendar, WorkingCalendarVersion

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
#: A promise looks at most ten years ahead, so holidays are known that far.
YEARS_AHEAD = 10
#: A version spells its holidays out from here on, in steps of years, so that a new
#: year alone does not make a new version.
FIRST_YEAR, YEAR_STEP = 2015, 5
#: Parsed versions kept in memory; a version never changes.
_VERSIONS_KEPT = 256
_parsed: dict[UUID, working_time.WorkingCalendar] = {}


class UnknownHolidays(ValueError):
    """No holidays are known for this country or region."""


def pure_calendar(
    calendar: WorkingCalendar, *, first: date, last: date | None = None
) -> working_time.WorkingCalendar:
    """The calendar for reckoning from a day on (holidays until ``last`` at least).

    Reads the calendar's own days: use ``prefetch_related("days")`` for many. Raises
    CalendarNeverOpens, UnknownHolidays, and ValueError for hours that make no sense.
    """
    end = last or date(min(first.year + YEARS_AHEAD, 9999), 12, 31)
    weekly = {
        WEEKDAYS.index(name): minute_intervals(hours)
        for name, hours in calendar.weekly.items()
        if hours
    }
    overrides = {
        day.day: minute_intervals(day.intervals)
        for day in calendar.days.all()
        if day.is_active
    }
    return working_time.WorkingCalendar(
        timezone=calendar.timezone,
        weekly=weekly,
        always_open=calendar.is_always_open,
        holidays=public_holidays(
            calendar.holiday_country, calendar.holiday_region, first.year, end.year
        ),
        overrides=overrides,
    )


def minute_intervals(
    hours: Iterable[Sequence[str]],
) -> list[working_time.MinuteInterval]:
    """``[["09:00", "17:30"]]`` → ``[(540, 1050)]``; an end not after the start is
    on the next day.

    ``24:00`` is the end of the day.
    """
    found = []
    for opens, closes in hours:
        start, end = _minutes(opens), _minutes(closes)
        found.append((start, end if end > start else end + _DAY))
    return sorted(found)


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and len(minute) == 2):
        raise ValueError(f"“{text}” is not a time of day such as 09:30.")
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > _DAY:
        raise ValueError(f"“{text}” is not a time of day such as 09:30.")
    return total


@lru_cache(maxsize=256)
def public_holidays(
    country: str, region: str, first_year: int, last_year: int
) -> frozenset[date]:
    """Days off by law in a country (and region) in these years; none without one."""
    if not country:
        return frozenset()
    try:
        found = holidays.country_holidays(
            country, subdiv=region or None, years=range(first_year, last_year + 1)
        )
    except (NotImplementedError, KeyError) as error:
        place = f"{country} {region}".strip()
        raise UnknownHolidays(f"No holidays are known for {place}.") from error
    return frozenset(found)


def definition_of(calendar: WorkingCalendar, *, today: date) -> dict[str, Any]:
    """The whole calendar in the words of the SLA preview, holidays as dates.

    Raises CalendarNeverOpens, UnknownHolidays, and ValueError for hours that make no
    sense.
    """
    last_year = today.year // YEAR_STEP * YEAR_STEP + YEAR_STEP + YEARS_AHEAD
    days_off = public_holidays(
        calendar.holiday_country, calendar.holiday_region, FIRST_YEAR, last_year
    )
    definition: dict[str, Any] = {
        "timezone": calendar.timezone,
        "weekly": {
            name: sorted(calendar.weekly[name])
            for name in WEEKDAYS
            if calendar.weekly.get(name)
        },
        "always_open": calendar.is_always_open,
        "holidays": sorted(day.isoformat() for day in days_off),
        "overrides": {
            day.day.isoformat(): sorted(day.intervals)
            for day in sorted(calendar.days.all(), key=lambda day: day.day)
            if day.is_active
        },
    }
    read_calendar(definition)
    return definition


def version_calendar(version: WorkingCalendarVersion) -> working_time.WorkingCalendar:
    """A version for reckoning; parsed once per process."""
    found = _parsed.get(version.public_id)
    if found is None:
        if len(_parsed) >= _VERSIONS_KEPT:
            _parsed.clear()
        found = _parsed[version.public_id] = read_calendar(version.definition)
    return found
