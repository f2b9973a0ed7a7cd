"""Reading numbers as people write them: separators, signs and currencies.

Pure. Whether a column's decimals stand behind a point or a comma is declared, or shown
by the column; without a sign either way it is a point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "$": "USD", "US$": "USD"}
_CODES = frozenset(
    "AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HUF "
    "IDR ILS INR ISK JOD JPY KES KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP "
    "PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD TZS UAH UGX USD UYU VND XAF "
    "XOF ZAR".split()
)
_CURRENCY = re.compile(r"(US\$|[€£¥₹$]|[A-Z]{3}(?![A-Za-z]))")
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?")
_NUMBER_LIKE = re.compile(r"[-+−(]?\d*[.,][\d.,]*\d\)?-?")
_GROUPED = {
    ".": re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?"),
    ",": re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?"),
}
_UNGROUPED = {".": re.compile(r"\d*\.?\d+|\d+\."), ",": re.compile(r"\d*,?\d+|\d+,")}


class NotANumber(ValueError):
    """The text is no number; the message continues “… is”."""


@dataclass(frozen=True)
class Amount:
    """A number and the currency written beside it, if any."""

    number: Decimal
    currency: str = ""


class DecimalEvidence:
    """Whether a column's values use a decimal point or a decimal comma."""

    def __init__(self) -> None:
        self.votes: set[str] = set()

    def add(self, text: str) -> None:
        """Take one value into account; “1,234” could be either and is no evidence."""
        text = _SPACES.sub("", _CURRENCY.sub("", text))
        if not _NUMBER_LIKE.fullmatch(text):
            return
        comma, point = text.rfind(","), text.rfind(".")
        if comma >= 0 and point >= 0:
            self.votes.add("," if comma > point else ".")
            return
        sign = "," if comma >= 0 else "."
        other = "." if sign == "," else ","
        before, _, behind = text.rpartition(sign)
        if sign in before:
            self.votes.add(other)
        elif _leading_digits(behind) != 3 or not _has_group_before(before):
            self.votes.add(sign)

    def verdict(self) -> str:
        """The decimal sign the column shows; empty when it shows none or both."""
        return next(iter(self.votes)) if len(self.votes) == 1 else ""


def _leading_digits(text: str) -> int:
    """How many digits the text begins with."""
    return len(text) - len(text.lstrip("0123456789"))


def _has_group_before(before: str) -> bool:
    """Whether one to three digits, not a bare zero, stand before the sign."""
    digits = before[len(before.rstrip("0123456789")) :]
    return 1 <= len(digits) <= 3 and digits != "0"


def read_amount(text: str, decimal: str = ".") -> Amount:
    """The number in ``text``; parentheses or a trailing minus mean negative.

    Raises :class:`NotANumber` rather than guess: groups of thousands must be groups of
    three, and only one currency may be named.
    """
    if decimal == "." and _PLAIN.fullmatch(text):
        return Amount(Decimal(text))
    currencies = _CURRENCY.findall(text)
    bare = _SPACES.sub("", _CURRENCY.sub("", text).strip())
    if len(currencies) > 1:
        raise NotANumber("names more than one currency")
    currency = _SYMBOLS.get(currencies[0], currencies[0]) if currencies else ""
    if currency and currency not in _CODES:
        raise NotANumber(f"has “{currency}” beside the number, which is no currency")
    sign, bare = _sign(bare)
    if _GROUPED[decimal].fullmatch(bare):
        bare = bare.replace("," if decimal == "." else ".", "")
    elif not _UNGROUPED[decimal].fullmatch(bare):
        word = "point" if decimal == "." else "comma"
        raise NotANumber(f"is not a number with a decimal {word}")
    return Amount(sign * Decimal(bare.replace(",", ".")), currency)


def _sign(bare: str) -> tuple[int, str]:
    bare = bare.replace("−", "-")
    if bare.startswith("(") and bare.endswith(")"):
        return -1, bare[1:-1]
    if bare.endswith("-"):
        return -1, bare[:-1]
    if bare[:1] in ("-", "+"):
        return (-1 if bare[0] == "-" else 1), bare[1:]
    return 1, bare


def whole(number: Decimal) -> int:
    """The integer; 9.0 is 9, 9.5 is refused."""
    if number != number.to_integral_value():
        raise NotANumber("is not a whole number")
    return int(number)
