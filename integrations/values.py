"""From the text of a cell to a value COPY understands, or the reason why not."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from core.spreadsheets import restored
from core.staging import NULL, escaped
from integrations.amounts import NotANumber, read_amount, whole
from integrations.dates import DateReader, NotADate
from integrations.fields import Field

_TRUE = {"true", "t", "yes", "y", "1", "on", "ja", "oui", "x", "wahr"}
_FALSE = {"false", "f", "no", "n", "0", "off", "nein", "non", "falsch"}
_AMBIGUOUS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.,])")
_EXACT = re.compile(
    r"(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)"
)
_INTEGER_LIMIT = 2_147_483_647
_CENT = Decimal("0.01")
_MONEY_LIMIT = Decimal("999999999999.99")


class BadValue(ValueError):
    """The cell cannot be this field; the message continues “… : it ”."""


@dataclass(frozen=True)
class Reading:
    """How one file's cells are to be read."""

    zone: ZoneInfo
    nulls: frozenset[str] = frozenset([""])
    orders: Mapping[str, str] = field(default_factory=dict)
    decimals: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Memo(dict[str, str]):
    """Cells already read: raw text → COPY text. ``bad`` keeps the refused ones.

    Files repeat themselves, so a column costs one dictionary look-up per cell.
    """

    LIMIT = 100_000

    def __init__(self, parse: Callable[[str], str]) -> None:
        super().__init__()
        self.parse = parse
        self.bad: dict[str, str] = {}

    def __missing__(self, raw: str) -> str:
        try:
            value = self.parse(raw)
        except ValueError as problem:
            self.bad[raw] = str(problem)
            value = NULL
        self[raw] = value
        return value

    def forget(self) -> None:
        """Keep memory bounded; called between stretches of a file."""
        if len(self) > self.LIMIT:
            self.clear()
            self.bad.clear()


def cell_parser(item: Field, reading: Reading) -> Callable[[str], str]:
    """A function from raw cell text to COPY text for this field."""
    parse = _PARSERS[item.type](item, reading)
    known = {
        key.strip().lower(): value
        for key, value in reading.values.get(item.name, {}).items()
    }
    is_required, nulls = item.is_required, reading.nulls

    def parse_cell(raw: str) -> str:
        text = raw.strip()
        if "\0" in text:
            raise BadValue("contains a NUL byte")
        if known:
            text = known.get(text.lower(), text)
        if text in nulls or text == "":
            if is_required:
                raise BadValue("is empty")
            return NULL
        return parse(text)

    return parse_cell


def _text(item: Field, reading: Reading) -> Callable[[str], str]:
    limit = item.max_length

    def parse(text: str) -> str:
        text = restored(text)
        if len(text) > limit:
            raise BadValue(f"is longer than {limit} characters")
        return escaped(text)

    return parse


def _id(item: Field, reading: Reading) -> Callable[[str], str]:
    """Ids are text; spreadsheets write whole ones as 17850.0, which means 17850."""
    parse_text = _text(item, reading)

    def parse(text: str) -> str:
        head, point, tail = text.partition(".")
        if point and head.isdecimal() and tail and not tail.strip("0"):
            text = head
        return parse_text(text)

    return parse


def _email(item: Field, reading: Reading) -> Callable[[str], str]:
    parse_text = _text(item, reading)

    def parse(text: str) -> str:
        before, at, domain = text.rpartition("@")
        if not (before and at and "." in domain) or any(ch.isspace() for ch in text):
            raise BadValue("is not an e-mail address")
        return parse_text(text)

    return parse


def _zone(item: Field, reading: Reading) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in available_timezones():
            raise BadValue("is not a time zone")
        return text

    return parse


def _integer(item: Field, reading: Reading) -> Callable[[str], str]:
    number = _bounded(item, reading)

    def parse(text: str) -> str:
        value = whole(number(text))
        if abs(value) > _INTEGER_LIMIT:
            raise BadValue("is too large")
        return str(value)

    return parse


def _number(item: Field, reading: Reading) -> Callable[[str], str]:
    number = _bounded(item, reading)

    def parse(text: str) -> str:
        value = float(number(text))
        if not math.isfinite(value):
            raise BadValue("is too large")
        return str(value)

    return parse


def _money(item: Field, reading: Reading) -> Callable[[str], str]:
    number = _bounded(item, reading, with_currency=True)

    def parse(text: str) -> str:
        value = number(text)
        if abs(value) > _MONEY_LIMIT:
            raise BadValue("is too large")
        # Kept as it will be stored, so that a second run finds the same amount.
        return str(value.quantize(_CENT, ROUND_HALF_UP))

    return parse


