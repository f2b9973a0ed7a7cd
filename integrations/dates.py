"""The order of day, month and year, proven by a whole column, and reading dates.

Pure: neither Django nor the database. A four-digit year in front is always
year-month-day; ``03-04-2024`` says nothing by itself, so the column must prove its
order or its mapping must declare it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

ORDERS = {"DMY": "day first", "MDY": "month first", "YMD": "year first"}

_NUMERIC = re.compile(r"(\d{1,4})([-/. ])(\d{1,2})\2(\d{1,4})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)")
_NAMED_DAY_FIRST = re.compile(r"(\d{1,2})[-. ]+([A-Za-z]{3,9})\.?[-, ]+(\d{4})(?!\d)")
_NAMED_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? +(\d{1,2}),? +(\d{4})(?!\d)")
_TIME = re.compile(
    r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"(?:\s*([AaPp])\.?[Mm]\.?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
)
_MONTHS = ("jan feb mar apr may jun jul aug sep oct nov dec").split()


class NotADate(ValueError):
    """The text is no date in this order; the message says what it is not."""


class AmbiguousDates(ValueError):
    """The column reads in more than one way, or in none; the message names them."""


def readings(text: str) -> dict[str, date]:
    """Every way the date part of ``text`` can be read, by order of its parts."""
    certain = _certain_date(text)
    if certain is not None:
        return dict.fromkeys(ORDERS, certain)
    match = _NUMERIC.match(text)
    if match is None:
        return {}
    first, middle, last = match[1], match[3], match[4]
    found = {}
    if len(first) <= 2 and len(last) in (2, 4):
        found["DMY"] = _day(last, middle, first)
        found["MDY"] = _day(last, first, middle)
    if len(first) == 2 and len(last) == 2:
        found["YMD"] = _day(first, middle, last)
    return {order: day for order, day in found.items() if day is not None}


def _certain_date(text: str) -> date | None:
    """The date where nothing is left to prove: year in front, or a named month."""
    match = _NUMERIC.match(text)
    if match is not None:
        return _day(match[1], match[3], match[4]) if len(match[1]) == 4 else None
    if match := _COMPACT.match(text):
        return _day(match[1], match[2], match[3])
    if match := _NAMED_DAY_FIRST.match(text):
        return _day(match[3], _month(match[2]), match[1])
    if match := _NAMED_MONTH_FIRST.match(text):
        return _day(match[3], _month(match[1]), match[2])
    return None


def _month(name: str) -> str:
    short = name[:3].lower()
    return str(_MONTHS.index(short) + 1) if short in _MONTHS else "0"


def _day(year: str, month: str, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= 69 else 2000
    elif len(year) != 4:
        return None
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


@dataclass
class Evidence:
    """What a column's values say about the order of its dates."""

    column: str
    possible: set[str] = field(default_factory=lambda: set(ORDERS))
    against: dict[str, tuple[int, str]] = field(default_factory=dict)
    differing: dict[frozenset[str], tuple[int, str]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    is_empty: bool = True

    def add(self, row_no: int, text: str) -> None:
        """Take one value into account; what reads in no way at all is no evidence."""
        found = readings(text)
        if not found:
            return
        self.is_empty = False
        for order in ORDERS:
            if order not in found:
                self.possible.discard(order)
                self.against.setdefault(order, (row_no, text))
        orders = list(found)
        for index, one in enumerate(orders):
            for other in orders[index + 1 :]:
                if found[one] != found[other]:
                    pair = frozenset((one, other))
                    self.differing.setdefault(pair, (row_no, text))

    def add_many(self, row_nos: Sequence[int], texts: Sequence[str]) -> None:
        """The same for a stretch of the column; values met before cost nothing."""
        if {text[:12] for text in texts} <= self.seen:
            return
        for row_no, text in zip(row_nos, texts, strict=True):
            head = text[:12]
            if head not in self.seen:
                self.seen.add(head)
                self.add(row_no, text.strip())
        if len(self.seen) > 200_000:
            self.seen.clear()

    def verdict(self) -> str:
        """The proven order. Raises :class:`AmbiguousDates` when nothing proves one."""
        if self.is_empty:
            return "YMD"
        if not self.possible:
            raise AmbiguousDates(self._contradiction())
        remaining = [order for order in ORDERS if order in self.possible]
        for pair, (row_no, text) in self.differing.items():
            if pair <= self.possible:
                raise AmbiguousDates(self._ambiguity(sorted(pair), row_no, text))
        return remaining[0]

    def _ambiguity(self, orders: list[str], row_no: int, text: str) -> str:
        found = readings(text)
        said = " or ".join(
            f"{_said(found[order])} ({ORDERS[order]}, {order})" for order in orders
        )
        declared = " or ".join(f'"{order}"' for order in orders)
        return (
            f"The dates in “{self.column}” can be read in two ways: “{text}” in row "
            f"{row_no} is {said}, and no value in the column decides it. "
            f"Declare the date format as {declared}."
        )

    def _contradiction(self) -> str:
        day_row, day_text = self.against.get("MDY", (0, ""))
        month_row, month_text = self.against.get("DMY", (0, ""))
        return (
            f"The dates in “{self.column}” do not follow one order: “{day_text}” in "
            f"row {day_row} cannot be month first (MDY) and “{month_text}” in row "
            f"{month_row} cannot be day first (DMY). Declare the date format; rows "
            "that do not follow it will then be rejected one by one."
        )


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True)
class DateReader:
    """Reads the dates and instants of one column whose order is known.

    ``order`` is DMY, MDY, YMD or a strptime format; naive times are in ``zone``.
    """

    order: str
    zone: tzinfo

    def instant(self, text: str) -> datetime:
        """The moment in UTC; a date alone is its midnight in the zone."""
        moment = self._read(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        return moment.astimezone(UTC)

    def day(self, text: str) -> date:
        """The date; a moment with an offset is first brought into the zone."""
        moment = self._read(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(self.zone)
        return moment.date()

    def _read(self, text: str) -> datetime:
        try:
            return self._by_format(text) if "%" in self.order else self._by_order(text)
        except OverflowError:
            raise NotADate(f"“{text}” is out of range") from None

    def _by_format(self, text: str) -> datetime:
        try:
            return datetime.strptime(text, self.order)  # noqa: DTZ007 - zone follows
        except ValueError:
            raise NotADate(f"does not follow the date format {self.order}") from None

    def _by_order(self, text: str) -> datetime:
        if text[4:5] == "-":  # ISO 8601 has one meaning; the usual case, and quick
            try:
                return datetime.fromisoformat(text)
            except ValueError:
                pass
        found = readings(text)
        if self.order not in found:
            raise NotADate(f"is not a date ({ORDERS[self.order]})")
        rest = text[_date_length(text) :]
        match = _TIME.fullmatch(rest.rstrip())
        if match is None:
            raise NotADate("has something behind the date that is not a time")
        return _with_time(found[self.order], match)


def _date_length(text: str) -> int:
    for pattern in (_NUMERIC, _COMPACT, _NAMED_DAY_FIRST, _NAMED_MONTH_FIRST):
        if match := pattern.match(text):
            return match.end()
    return 0


def _with_time(day: date, match: re.Match[str]) -> datetime:
    hour, minute, second = (int(match[index] or 0) for index in (1, 2, 3))
    if match[5]:
        if not 1 <= hour <= 12:
            raise NotADate("has an hour that does not exist")
        hour = hour % 12 + (12 if match[5] in "pP" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise NotADate("has a time that does not exist")
    micro = int((match[4] or "0")[:6].ljust(6, "0"))
    return datetime(
        day.year, day.month, day.day, hour, minute, second, micro, _offset(match[6])
    )


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    size = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if size >= timedelta(hours=24):
        raise NotADate("has an offset that does not exist")
    return timezone(size if text[0] == "+" else -size)
