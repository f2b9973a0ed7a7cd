"""How numbers, money and moments are said. Pure: no Django, no clock.

Words go through the `gettext` argument, so that the template tags hand in the
reader's language and this module stays plain arithmetic. Missing values are said as
an en dash.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

MISSING = "–"
MINUS = "−"
THIN = "\N{NO-BREAK SPACE}"

Translate = Callable[[str], str]
Number = int | float | Decimal

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
SCALES = ((Decimal(10**9), "B"), (Decimal(10**6), "M"), (Decimal(10**3), "k"))

MINUTE, HOUR, DAY = 60, 3600, 86400


def gettext_noop(text: str) -> str:
    """Mark a text for translation without translating it here."""
    return text


MONTHS = (
    gettext_noop("Jan"), gettext_noop("Feb"), gettext_noop("Mar"),
    gettext_noop("Apr"), gettext_noop("May"), gettext_noop("Jun"),
    gettext_noop("Jul"), gettext_noop("Aug"), gettext_noop("Sep"),
    gettext_noop("Oct"), gettext_noop("Nov"), gettext_noop("Dec"),
)  # fmt: skip
WEEKDAYS = (
    gettext_noop("Mon"), gettext_noop("Tue"), gettext_noop("Wed"),
    gettext_noop("Thu"), gettext_noop("Fri"), gettext_noop("Sat"),
    gettext_noop("Sun"),
)  # fmt: skip


def _rounded(value: Number, places: int) -> Decimal:
    """Half-up on the decimal text of the value: 2.345 is 2.35, as people round.

    Zero has no sign, so a tiny loss is never written as "−0.0".
    """
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return rounded if rounded else abs(rounded)


def number(value: Number | None, places: int = 0) -> str:
    """Grouped by thousands, with a real minus sign: "1,050", "−3.5"."""
    if value is None:
        return MISSING
    return f"{_rounded(value, places):,}".replace("-", MINUS)


def percent(value: Number | None, places: int = 0) -> str:
    """A value on the 0–100 scale: "93 %"."""
    return MISSING if value is None else f"{number(value, places)}{THIN}%"


def signed(value: Number | None, places: int = 1) -> str:
    """Always with its sign, zero without one: "+1.7", "−14.2", "0.0"."""
    if value is None:
        return MISSING
    plus = "+" if _rounded(value, places) > 0 else ""
    return plus + number(value, places)


def score(value: Number | None) -> str:
    """A health score with its one decimal: "31.4"."""
    return number(value, 1)


def _with_currency(figure: str, currency: str) -> str:
    sign, digits = (MINUS, figure[1:]) if figure.startswith(MINUS) else ("", figure)
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{currency}{THIN}{digits}"


def money(amount: Number | None, currency: str, places: int = 0) -> str:
    """In full: "€184,000"; currencies without a sign of their own by code."""
    if amount is None:
        return MISSING
    return _with_currency(number(amount, places), currency)


def money_compact(amount: Number | None, currency: str) -> str:
    """At most three figures and a scale: "€950", "€4.2k", "€184k", "€11.6M".

    A figure below ten of its scale, and every million below a hundred, keeps one
    decimal; 999,999 is "€1.0M", never "€1000k".
    """
    if amount is None:
        return MISSING
    exact = amount if isinstance(amount, Decimal) else Decimal(str(amount))
    for scale, letter in SCALES:
        if _rounded(abs(exact) / (scale / 1000), 0) < 1000:
            continue
        limit = 10 if letter == "k" else 100
        places = 1 if abs(exact) / scale < limit else 0
        return _with_currency(number(exact / scale, places) + letter, currency)
    return money(exact, currency)


def _day_and_month(day: date, gettext: Translate) -> str:
    return f"{day.day}{THIN}{gettext(MONTHS[day.month - 1])}"


def full_date(day: date, *, gettext: Translate = str) -> str:
    """With weekday and year: "Sun 22 Nov 2026"."""
    weekday = gettext(WEEKDAYS[day.weekday()])
    return f"{weekday} {_day_and_month(day, gettext)} {day.year}"


def said_date(day: date | None, *, today: date, gettext: Translate = str) -> str:
    """As people say it: "today", "3 Nov", and the year when it is another one."""
    if day is None:
        return MISSING
    near = {
        0: gettext("today"),
        -1: gettext("yesterday"),
        1: gettext("tomorrow"),
    }.get((day - today).days)
    if near:
        return near
    short = _day_and_month(day, gettext)
    return short if day.year == today.year else f"{short} {day.year}"


def said_moment(
    moment: datetime | None, *, now: datetime, gettext: Translate = str
) -> str:
    """Day and time of day in the reader's zone: "Sun 22 Nov, 02:14"."""
    if moment is None:
        return MISSING
    day, today = moment.date(), now.date()
    said = said_date(day, today=today, gettext=gettext)
    if said == _day_and_month(day, gettext):
        said = f"{gettext(WEEKDAYS[day.weekday()])} {said}"
    return f"{said}, {moment:%H:%M}"


