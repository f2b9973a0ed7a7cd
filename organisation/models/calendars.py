"""Working calendars: when clocks run, and what held at which time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from core.models import Record
from organisation.models.fields import validate_timezone


class WorkingCalendar(Record):
    """A working calendar says when the clock runs: a week grid, a zone, holidays.

    ``weekly`` maps ``mon``…``sun`` to lists of ``["09:00", "17:30"]`` intervals.
    """

    name = models.CharField(max_length=120)
    timezone = models.CharField(
        max_length=60, default="UTC", validators=[validate_timezone]
    )
    weekly = models.JSONField(default=dict, blank=True)
    is_always_open = models.BooleanField(default=False)
    holiday_country = models.CharField(max_length=2, blank=True, default="")
    holiday_region = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="calendar_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDay(Record):
    """A day on which a calendar differs: closed, or open at other hours."""

    calendar = models.ForeignKey(
        WorkingCalendar, on_delete=models.CASCADE, related_name="days"
    )
    day = models.DateField()
    label = models.CharField(max_length=120, blank=True, default="")
    intervals = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "day"], name="calendar_day_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.label}"


class WorkingCalendarVersion(Record):
    """A calendar as it stood when a clock began; it never changes.

    ``definition`` is the whole calendar in the words of the SLA preview (zone, weekly
    hours, holidays spelt out as dates, days that differ), so that it reckons the same
    in three years, whatever a package of holidays says by then.
    """

    calendar = models.ForeignKey(
        WorkingCalendar, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        ordering = ["calendar", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "number"], name="calendar_version_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.calendar} v{self.number}"
