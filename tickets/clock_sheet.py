"""A clock as the ticket page tells it: words, a bar, and every segment of its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.formatting import duration
from tickets.clock import ClockSegment
from tickets.models import ClockState, SlaClock, Ticket
from tickets.queries.clocks import clocks_of
from tickets.services.clocks import explain_clocks

SOON_SECONDS = 2 * 3600
_KIND_WORDS = {
    "carried": gettext_lazy("used before the reopening"),
    "running": gettext_lazy("ran"),
    "paused": gettext_lazy("stood still"),
    "outside_hours": gettext_lazy("outside opening hours"),
}


@dataclass(frozen=True)
class SegmentLine:
    """One stretch of the clock's time, ready to be read."""

    start: datetime | None
    words: str
    length: str


@dataclass(frozen=True)
class ClockSheet:
    """A promise as a person reads it; ``tone`` is late, due or empty."""

    label: str
    cycle: str
    words: str
    tone: str
    due_at: datetime | None
    basis: str
    said: str
    used: str
    bar: SafeString
    is_shown: bool
    segments: Sequence[SegmentLine]


@dataclass(frozen=True)
class ClockSheets:
    """Every promise of a ticket: the newest cycle of each, and those before it."""

    newest: Sequence[ClockSheet]
    earlier: Sequence[ClockSheet]


def clock_sheets(ticket: Ticket, *, now: datetime) -> ClockSheets:
    """What the page says of the clocks of a ticket, in two queries."""
    clocks = clocks_of(ticket)
    told = zip(clocks, explain_clocks(clocks, now=now), strict=True)
    newest: list[ClockSheet] = []
    earlier: list[ClockSheet] = []
    for _metric, pairs in groupby(told, key=lambda pair: pair[0].metric):
        *before, last = (clock_sheet(*pair, now=now) for pair in pairs)
        earlier += before
        newest.append(last)
    return ClockSheets(newest, earlier)


def clock_sheet(
    clock: SlaClock, segments: Sequence[ClockSegment], *, now: datetime
) -> ClockSheet:
    """What the page says of one clock, from what its segments add up to."""
    used = dict.fromkeys(_KIND_WORDS, 0.0)
    for segment in segments:
        used[segment.kind] += segment.seconds
    words, tone = _standing(clock, now)
    is_open = clock.state in (ClockState.RUNNING, ClockState.PAUSED)
    return ClockSheet(
        label=clock.get_metric_display(),
        cycle=_("%(metric)s, cycle %(number)s")
        % {"metric": clock.get_metric_display(), "number": clock.cycle},
        words=words,
        tone=tone,
        due_at=clock.due_at,
        basis=_basis(clock),
        said=_said(clock, used),
        used=_("%(time)s of %(target)s")
        % {
            "time": duration(used["carried"] + used["running"]),
            "target": duration(clock.target_seconds),
        },
        bar=_bar(segments, clock.target_seconds),
        is_shown=is_open and clock.metric == "resolution",
        segments=_lines(segments),
    )


def _standing(clock: SlaClock, now: datetime) -> tuple[str, str]:
    late = clock.late_seconds
    if clock.state == ClockState.PAUSED and clock.breached_at is not None:
        return _("missed, paused"), "late"
    if clock.state == ClockState.PAUSED:
        return _("paused"), ""
    if clock.state == ClockState.MET:
        return _("met"), ""
    if clock.state == ClockState.NO_RESPONSE:
        return _("resolved without a reply"), ""
    if clock.state == ClockState.CANCELLED:
        return _("not needed any more"), ""
    if clock.state == ClockState.BREACHED:
        return _("%(time)s late") % {"time": duration(late or 0)}, "late"
    if clock.due_at is None:
        return _("never due"), ""
    left = (clock.due_at - now).total_seconds()
    if left < 0:
        return _("%(time)s late") % {"time": duration(-left)}, "late"
    words = _("%(time)s left") % {"time": duration(left)}
    return words, "due" if left <= SOON_SECONDS else ""


def _basis(clock: SlaClock) -> str:
    """Which promise, and by which hours it is counted."""
    hours = (
        clock.calendar_version.calendar.name
        if clock.calendar_version
        else _("around the clock")
    )
    return _("%(tier)s, %(target)s, %(hours)s") % {
        "tier": clock.tier_version.tier.name,
        "target": duration(clock.target_seconds),
        "hours": hours,
    }


def _said(clock: SlaClock, used: dict[str, float]) -> str:
    """ "Resolution 4 h, around the clock: ran 1 h 56, waited 26 min, 2 h 04 left." """
    parts = []
    if used["carried"]:
        parts.append(_("%(time)s before") % {"time": duration(used["carried"])})
    parts.append(_("ran %(time)s") % {"time": duration(used["running"])})
    if used["paused"]:
        parts.append(_("stood still %(time)s") % {"time": duration(used["paused"])})
    if used["outside_hours"]:
        parts.append(
            _("%(time)s outside opening hours")
            % {"time": duration(used["outside_hours"])}
        )
    left = clock.target_seconds - used["carried"] - used["running"]
    if left > 0:
        parts.append(_left(clock) % {"time": duration(left)})
    return f"{clock.get_metric_display()} {_basis(clock)}: {', '.join(parts)}."


def _left(clock: SlaClock) -> str:
    """Time that counts; by opening hours it is not the time until the due moment."""
    version = clock.calendar_version
    if version is None or version.definition.get("always_open"):
        return _("%(time)s left")
    return _("%(time)s of opening hours left")


def _lines(segments: Sequence[ClockSegment]) -> list[SegmentLine]:
    """Lengths in whole seconds that add up to the whole, which rounded ones do not."""
    lines = []
    before = 0.0
    for segment in segments:
        after = before + segment.seconds
        length = exact_length(round(after) - round(before))
        lines.append(SegmentLine(segment.start, _segment_words(segment), length))
        before = after
    return lines


def _segment_words(segment: ClockSegment) -> str:
    words = str(_KIND_WORDS[segment.kind])
    if segment.kind == "paused":
        reason = {"waiting": _("waited for the customer"), "on_hold": _("on hold")}
        words = reason.get(segment.reason, words)
    return words


def exact_length(seconds: float) -> str:
    """Hours, minutes and seconds, so that a reader can add them up: 26:03:09."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _bar(segments: Sequence[ClockSegment], target: float) -> SafeString:
    """The target as a track: what ran is filled, pauses are hatched at no length."""
    of = max(
        target,
        sum(s.seconds for s in segments if s.kind in ("carried", "running")),
        1.0,
    )
    pieces, at = [], 0.0
    for segment in segments:
        if segment.kind in ("carried", "running"):
            width = segment.seconds / of * 100
            pieces.append((f"{at:.2f}", f"{width:.2f}", "clock-ran"))
            at += width
        elif segment.kind == "paused":
            pieces.append((f"{max(at - 0.4, 0):.2f}", "0.8", "clock-pause"))
    drawn = format_html_join(
        "",
        '<rect x="{}%" y="0" width="{}%" height="10" class="{}"/>',
        pieces,
    )
    return format_html(
        '<svg aria-hidden="true"><rect width="100%" height="10" class="clock-track"/>'
        "{}</svg>",
        drawn,
    )


__all__ = ["ClockSheet", "ClockSheets", "SegmentLine", "clock_sheets", "exact_length"]
