"""A promise tried out: JSON in, JSON out, nothing stored.

Reads a calendar, a start, a target and pauses, and answers when the target falls
due, and with `done_at` whether it was met. Times carry their UTC offset. *Late by*
is all the time between due and done, open or not.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.numbers import clean
from core.working_time import (
    SEARCH_LIMIT,
    CalendarNeverOpens,
    MinuteInterval,
    NeverDue,
    Pause,
    Segment,
    WorkingCalendar,
    disjoint_pauses,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT_WARN_PERCENT = 75.0
YEARS = range(1970, 2200)
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)

Json = dict[str, object]


class InvalidField(ValueError):
    """A field of the request that cannot be read; `field` is its path."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(f"{field}: {message}")


class MissingField(InvalidField):
    """A field that must be there and is not."""


class MissingOffset(InvalidField):
    """A time that does not say its UTC offset."""


@dataclass(frozen=True)
class _Request:
    calendar: WorkingCalendar
    start: datetime
    target_seconds: float
    warn_percent: float
    pauses: tuple[Pause, ...]
    done_at: datetime | None


def preview(body: Mapping[str, object]) -> Json:
    """The answer of the SLA preview; `InvalidField` names what cannot be read."""
    request = _read_request(body)
    calendar, start, pauses = request.calendar, request.start, request.pauses
    warn_seconds = request.target_seconds * request.warn_percent / 100
    try:
        due_at = calendar.due_at(start, request.target_seconds, pauses)
        warn_at = calendar.due_at(start, warn_seconds, pauses)
    except NeverDue as error:
        raise InvalidField("target_minutes", str(error)) from error
    return {
        "due_at": _iso(due_at),
        "warn_at": _iso(warn_at),
        **_verdict(request, due_at),
        "segments": _segments(request, due_at),
    }


def _verdict(request: _Request, due_at: datetime | None) -> Json:
    verdict: Json = {
        "open_minutes_until_done": None,
        "paused_minutes": _paused_minutes(request),
        "met": None,
        "late_by_seconds": None,
    }
    done_at = request.done_at
    if done_at is not None:
        ran = request.calendar.explain(request.start, done_at, request.pauses)
        # No due time means that a pause still runs with target left to use.
        late = 0.0 if due_at is None else (done_at - due_at).total_seconds()
        verdict["open_minutes_until_done"] = _minutes(ran, "running")
        verdict["met"] = late <= 0
        verdict["late_by_seconds"] = _whole_if_possible(max(late, 0.0))
    return verdict


def _paused_minutes(request: _Request) -> float | None:
    """Open time inside the pauses, up to `done_at`; unknown while one still runs."""
    pauses = disjoint_pauses(request.pauses)
    end = request.done_at
    if end is None and pauses:
        end = pauses[-1].end
        if end is None:
            return None
    if end is None:
        return 0
    return _minutes(request.calendar.explain(request.start, end, pauses), "paused")


def _segments(request: _Request, due_at: datetime | None) -> list[Json]:
    """The clock from start to done, else to due, else to the pause still running."""
    end = request.done_at or due_at
    still_running = None
    if end is None:
        still_running = disjoint_pauses(request.pauses)[-1]
        end = max(still_running.start, request.start)
    told = request.calendar.explain(request.start, end, request.pauses)
    rows: list[Json] = [
        {
            "kind": segment.kind,
            "start": _iso(segment.start),
            "end": _iso(segment.end),
            "seconds": _whole_if_possible(segment.seconds),
        }
        for segment in told
    ]
    if still_running is not None:
        rows.append(
            {"kind": "paused", "start": _iso(end), "end": None, "seconds": None}
        )
    return rows


def _minutes(segments: Sequence[Segment], kind: str) -> float:
    seconds = sum(segment.seconds for segment in segments if segment.kind == kind)
    return _whole_if_possible(seconds / 60)


def _whole_if_possible(value: float) -> float:
    value = clean(value)
    return int(value) if value.is_integer() else value


