"""What the page of a calendar shows: its week, its holidays, a promise tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext as _

from core.working_time_preview import WEEKDAYS, InvalidField, preview
from organisation.calendar_forms import WEEKDAY_WORDS, TryForm
from organisation.calendars import minute_intervals
from organisation.models import WorkingCalendar

_DAY = 24 * 60


@dataclass(frozen=True)
class Bar:
    """Open minutes of a weekday as percentages of the day: left edge and width."""

    word: str
    hours: str
    spans: list[tuple[float, float]]


def week_bars(calendar: WorkingCalendar) -> list[Bar]:
    """Each weekday with its hours; what runs past midnight shows on the next day."""
    spans: dict[int, list[tuple[float, float]]] = {n: [] for n in range(7)}
    hours: dict[int, str] = {}
    for number, name in enumerate(WEEKDAYS):
        pairs = calendar.weekly.get(name, [])
        if calendar.is_always_open:
            pairs = [["00:00", "24:00"]]
        hours[number] = ", ".join(f"{opens}–{closes}" for opens, closes in pairs)
        for opens, closes in minute_intervals(pairs):
            spans[number].append(_share(opens, min(closes, _DAY)))
            if closes > _DAY:
                spans[(number + 1) % 7].append(_share(0, closes - _DAY))
    return [
        Bar(str(word), hours[number] or _("closed"), spans[number])
        for number, word in enumerate(WEEKDAY_WORDS)
    ]


def _share(opens: int, closes: int) -> tuple[float, float]:
    return round(opens * 100 / _DAY, 2), round((closes - opens) * 100 / _DAY, 2)


def coming_holidays(calendar: WorkingCalendar, today: date) -> list[tuple[date, str]]:
    """Public holidays of this year and the next from today on, with their names."""
    if not calendar.holiday_country:
        return []
    found = holidays.country_holidays(
        calendar.holiday_country,
        subdiv=calendar.holiday_region or None,
        years=(today.year, today.year + 1),
    )
    return sorted((day, name) for day, name in found.items() if day >= today)


@dataclass(frozen=True)
class Trial:
    """The answer to a promise tried out, in the calendar's own time."""

    due_at: datetime | None
    warn_at: datetime | None
    met: bool | None
    late_seconds: float
    segments: list[dict[str, Any]]


def tried(form: TryForm, definition: Mapping[str, Any]) -> Trial | None:
    """The promise of a valid form; what the preview refuses stands in the form."""
    try:
        told: dict[str, Any] = preview(form.body(definition))
    except InvalidField as error:
        name = error.field.split("[")[0].replace("target_minutes", "target")
        form.add_error(name if name in form.fields else None, error.message)
        return None
    return Trial(
        due_at=_local(told["due_at"], form.zone),
        warn_at=_local(told["warn_at"], form.zone),
        met=told["met"],
        late_seconds=told["late_by_seconds"] or 0,
        segments=[
            segment
            | {
                "start": _local(segment["start"], form.zone),
                "end": _local(segment["end"], form.zone),
            }
            for segment in told["segments"]
        ],
    )


def _local(text: str | None, zone: ZoneInfo) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(zone)
