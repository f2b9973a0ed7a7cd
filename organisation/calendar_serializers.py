"""Shapes of working calendars in the API; hours are in the words of the SLA preview."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api import ChosenFields
from core.working_time_preview import WEEKDAYS
from organisation.models import CalendarDay, WorkingCalendar

MOST_DAYS = 2000


def hours_field() -> serializers.ListField:
    """``[["09:00", "12:00"], ["13:00", "17:00"]]``, at most ten intervals."""
    pair = serializers.ListField(
        child=serializers.CharField(max_length=5), min_length=2, max_length=2
    )
    return serializers.ListField(child=pair, max_length=10)


class DayShape(serializers.ModelSerializer):
    """A day that differs: closed without intervals, else open at these hours."""

    intervals = hours_field()

    class Meta:
        model = CalendarDay
        fields = ("day", "label", "intervals", "is_active")
        read_only_fields = fields


class CalendarShape(ChosenFields):
    """A working calendar; its public holidays follow from country and region."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    weekly = serializers.DictField(child=hours_field(), read_only=True)
    days = DayShape(many=True, read_only=True)

    class Meta:
        model = WorkingCalendar
        fields = (
            "id",
            "name",
            "timezone",
            "weekly",
            "is_always_open",
            "holiday_country",
            "holiday_region",
            "days",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class DayWrite(serializers.Serializer):
    """A day that differs."""

    day = serializers.DateField()
    label = serializers.CharField(  # type: ignore[assignment]  # a field of the row
        max_length=120, allow_blank=True, default=""
    )
    intervals = hours_field()
    is_active = serializers.BooleanField(default=True)


class WeekField(serializers.DictField):
    """Hours per weekday, ``mon`` to ``sun``."""

    child = hours_field()

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        for name in found:
            if name not in WEEKDAYS:
                raise serializers.ValidationError(
                    {name: f"Name weekdays as {', '.join(WEEKDAYS)}."}
                )
        return found


class CalendarWrite(serializers.Serializer):
    """What may be set on a calendar; ``days`` replaces all days that differ."""

    name = serializers.CharField(max_length=120)
    timezone = serializers.CharField(max_length=60)
    weekly = WeekField(required=False)
    is_always_open = serializers.BooleanField(required=False)
    holiday_country = serializers.CharField(
        max_length=2, allow_blank=True, required=False
    )
    holiday_region = serializers.CharField(
        max_length=10, allow_blank=True, required=False
    )
    days = serializers.ListField(child=DayWrite(), required=False, max_length=MOST_DAYS)
