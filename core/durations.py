"""Lengths of time as people write them: "4 h", "1 h 30 min", "2 d". Pure."""

from __future__ import annotations

import re

_UNITS = {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
_WORDS = {
    "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words}
_PART = re.compile(r"(\d{1,6}(?:[.,]\d{1,2})?)\s*([a-z]+)")


class NoDuration(ValueError):
    """The text is not a length of time."""


def minutes_of(text: str) -> int:
    """Whole minutes of "4 h", "1 h 30 min", "2 d" (24 hours each) or "1.5 h".

    Raises NoDuration for anything else, and for parts of minutes.
    """
    rest = text.strip().lower()
    found = _PART.findall(rest)
    if not found or _PART.sub("", rest).strip(" ,"):
        raise NoDuration(text)
    total = 0.0
    for number, word in found:
        if word not in _UNIT_OF:
            raise NoDuration(text)
        total += float(number.replace(",", ".")) * _UNITS[_UNIT_OF[word]]
    if total != round(total):
        raise NoDuration(text)
    return round(total)


def duration_text(minutes: int) -> str:
    """240 → "4 h"; what :func:`minutes_of` reads back as the same."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return " ".join(parts)
