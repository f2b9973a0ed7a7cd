"""Two versions of a scorecard side by side: what is new, gone, changed, the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.numbers import clean
from health.definition import Band, Definition, Dimension, Indicator, Recommendation
from health.queries.indicators import source_label
from health.scorecard_sheet import sayer
from health.sources.registry import find_source

State = Literal["new", "gone", "changed", "same"]


@dataclass(frozen=True)
class Line:
    """One fact of both versions; "" where a version does not have it."""

    what: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class OverlaidCurve:
    """Both curves in one drawing, in percent of its width and height."""

    before: str
    after: str
    ticks: list[tuple[str, str, str]]


@dataclass(frozen=True)
class IndicatorChange:
    """One indicator: its lines, and both curves when they differ."""

    source: str
    label: str
    state: State
    lines: list[Line]
    curve: OverlaidCurve | None


@dataclass(frozen=True)
class DimensionChange:
    """One dimension: its own lines, its advice, its indicators."""

    key: str
    label: str
    state: State
    lines: list[Line]
    advice: list[Line]
    indicators: list[IndicatorChange]

    @property
    def changed_indicators(self) -> list[IndicatorChange]:
        return [i for i in self.indicators if i.state != "same"]

    @property
    def same_indicators(self) -> list[IndicatorChange]:
        return [i for i in self.indicators if i.state == "same"]


@dataclass(frozen=True)
class VersionDiff:
    """Everything two definitions differ in, in the order of the newer one."""

    dimensions: list[DimensionChange]
    bands: list[Line]
    rules: list[Line]

    @property
    def changed(self) -> list[DimensionChange]:
        return [d for d in self.dimensions if d.state != "same"]

    @property
    def same(self) -> list[DimensionChange]:
        return [d for d in self.dimensions if d.state == "same"]

    @property
    def changed_bands(self) -> list[Line]:
        return [line for line in self.bands if line.is_changed]

    @property
    def changed_rules(self) -> list[Line]:
        return [line for line in self.rules if line.is_changed]

    @property
    def is_empty(self) -> bool:
        return not (self.changed or self.changed_bands or self.changed_rules)


def version_diff(before: Definition, after: Definition) -> VersionDiff:
    """What changed from one definition to another; parts match by their keys.

    Dimensions match by key, indicators by source, bands by colour.
    """
    old = {d.key: d for d in before.dimensions}
    new = {d.key: d for d in after.dimensions}
    shares = _shares(before), _shares(after)
    return VersionDiff(
        dimensions=[
            _dimension(new.get(key) or old[key], old.get(key), new.get(key), *shares)
            for key in _in_order(new, old)
        ],
        bands=_bands(before.bands, after.bands),
        rules=_rules(before, after),
    )


def _in_order(new: Mapping[str, object], old: Mapping[str, object]) -> list[str]:
    return [*new, *(key for key in old if key not in new)]


def _shares(definition: Definition) -> dict[tuple[str, str], float]:
    """Each indicator's part of the whole score, in percent."""
    weights = definition.nominal_weights()
    return dict(zip(definition.indicator_keys(), weights, strict=True))


def _state(before: object, after: object, *, is_changed: bool) -> State:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    return "changed" if is_changed else "same"


def _said(value: float | None, unit: str = "") -> str:
    return "" if value is None else f"{clean(round(value, 4)):.10g}{unit}"


def _share(value: float | None) -> str:
    return "" if value is None else _percent(round(value, 1))


def _percent(value: float | None) -> str:
    return _said(value, "\N{NO-BREAK SPACE}%")


def _dimension(
    known: Dimension,
    before: Dimension | None,
    after: Dimension | None,
    shares_before: Mapping[tuple[str, str], float],
    shares_after: Mapping[tuple[str, str], float],
) -> DimensionChange:
    lines = [
        Line(_("Name"), before.label if before else "", after.label if after else ""),
        Line(_("Weight"), _percent(before.weight if before else None),
             _percent(after.weight if after else None)),
    ]  # fmt: skip
    old = {i.source: i for i in before.indicators} if before else {}
    new = {i.source: i for i in after.indicators} if after else {}
    indicators = [
        _indicator(
            new.get(source) or old[source],
            old.get(source),
            new.get(source),
            shares_before.get((known.key, source)),
            shares_after.get((known.key, source)),
        )
        for source in _in_order(new, old)
    ]
    advice = _advice(before, after)
    is_changed = any(
        [*(line.is_changed for line in (*lines, *advice)),
         *(i.state != "same" for i in indicators)]
    )  # fmt: skip
    return DimensionChange(
        key=known.key,
        label=known.label,
        state=_state(before, after, is_changed=is_changed),
        lines=lines,
        advice=advice,
        indicators=indicators,
    )


