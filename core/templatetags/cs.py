"""The one template tag library: how values are said and small pictures drawn.

Pages start with `{% load i18n cs %}`. Filters say numbers and moments in the
reader's language and zone; tags draw inline SVG. What is plain markup lives in
`templates/components/`; docs/reference/components.md lists both.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, pgettext

from core import drawing, formatting
from core.toasts import undo_url_of

register = template.Library()

Number = int | float | Decimal

#: A score that moved by less is stable (the trend rule of health).
FLAT_SCORE_CHANGE = 3.0

BAND_WORDS = {
    "green": gettext_lazy("Healthy"),
    "yellow": gettext_lazy("At risk"),
    "orange": gettext_lazy("Critical"),
    "red": gettext_lazy("Churn risk"),
    "unknown": gettext_lazy("Not enough data"),
}


# --- values as text -----------------------------------------------------------


@register.filter
def number(value: Number | None, places: int = 0) -> str:
    """{{ 1050|number }} → 1,050; {{ rate|number:1 }} → 41.5."""
    return formatting.number(value, int(places))


@register.filter
def percent(value: Number | None, places: int = 0) -> str:
    """{{ 93|percent }} → 93 % (the value is on the 0–100 scale)."""
    return formatting.percent(value, int(places))


@register.filter
def signed(value: Number | None, places: int = 1) -> str:
    """{{ change|signed }} → −14.2."""
    return formatting.signed(value, int(places))


@register.filter
def score(value: Number | None) -> str:
    """{{ account.health_score|score }} → 31.4, or – when there is none."""
    return formatting.score(value)


@register.filter
def money(amount: Number | None, currency: str = "EUR") -> str:
    """{{ arr|money:"EUR" }} → €184,000."""
    return formatting.money(amount, str(currency))


@register.filter
def money_compact(amount: Number | None, currency: str = "EUR") -> str:
    """{{ arr|money_compact:"EUR" }} → €184k."""
    return formatting.money_compact(amount, str(currency))


@register.filter
def duration(length: timedelta | Number | None) -> str:
    """{{ seconds|duration }} → 1 h 12 (a timedelta or seconds)."""
    return formatting.duration(length, gettext=gettext)


@register.filter
def initials(name: object) -> str:
    """{{ user.label|initials }} → MO."""
    return formatting.initials(str(name or ""))


@register.filter
def band_word(band: str | None) -> str:
    """{{ "yellow"|band_word }} → At risk; anything unknown is "Not enough data"."""
    return str(BAND_WORDS.get(band or "unknown", BAND_WORDS["unknown"]))


@register.filter
def undo_url(message: Message) -> str:
    """Where the undo button of a toast posts to, or an empty text."""
    return undo_url_of(message)


# --- moments: said as people say them, exact on hover ----------------------------


def _time(machine: str, exact: str, said: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, exact, said)


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


def _exact(moment: datetime | date) -> str:
    day = moment.date() if isinstance(moment, datetime) else moment
    said = formatting.full_date(day, gettext=gettext)
    return f"{said}, {moment:%H:%M %Z}" if isinstance(moment, datetime) else said


@register.filter
def said_date(day: date | datetime | None) -> str:
    """{{ renewal_on|said_date }} → 30 Dec; today, yesterday and tomorrow by name."""
    if not day:
        return formatting.MISSING
    local = _local(day) if isinstance(day, datetime) else day
    only_day = local.date() if isinstance(local, datetime) else local
    said = formatting.said_date(only_day, today=timezone.localdate(), gettext=gettext)
    return _time(only_day.isoformat(), _exact(local), said)


@register.filter
def said_moment(moment: datetime | None) -> str:
    """{{ computed_at|said_moment }} → Sun 22 Nov, 02:14."""
    if not moment:
        return formatting.MISSING
    local = _local(moment)
    said = formatting.said_moment(local, now=timezone.localtime(), gettext=gettext)
    return _time(moment.isoformat(), _exact(local), said)


@register.filter
def ago(moment: datetime | None) -> str:
    """{{ opened_at|ago }} → 22 min ago; after 30 days the date."""
    if not moment:
        return formatting.MISSING
    local = _local(moment)
    said = formatting.ago(local, now=timezone.localtime(), gettext=gettext)
    return _time(moment.isoformat(), _exact(local), said)


@register.filter
def age(moment: datetime | None) -> str:
    """{{ opened_at|age }} → 9 d, for the end of a row."""
    if not moment:
        return formatting.MISSING
    local = _local(moment)
    said = formatting.age(local, now=timezone.localtime(), gettext=gettext)
    return _time(moment.isoformat(), _exact(local), said)


@register.filter
def due_in(day: date | None, soon: int = 45) -> str:
    """{{ renewal_on|due_in }} → 38 d, in the colour of its urgency."""
    if not day:
        return formatting.MISSING
    today = timezone.localdate()
    return format_html(
        '<time class="due {}" datetime="{}" title="{}">{}</time>',
        formatting.urgency(day, today=today, soon=int(soon)),
        day.isoformat(),
        _exact(day),
        formatting.days_until(day, today=today, gettext=gettext),
    )


# --- pictures -------------------------------------------------------------------


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """{% icon "bell" %}: decoration; with a label it speaks for itself."""
    return _icon(name, str(label), css)


@lru_cache(maxsize=1024)
def _icon(name: str, label: str, css: str) -> SafeString:
    """Pages draw the same few dozen icons again and again."""
    reference = f"{static('icons/sprite.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}"/></svg>',
            css,
            label,
            reference,
        )
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}"/></svg>',
        css,
        reference,
    )


@register.simple_tag
def change_parts(
    value: Number, flat: Number | str = "", places: int | str = ""
) -> dict[str, str]:
    """For components/change.html: the direction and the value without its sign."""
    bound = FLAT_SCORE_CHANGE if flat == "" else float(flat)
    moved = abs(float(value)) >= bound and value != 0
    heading = "up" if value > 0 else "down"
    return {
        "direction": heading if moved else "flat",
        "magnitude": formatting.number(
            abs(float(value)), 1 if places == "" else int(places)
        ),
    }


@register.simple_tag
def sparkline(
    values: Sequence[float | None] | None, label: str = "", css: str = ""
) -> SafeString | str:
    """{% sparkline account.trend label="12 weeks" %}: a line with its last dot."""
    line = drawing.sparkline(list(values or []))
    if line is None:
        return ""
    known: list[float] = [value for value in values or [] if value is not None]
    said = gettext("%(label)s: from %(first)s to %(last)s") % {
        "label": label or gettext("Trend"),
        "first": formatting.number(known[0], 1),
        "last": formatting.number(known[-1], 1),
    }
    return format_html(
        '<svg class="spark {}" viewBox="0 0 84 22" role="img" aria-label="{}">'
        '<path d="{}"/><circle cx="{}" cy="{}" r="2"/></svg>',
        css,
        said,
        line.path,
        line.x,
        line.y,
    )


@register.inclusion_tag("components/band_stack.html")
def band_stack(
    counts: Mapping[str, Number], css: str = "", label: str = "", unit: str = ""
) -> dict[str, Any]:
    """{% band_stack counts %}: parts of a whole per band, worst first."""
    values = {band: float(value or 0) for band, value in counts.items()}
    segments = [
        (segment, BAND_WORDS[segment.band], formatting.number(segment.value))
        for segment in drawing.stack(values)
    ]
    said = ", ".join(f"{word} {value} {unit}".strip() for _, word, value in segments)
    return {
        "segments": segments,
        "css": css,
        "unit": unit,
        "said": f"{label}: {said}" if label else said,
    }


@register.simple_tag
def signed_bar(value: Number | None, largest: Number) -> SafeString:
    """{% signed_bar driver.points largest %}: left of zero red, right green."""
    bar = drawing.signed_bar(float(value or 0), float(largest or 1))
    return format_html(
        '<svg class="signed-bar" aria-hidden="true">'
        '<rect class="{}" x="{}%" y="5" width="{}%" height="10" rx="2"/>'
        '<line x1="50%" x2="50%" y1="2" y2="18"/></svg>',
        "f-red" if bar.is_loss else "f-green",
        bar.x,
        bar.width,
    )


@register.simple_tag
def bar(
    value: Number | None, of: Number = 100, band: str = "", label: str = ""
) -> SafeString:
    """{% bar dimension.score band=dimension.band %}: a filled track, 0 to `of`."""
    meaning = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="track" {}><rect class="track-ground" width="100%" height="8"'
        ' rx="4"/><rect class="{}" width="{}%" height="8" rx="4"/></svg>',
        meaning,
        f"f-{band} e-{band}" if band else "track-fill",
        drawing.share(None if value is None else float(value), float(of)),
    )


@register.inclusion_tag("components/score_chart.html")
def score_chart(
    points: Iterable[tuple[date, Number | None]],
    markers: Iterable[drawing.Marker] = (),
    bands: Sequence[tuple[str, float]] | None = None,
    label: str = "",
    table: bool = True,
    link: str = "",
) -> dict[str, Any]:
    """{% score_chart points markers=events %}: a score over time on its bands.

    `points` are (date, score or None), `markers` (date, words) drawn as dashed lines
    (a third text is said on hover and in the table),
    `bands` (band, lower bound) best first. A table twin stands below in <details>.
    With `link` each day leads to that address, which has DAY where the day belongs.
    """
    readings = [(day, None if value is None else float(value)) for day, value in points]
    before, _day, after = link.partition("DAY")
    chart = drawing.score_chart(
        readings,
        markers=list(markers),
        bands=bands or drawing.DEFAULT_BANDS,
        gettext=gettext,
    )
    return {
        "chart": chart,
        "label": label or pgettext("chart", "Score"),
        "with_table": table,
        "has_link": bool(link),
        "before_day": before,
        "after_day": after,
        "has_events": chart is not None and any(r.events for r in chart.readings),
    }