def _iso(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _read_request(body: Mapping[str, object]) -> _Request:
    allowed = (
        "calendar",
        "start",
        "target_minutes",
        "warn_percent",
        "pauses",
        "done_at",
    )
    _refuse_others(body, allowed, "")
    start = _read_time(_required(body, "start"), "start")
    done_at = None
    if body.get("done_at") is not None:
        done_at = _read_time(body["done_at"], "done_at")
        if not start <= done_at <= start + SEARCH_LIMIT:
            raise InvalidField(
                "done_at", "This must lie within ten years of the start."
            )
    percent = _read_number(
        _optional(body, "warn_percent", DEFAULT_WARN_PERCENT), "warn_percent"
    )
    if percent > 100:
        raise InvalidField("warn_percent", "This must be at most 100.")
    minutes = _read_number(_required(body, "target_minutes"), "target_minutes")
    if minutes * 60 > SEARCH_LIMIT.total_seconds():
        raise InvalidField("target_minutes", "This must be at most ten years.")
    return _Request(
        calendar=read_calendar(_required(body, "calendar")),
        start=start,
        target_seconds=minutes * 60,
        warn_percent=percent,
        pauses=_read_pauses(_optional(body, "pauses", ()), "pauses", start),
        done_at=done_at,
    )


def read_calendar(data: object, path: str = "calendar") -> WorkingCalendar:
    """A calendar from its JSON form; `InvalidField` names what cannot be read."""
    fields = _mapping(data, path)
    allowed = ("timezone", "weekly", "always_open", "holidays", "overrides")
    _refuse_others(fields, allowed, f"{path}.")
    zone = _required(fields, "timezone", f"{path}.")
    always_open = _optional(fields, "always_open", False)
    if not isinstance(always_open, bool):
        raise InvalidField(f"{path}.always_open", "This must be true or false.")
    weekly = _mapping(_optional(fields, "weekly", {}), f"{path}.weekly")
    _refuse_others(weekly, WEEKDAYS, f"{path}.weekly.")
    overrides = _mapping(_optional(fields, "overrides", {}), f"{path}.overrides")
    holidays = _list(_optional(fields, "holidays", ()), f"{path}.holidays")
    try:
        return WorkingCalendar(
            timezone=_read_zone(zone, f"{path}.timezone"),
            weekly={
                WEEKDAYS.index(name): _read_hours(hours, f"{path}.weekly.{name}")
                for name, hours in weekly.items()
            },
            always_open=always_open,
            holidays=frozenset(
                _read_date(day, f"{path}.holidays[{index}]")
                for index, day in enumerate(holidays)
            ),
            overrides={
                _read_date(day, f"{path}.overrides.{day}"): _read_hours(
                    hours, f"{path}.overrides.{day}"
                )
                for day, hours in overrides.items()
            },
        )
    except CalendarNeverOpens as error:
        raise InvalidField(path, str(error)) from error


def _read_zone(value: object, path: str) -> str:
    # ZoneInfo raises different errors for unknown names, odd keys and folders.
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidField(path, f"“{value}” is not a time zone.") from error


def _read_hours(data: object, path: str) -> tuple[MinuteInterval, ...]:
    hours = []
    for index, item in enumerate(_list(data, path)):
        place = f"{path}[{index}]"
        pair = _list(item, place)
        if len(pair) != 2:
            raise InvalidField(place, "Hours are a pair: from and to.")
        start = _read_clock_time(pair[0], place)
        end = 24 * 60 if pair[1] == "24:00" else _read_clock_time(pair[1], place)
        # An end that is not after its start runs into the next day.
        hours.append((start, end if end > start else end + 24 * 60))
    return tuple(hours)


def _read_clock_time(value: object, path: str) -> int:
    match = CLOCK_TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise InvalidField(path, f"“{value}” is not a time of day like 09:30.")
    return int(match[1]) * 60 + int(match[2])


def _read_pauses(data: object, path: str, start: datetime) -> tuple[Pause, ...]:
    pauses = []
    for index, item in enumerate(_list(data, path)):
        place = f"{path}[{index}]"
        pair = _list(item, place)
        if len(pair) != 2:
            raise InvalidField(place, "A pause is a pair: start and end.")
        begins = _read_time(pair[0], place)
        ends = None if pair[1] is None else _read_time(pair[1], place)
        if ends is not None and not begins <= ends <= start + SEARCH_LIMIT:
            raise InvalidField(
                place, "A pause ends after it starts and within ten years."
            )
        pauses.append(Pause(begins, ends))
    return tuple(pauses)


def _read_time(value: object, path: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None:
        raise InvalidField(path, f"“{value}” is not a time like 2026-01-16T17:30:00Z.")
    if instant.tzinfo is None:
        raise MissingOffset(path, "A time needs its UTC offset.")
    if instant.year not in YEARS:
        raise InvalidField(path, "The year must lie from 1970 to 2199.")
    return instant.astimezone(UTC)


def _read_date(value: object, path: str) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidField(path, f"“{value}” is not a date like 2026-12-25.")
    return day


def _read_number(value: object, path: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not isinstance(value, int | float):
        raise InvalidField(path, "This must be a number.")
    if not 0 < value < math.inf:
        raise InvalidField(path, "This must be more than 0.")
    return float(value)


def _mapping(data: object, path: str) -> Mapping[str, object]:
    if not isinstance(data, Mapping):
        raise InvalidField(path, "This must be an object.")
    return data


def _list(data: object, path: str) -> Sequence[object]:
    if not isinstance(data, list | tuple):
        raise InvalidField(path, "This must be a list.")
    return data


def _optional(fields: Mapping[str, object], name: str, default: object) -> object:
    value = fields.get(name)
    return default if value is None else value


def _required(fields: Mapping[str, object], name: str, prefix: str = "") -> object:
    if fields.get(name) is None:
        raise MissingField(f"{prefix}{name}", "This field is required.")
    return fields[name]


def _refuse_others(
    fields: Mapping[str, object], allowed: Sequence[str], prefix: str
) -> None:
    for name in fields:
        if name not in allowed:
            raise InvalidField(f"{prefix}{name}", "Unknown field.")