def _bounded(
    item: Field, reading: Reading, *, with_currency: bool = False
) -> Callable[[str], Decimal]:
    decimal = reading.decimals.get(item.beside or item.name, "")
    # A plain measurement may well have three decimals; a count or an amount has not.
    is_guarded = not decimal and item.type != "number"
    decimal = decimal or "."
    low, high = item.minimum, item.maximum

    def read(text: str) -> Decimal:
        if len(text) > 60:
            raise NotANumber("is too long for a number")
        amount = read_amount(text, decimal)
        if is_guarded and _AMBIGUOUS.search(text):
            raise NotANumber("could mean thousands; declare the decimal sign")
        if amount.currency and not with_currency:
            raise NotANumber("has a currency where a plain number belongs")
        if low is not None and amount.number < low:
            raise NotANumber(f"is less than {low:g}")
        if high is not None and amount.number > high:
            raise NotANumber(f"is more than {high:g}")
        return amount.number

    return read


def _currency(item: Field, reading: Reading) -> Callable[[str], str]:
    """A currency of its own, or the one written beside an amount."""
    if item.beside:
        decimal = reading.decimals.get(item.beside, "") or "."
        return lambda text: _beside(text, decimal)

    def parse(text: str) -> str:
        code = text.upper()
        if len(code) != 3 or not code.isascii() or not code.isalpha():
            raise BadValue("is not a three-letter currency")
        return code

    return parse


def _beside(text: str, decimal: str) -> str:
    try:
        return read_amount(text, decimal).currency or NULL
    except NotANumber:
        return NULL


def _date(item: Field, reading: Reading) -> Callable[[str], str]:
    reader = DateReader(reading.orders.get(item.name, "YMD"), reading.zone)

    def parse(text: str) -> str:
        day = reader.day(text)
        if not 1900 <= day.year <= 2200:
            raise NotADate("lies outside the years 1900 to 2200")
        return day.isoformat()

    return parse


def _instant(item: Field, reading: Reading) -> Callable[[str], str]:
    reader = DateReader(reading.orders.get(item.name, "YMD"), reading.zone)

    def parse(text: str) -> str:
        if _EXACT.fullmatch(text) and _is_moment(text):
            return text  # the database reads it as we would
        moment = reader.instant(text)
        if not 1900 <= moment.year <= 2200:
            raise NotADate("lies outside the years 1900 to 2200")
        return moment.isoformat()

    return parse


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _flag(item: Field, reading: Reading) -> Callable[[str], str]:
    def parse(text: str) -> str:
        word = text.lower()
        if word in _TRUE or word == "1.0":
            return "t"
        if word in _FALSE or word == "0.0":
            return "f"
        raise BadValue("is neither yes nor no")

    return parse


def _choice(item: Field, reading: Reading) -> Callable[[str], str]:
    def parse(text: str) -> str:
        word = text.lower().replace(" ", "_").replace("-", "_")
        if word not in item.choices:
            raise BadValue(f"is none of {', '.join(item.choices)}")
        return word

    return parse


def _option(item: Field, reading: Reading) -> Callable[[str], str]:
    """One of somebody's own words, in their own spelling."""
    known = {word.lower(): escaped(word) for word in item.choices}

    def parse(text: str) -> str:
        if text.lower() not in known:
            raise BadValue(f"is none of {', '.join(item.choices)}")
        return known[text.lower()]

    return parse


def _list(item: Field, reading: Reading) -> Callable[[str], str]:
    def parse(text: str) -> str:
        parts = [restored(part.strip()) for part in text.replace("|", ";").split(";")]
        parts = [part for part in parts if part]
        if any(len(part) > item.max_length for part in parts):
            raise BadValue(f"has a part longer than {item.max_length} characters")
        if item.maximum is not None and len(parts) > item.maximum:
            raise BadValue(f"has more than {item.maximum:g} parts")
        quoted = (part.replace("\\", r"\\").replace('"', r"\"") for part in parts)
        return escaped("{" + ",".join(f'"{part}"' for part in quoted) + "}")

    return parse


@lru_cache(maxsize=1)
def _sentiment_analyzer() -> Any:
    """The lexicon takes a moment to load, so only files with comments pay for it."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def _sentiment(item: Field, reading: Reading) -> Callable[[str], str]:
    """How the words sound, −1 to 1, once per row at import."""

    def parse(text: str) -> str:
        scores = _sentiment_analyzer().polarity_scores(restored(text)[:5000])
        return str(scores["compound"])

    return parse


_PARSERS: dict[str, Callable[[Field, Reading], Callable[[str], str]]] = {
    "text": _text,
    "id": _id,
    "email": _email,
    "zone": _zone,
    "integer": _integer,
    "number": _number,
    "money": _money,
    "currency": _currency,
    "date": _date,
    "instant": _instant,
    "flag": _flag,
    "choice": _choice,
    "option": _option,
    "list": _list,
    "sentiment": _sentiment,
}