def duration(
    length: timedelta | Number | None, *, gettext: Translate = str, parts: int = 2
) -> str:
    """A length of time in at most two units: "45 s", "22 min", "1 h 12", "2 d 4 h"."""
    if length is None:
        return MISSING
    total = length.total_seconds() if isinstance(length, timedelta) else float(length)
    seconds = int(abs(total))
    sign = MINUS if total < 0 and seconds else ""
    days, rest = divmod(seconds, DAY)
    hours, minutes = rest // HOUR, rest % HOUR // MINUTE
    if days:
        extra = f" {hours}{THIN}{gettext('h')}" if hours and parts > 1 else ""
        text = f"{days}{THIN}{gettext('d')}{extra}"
    elif hours:
        extra = f" {minutes:02d}" if minutes and parts > 1 else ""
        text = f"{hours}{THIN}{gettext('h')}{extra}"
    elif minutes:
        text = f"{minutes}{THIN}{gettext('min')}"
    else:
        text = f"{seconds}{THIN}{gettext('s')}"
    return sign + text


def age(moment: datetime | None, *, now: datetime, gettext: Translate = str) -> str:
    """How long ago, in one unit, for the end of a row: "22 min", "9 d"."""
    if moment is None:
        return MISSING
    return duration(max(now - moment, timedelta()), gettext=gettext, parts=1)


def ago(moment: datetime | None, *, now: datetime, gettext: Translate = str) -> str:
    """How long ago in a sentence; after 30 days the date itself."""
    if moment is None:
        return MISSING
    if now - moment < timedelta(minutes=1):
        return gettext("just now")
    if now - moment > timedelta(days=30):
        return said_date(moment.date(), today=now.date(), gettext=gettext)
    return gettext("%s ago") % age(moment, now=now, gettext=gettext)


def days_until(day: date | None, *, today: date, gettext: Translate = str) -> str:
    """The way to a due date: "38 d", "today", "5 d late"."""
    if day is None:
        return MISSING
    days = (day - today).days
    if days == 0:
        return gettext("today")
    count = f"{abs(days)}{THIN}{gettext('d')}"
    return count if days > 0 else gettext("%s late") % count


def urgency(day: date | None, *, today: date, soon: int = 45) -> str:
    """ "late", "soon" (within `soon` days) or "": the class a due date is drawn in."""
    if day is None:
        return ""
    days = (day - today).days
    if days < 0:
        return "late"
    return "soon" if days <= soon else ""


def initials(name: str) -> str:
    """At most two letters for an avatar: "Mara Okafor" → "MO", "mara@x.io" → "MA"."""
    words = [word for word in name.partition("@")[0].split() if word]
    if not words:
        return "?"
    letters = words[0][:2] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()
