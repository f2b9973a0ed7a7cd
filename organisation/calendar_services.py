"""Changing working calendars, and keeping what held when.

Clocks never read a calendar itself but one of its versions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.working_time import CalendarNeverOpens
from core.working_time_preview import InvalidField
from events.services import Actor, changes, record_event
from organisation.calendars import (
    YEAR_STEP,
    UnknownHolidays,
    definition_of,
)
from organisation.models import CalendarDay, WorkingCalendar, WorkingCalendarVersion

CALENDAR_FIELDS = (
    "name",
    "timezone",
    "weekly",
    "is_always_open",
    "holiday_country",
    "holiday_region",
)
_OWN = ["public_id", "created_at", "updated_at"]


class CalendarInUse(ValidationError):
    """The calendar still belongs to something that runs by it."""

    def __init__(self) -> None:
        super().__init__(_("SLA tiers use this calendar. Give them another one first."))


@transaction.atomic
def create_calendar(
    *, by: Actor | None, days: Sequence[Mapping[str, Any]] = (), **values: Any
) -> WorkingCalendar:
    """A new calendar and its first version.

    Raises ValidationError, beside the field, for one that is never open.
    """
    calendar = WorkingCalendar(**values)
    _save_checked(calendar)
    _set_days(calendar, days)
    record_event("calendar_created", by=by, subject=calendar)
    _new_version(calendar, by=by)
    return calendar


@transaction.atomic
def update_calendar(
    calendar: WorkingCalendar,
    *,
    by: Actor | None,
    days: Sequence[Mapping[str, Any]] | None = None,
    **values: Any,
) -> WorkingCalendar:
    """Change a calendar; ``days``, when given, replaces its own days.

    What differs for clocks makes a new version; running ones keep theirs. Raises
    ValidationError.
    """
    current = WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
    before = WorkingCalendar.objects.get(pk=calendar.pk)
    for name, value in values.items():
        setattr(current, name, value)
    _save_checked(current)
    told = changes(before, current, CALENDAR_FIELDS)
    if days is not None and (moved := _set_days(current, days)):
        told["days"] = moved
    if told:
        record_event("calendar_changed", by=by, subject=current, data=told)
    _new_version(current, by=by)
    return current


@transaction.atomic
def set_day(
    calendar: WorkingCalendar, *, by: Actor | None, day: date, **values: Any
) -> CalendarDay:
    """Say how one date differs; what was said of it before is replaced.

    ``label``, ``intervals`` (none: closed) and ``is_active``. Raises ValidationError.
    """
    current = WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
    before = current.days.filter(day=day).first()
    row = _checked_day(current, {"day": day} | values)
    if before is not None:
        before.delete()
    row.save(force_insert=True)
    _record_days(current, by, before, row)
    return row


@transaction.atomic
def remove_day(calendar: WorkingCalendar, *, by: Actor | None, day: date) -> None:
    """The date is like any other again."""
    current = WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
    before = current.days.filter(day=day).first()
    if before is not None:
        before.delete()
        _record_days(current, by, before, None)


def _record_days(
    calendar: WorkingCalendar,
    by: Actor | None,
    before: CalendarDay | None,
    after: CalendarDay | None,
) -> None:
    told = [row and _plain_day(row) for row in (before, after)]
    record_event("calendar_changed", by=by, subject=calendar, data={"days": told})
    _new_version(calendar, by=by)


@transaction.atomic
def add_days(
    calendar: WorkingCalendar, *, by: Actor | None, days: Sequence[Mapping[str, Any]]
) -> int:
    """Put days in (from a file); days it has already stay. Returns how many are new."""
    current = WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
    known = set(current.days.values_list("day", flat=True))
    fresh = {row["day"]: row for row in days if row["day"] not in known}
    CalendarDay.objects.bulk_create(
        _checked_day(current, row) for row in fresh.values()
    )
    if fresh:
        data = {"days": [0, len(fresh)]}
        record_event("calendar_changed", by=by, subject=current, data=data)
        _new_version(current, by=by)
    return len(fresh)


@transaction.atomic
def delete_calendar(calendar: WorkingCalendar, *, by: Actor | None) -> None:
    """Remove a calendar nothing runs by. Raises CalendarInUse."""
    record_event("calendar_deleted", by=by, subject=calendar)
    try:
        calendar.versions.all().delete()
        calendar.delete()
    except models.ProtectedError as error:
        raise CalendarInUse from error


def current_version(calendar: WorkingCalendar) -> WorkingCalendarVersion:
    """The version new clocks run by; a new one only where the definition differs."""
    return version_in_force(calendar, calendar.versions.order_by("-number").first())


def version_in_force(
    calendar: WorkingCalendar, latest: WorkingCalendarVersion | None
) -> WorkingCalendarVersion:
    """The same for whoever has read the latest version along with the calendar."""
    if latest is not None and _is_current(latest, calendar, timezone.now().date()):
        return latest
    if latest is not None and latest.definition == _checked_definition(calendar):
        return latest
    return _new_version(calendar, by=None)


def _is_current(
    version: WorkingCalendarVersion, calendar: WorkingCalendar, today: date
) -> bool:
    """Neither edited since, nor from before the holidays known then were extended."""
    return (
        version.created_at >= calendar.updated_at
        and version.created_at.year // YEAR_STEP == today.year // YEAR_STEP
    )


@transaction.atomic
def _new_version(
    calendar: WorkingCalendar, *, by: Actor | None
) -> WorkingCalendarVersion:
    """The newest version, made anew when the definition is not the same."""
    WorkingCalendar.objects.select_for_update().get(pk=calendar.pk)
    latest = calendar.versions.order_by("-number").first()
    definition = _checked_definition(calendar)
    if latest is not None and latest.definition == definition:
        return latest
    return WorkingCalendarVersion.objects.create(
        calendar=calendar,
        number=latest.number + 1 if latest else 1,
        definition=definition,
        created_by_id=getattr(by, "pk", None),
        created_at=timezone.now(),
    )


def _save_checked(calendar: WorkingCalendar) -> None:
    calendar.holiday_country = calendar.holiday_country.strip().upper()
    calendar.holiday_region = calendar.holiday_region.strip().upper()
    if not calendar.holiday_country:
        calendar.holiday_region = ""
    calendar.full_clean(exclude=_OWN)
    calendar.save()


def _checked_definition(calendar: WorkingCalendar) -> dict[str, Any]:
    fresh = WorkingCalendar.objects.prefetch_related("days").get(pk=calendar.pk)
    try:
        return definition_of(fresh, today=timezone.now().date())
    except UnknownHolidays as error:
        raise ValidationError({"holiday_region": str(error)}) from error
    except InvalidField as error:
        if isinstance(error.__cause__, CalendarNeverOpens):
            raise ValidationError({"weekly": error.message}) from error
        name = "days" if "overrides" in error.field else error.field.split(".")[1]
        raise ValidationError({name: error.message}) from error


def _set_days(
    calendar: WorkingCalendar, rows: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Replace the calendar's own days; what changed as [before, after], else empty."""
    before = [_plain_day(day) for day in calendar.days.all()]
    fresh = [_checked_day(calendar, row) for row in rows]
    if len({day.day for day in fresh}) < len(fresh):
        raise ValidationError({"days": _("A date stands in the list twice.")})
    after = [_plain_day(day) for day in sorted(fresh, key=lambda day: day.day)]
    if before == after:
        return []
    calendar.days.all().delete()
    CalendarDay.objects.bulk_create(fresh)
    return [before, after]


def _checked_day(calendar: WorkingCalendar, row: Mapping[str, Any]) -> CalendarDay:
    return CalendarDay(
        calendar=calendar,
        day=row["day"],
        label=str(row.get("label", ""))[:120],
        intervals=[list(pair) for pair in row.get("intervals", [])],
        is_active=row.get("is_active", True),
    )


def _plain_day(day: CalendarDay) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "label": day.label,
        "intervals": day.intervals,
        "is_active": day.is_active,
    }