def _indicator(
    known: Indicator,
    before: Indicator | None,
    after: Indicator | None,
    share_before: float | None,
    share_after: float | None,
) -> IndicatorChange:
    source = find_source(known.source)
    say = sayer(source, in_full=True)
    lines = _indicator_lines(before, after, say)
    is_changed = any(line.is_changed for line in lines)
    lines.insert(1, Line(_("Of the whole score"), _share(share_before),
                         _share(share_after)))  # fmt: skip
    differs = before is None or after is None or before.curve != after.curve
    return IndicatorChange(
        source=known.source,
        label=known.label or source_label(known.source, source),
        state=_state(before, after, is_changed=is_changed),
        lines=lines,
        curve=_overlaid(before, after, sayer(source)) if differs else None,
    )


Say = Callable[[float], str]


def _indicator_lines(
    before: Indicator | None, after: Indicator | None, say: Say
) -> list[Line]:
    def both(what: str, read: Callable[[Indicator], str]) -> Line:
        return Line(what, read(before) if before else "", read(after) if after else "")

    return [
        both(_("Weight in the dimension"), lambda i: _percent(i.weight)),
        both(_("Name"), lambda i: i.label),
        both(_("Curve"), lambda i: _curve_words(i, say)),
        both(_("Greatest age"), _age_words),
        both(_("Red flag"), lambda i: _flag_words(i, say)),
    ]


def _age_words(indicator: Indicator) -> str:
    if indicator.max_age_days is None:
        return ""
    return _("%(days)s days") % {"days": _said(indicator.max_age_days)}


def _curve_words(indicator: Indicator, say: Say) -> str:
    return ", ".join(
        f"{say(value)} → {_said(score)}" for value, score in indicator.curve
    )


def _flag_words(indicator: Indicator, say: Say) -> str:
    flag = indicator.red_flag
    return f"{flag.op} {say(flag.value)}" if flag else ""


def _overlaid(
    before: Indicator | None, after: Indicator | None, say: Say
) -> OverlaidCurve:
    curves = [list(i.curve) if i else [] for i in (before, after)]
    values = [point[0] for curve in curves for point in curve]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    left, width = low - 0.1 * span, span * 1.2

    def path(curve: Sequence[tuple[float, float]]) -> str:
        if not curve:
            return ""
        ends = [(left, curve[0][1]), *curve, (left + width, curve[-1][1])]
        return "M" + "L".join(
            f"{1000 * (value - left) / width:.1f} {100 - score:.1f}"
            for value, score in ends
        )

    ticks = [
        (f"{100 * (value - left) / width:.1f}", say(value), anchor)
        for value, anchor in ((low, "start"), (high, "end"))
    ]
    return OverlaidCurve(path(curves[0]), path(curves[1]), ticks)


def _advice(before: Dimension | None, after: Dimension | None) -> list[Line]:
    old = list(before.recommendations) if before else []
    new = list(after.recommendations) if after else []
    length = max(len(old), len(new))
    pairs = zip(
        [*old, *[None] * (length - len(old))],
        [*new, *[None] * (length - len(new))],
        strict=True,
    )
    return [Line(_("Advice"), _advice_words(a), _advice_words(b)) for a, b in pairs]


def _advice_words(advice: Recommendation | None) -> str:
    if advice is None:
        return ""
    limit = _("Otherwise")
    if advice.below is not None:
        limit = _("Below %(limit)s") % {"limit": _said(advice.below)}
    parts = [f"{limit} ({advice.priority}): {advice.action}", advice.expected_effect]
    if advice.playbook:
        parts.append(_("Playbook: %(name)s.") % {"name": advice.playbook})
    return " ".join(part for part in parts if part)


def _bands(before: Sequence[Band], after: Sequence[Band]) -> list[Line]:
    old = {band.key: band for band in before}
    new = {band.key: band for band in after}
    return [
        Line(key, _band_words(old.get(key)), _band_words(new.get(key)))
        for key in _in_order(new, old)
    ]


def _band_words(band: Band | None) -> str:
    if band is None:
        return ""
    words = {"band": band.label, "lower": _said(band.lower)}
    return _("%(band)s from %(lower)s") % words


_MISSING = {
    "redistribute": gettext_lazy("The weight goes to the others"),
    "zero": gettext_lazy("Counts as 0"),
    "neutral": gettext_lazy("Counts as 50"),
}


def _rules(before: Definition, after: Definition) -> list[Line]:
    return [
        Line(_("Missing data"), str(_MISSING[before.missing]),
             str(_MISSING[after.missing])),
        Line(_("Least coverage"), _percent(before.min_coverage),
             _percent(after.min_coverage)),
    ]  # fmt: skip
