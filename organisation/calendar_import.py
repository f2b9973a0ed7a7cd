"""Days off from an iCal file. Reads only; the services put them into a calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from time import thread_time
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from icalendar import Calendar

from organisation.calendars import WEEKDAYS, YEARS_AHEAD, minute_intervals

MOST_BYTES = 1_000_000
MOST_EVENTS = 2_000
MOST_DAYS = 2_000
#: Computing time; honest files need a fraction of a second.
MOST_SECONDS = 4.0
#: An event that goes on longer than this is no holiday.
LONGEST = timedelta(days=366)
_DAY = 24 * 60
#: What repeats more often than daily is no holiday, and takes for ever to spell out.
_REPEATS = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
_WITHIN_A_DAY = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})

Moment = date | datetime
Row = dict[str, Any]


def read_days(
    data: bytes,
    *,
    weekly: Mapping[str, Sequence[Sequence[str]]],
    timezone: str,
    today: date,
) -> list[Row]:
    """Closed days and short days, from the year before until ten years ahead.

    An all-day event closes its days; a timed one takes its hours out of the weekly
    ones. Repeating events are spelt out. Raises ValidationError in plain words.
    """
    first = date(today.year - 1, 1, 1)
    last = date(today.year + YEARS_AHEAD, 12, 31)
    zone = ZoneInfo(timezone)
    rows: dict[date, Row] = {}
    for label, start, end in _occurrences(_events(data), first, last):
        for day, shut in _shut(start, end, zone):
            if first <= day <= last:
                _close(rows, day, shut, label, weekly)
        if len(rows) > MOST_DAYS:
            raise _refused(_("The file names more than 2,000 days."))
    found = [rows[day] for day in sorted(rows) if _differs(rows[day], weekly)]
    if not found:
        raise _refused(_("The file closes no open hours from last year on."))
    return found


def _differs(row: Row, weekly: Mapping[str, Sequence[Sequence[str]]]) -> bool:
    hours = weekly.get(WEEKDAYS[row["day"].weekday()], [])
    return bool(row["intervals"] != [list(pair) for pair in hours])


def _events(data: bytes) -> list[Any]:
    if len(data) > MOST_BYTES:
        raise _refused(_("The file is larger than 1 MB."))
    try:
        found = Calendar.from_ical(data)
        events = [
            event
            for event in found.walk("VEVENT")
            if str(event.get("STATUS", "")).upper() != "CANCELLED"
        ]
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise _refused(_("This is not an iCal file (.ics).")) from error
    if not events:
        raise _refused(_("The file holds no events."))
    if len(events) > MOST_EVENTS:
        raise _refused(_("The file holds more than 2,000 events."))
    return events


def _occurrences(
    events: Iterable[Any], first: date, last: date
) -> Iterator[tuple[str, Moment, Moment]]:
    """Each event as often as it happens: label, start and end."""
    begun = thread_time()
    for event in events:
        label = str(event.get("SUMMARY", "")).strip()[:120]
        try:
            start = event.decoded("DTSTART")
            length = _end_of(event, start) - start
            starts = _starts(event, start, first, last)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            words = _("The event “%(label)s” cannot be read.") % {"label": label}
            raise _refused(words) from error
        if not timedelta() <= length <= LONGEST:
            words = _("The event “%(label)s” lasts longer than a year.")
            raise _refused(words % {"label": label})
        for each in [*starts, None]:
            if thread_time() - begun > MOST_SECONDS:
                raise _refused(_("The repeating events take too long to spell out."))
            if each is not None:
                yield label, each, each + length


def _end_of(event: Any, start: Moment) -> Moment:
    if "DTEND" in event:
        found: Moment = event.decoded("DTEND")
        return found
    if "DURATION" in event:
        return start + event.decoded("DURATION")
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def _starts(event: Any, start: Moment, first: date, last: date) -> list[Moment]:
    if "RRULE" not in event:
        return [start]
    begin = start
    if not isinstance(begin, datetime):
        begin = datetime.combine(start, time())
    is_timed, zone = isinstance(start, datetime), begin.tzinfo
    naive = begin.replace(tzinfo=None)
    rule = event["RRULE"].copy()
    _refuse_endless(rule)
    # A local recurrence ends on a local day; its offset does not matter to a day off.
    if until := rule.get("UNTIL"):
        moment = until[0]
        day = moment.date() if isinstance(moment, datetime) else moment
        rule["UNTIL"] = [datetime.combine(day, time(23, 59))]
    found = rrulestr(rule.to_ical().decode().replace("Z", ""), dtstart=naive)
    skipped = _skipped(event)
    moments = found.between(
        datetime.combine(first, time()) - LONGEST,
        datetime.combine(last, time(23, 59)),
        inc=True,
    )
    return [
        moment.replace(tzinfo=zone) if is_timed else moment.date()
        for moment in moments
        if moment.date() not in skipped
    ]


def _refuse_endless(rule: Any) -> None:
    """Raise ValueError for a rule that has no end, or too many moments in a day."""
    is_daily = {str(word).upper() for word in rule["FREQ"]} <= _REPEATS
    steps = [int(step) for step in rule.get("INTERVAL", [1])]
    if not is_daily or min(steps) < 1 or _WITHIN_A_DAY & {str(k).upper() for k in rule}:
        raise ValueError


def _skipped(event: Any) -> set[date]:
    """Days on which a repeating event does not happen."""
    found = event.get("EXDATE", [])
    lists = found if isinstance(found, list) else [found]
    moments = [item.dt for each in lists for item in each.dts]
    return {
        moment.date() if isinstance(moment, datetime) else moment for moment in moments
    }


def _shut(
    start: Moment, end: Moment, zone: ZoneInfo
) -> Iterator[tuple[date, tuple[int, int]]]:
    """Each local day an event touches, with the minutes it is shut."""
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        whole = start
        while whole < end:
            yield whole, (0, _DAY)
            whole += timedelta(days=1)
        return
    opens = _local(start, zone)
    closes = _local(end, zone)
    day = opens.date()
    while day <= closes.date():
        midnight = datetime.combine(day, time())
        begin = max((opens - midnight).total_seconds() // 60, 0)
        finish = min((closes - midnight).total_seconds() // 60, _DAY)
        if begin < finish:
            yield day, (int(begin), int(finish))
        day += timedelta(days=1)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Wall-clock time in the calendar's zone; times without a zone are meant so."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone)
    return moment.replace(tzinfo=None)


def _close(
    rows: dict[date, Row],
    day: date,
    shut: tuple[int, int],
    label: str,
    weekly: Mapping[str, Sequence[Sequence[str]]],
) -> None:
    """Take shut minutes out of the hours a day has left."""
    row = rows.get(day)
    if row is None:
        hours = weekly.get(WEEKDAYS[day.weekday()], [])
        hours = [list(pair) for pair in hours]
        row = rows[day] = {"day": day, "label": label, "intervals": hours}
    elif label and label not in row["label"]:
        row["label"] = f"{row['label']}, {label}"[:120]
    left = []
    for begin, finish in minute_intervals(row["intervals"]):
        if begin < shut[0]:
            left.append((begin, min(finish, shut[0])))
        # An overnight tail belongs to its start day and ends with a whole day off.
        if shut[1] < finish and shut != (0, _DAY):
            left.append((max(begin, shut[1]), finish))
    row["intervals"] = [[_clock(begin), _clock(finish)] for begin, finish in left]


def _clock(minutes: int) -> str:
    if minutes == _DAY:
        return "24:00"
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _refused(words: str) -> ValidationError:
    return ValidationError({"file": words})
