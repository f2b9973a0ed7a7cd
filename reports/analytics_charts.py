"""Figures of the analytics page: plain dicts that the browser draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from reports.analytics_words import band_label
from reports.queries.analytics import AT_RISK, BANDS
from reports.queries.analytics_blocks import Tally

#: Worst at the bottom, so that what matters stands on the zero line.
STACKED = ("red", "orange", "yellow", "green", "unknown", "churned")
_COLOURS = {band: f"token:band-{band}" for band in BANDS} | {
    "churned": "token:app-line-strong"
}
#: A label needs this share of the height to stand without touching its neighbours.
_ROOM = 0.05


def distribution_figure(
    course: Mapping[date, Tally], *, is_arr: bool, currency: str
) -> dict[str, Any]:
    """Stacked bars, one per week; the last ones carry the words of their bands."""
    bands = [band for band in STACKED if not (is_arr and band == "churned")]
    values = {
        band: [_value(tally, band, is_arr=is_arr) for tally in course.values()]
        for band in bands
    }
    data = [
        _bars(band, list(course), values[band], is_arr=is_arr, currency=currency)
        for band in bands
        if any(values[band])
    ]
    last = {band: values[band][-1] for band in bands} if course else {}
    return {"data": data, "layout": _layout(_labels(last))}


def risk_figure(course: Mapping[date, Tally], *, currency: str) -> dict[str, Any]:
    """ARR of critical accounts and of those that may churn, one bar per week."""
    bands = [band for band in STACKED if band in AT_RISK]
    values = {
        band: [_value(tally, band, is_arr=True) for tally in course.values()]
        for band in bands
    }
    data = [
        _bars(band, list(course), values[band], is_arr=True, currency=currency)
        for band in bands
    ]
    last = {band: values[band][-1] for band in bands} if course else {}
    return {"data": data, "layout": _layout(_labels(last))}


def _value(tally: Tally, band: str, *, is_arr: bool) -> float:
    if is_arr:
        return float(tally.arr.get(band, 0))
    return float(tally.accounts.get(band, 0))


def _bars(
    band: str,
    days: Sequence[date],
    values: Sequence[float],
    *,
    is_arr: bool,
    currency: str,
) -> dict[str, Any]:
    edge = "token:band-yellow-edge" if band == "yellow" else _COLOURS[band]
    unit = f" {currency}" if is_arr else ""
    return {
        "type": "bar",
        "name": str(band_label(band)),
        "x": [day.isoformat() for day in days],
        "y": list(values),
        "marker": {
            "color": _COLOURS[band],
            "line": {"color": edge, "width": 0.75 if band == "yellow" else 0},
        },
        "hovertemplate": f"%{{y:,.0f}}{unit}",
    }


def _labels(last: Mapping[str, float]) -> list[dict[str, Any]]:
    """The bands' words beside the last bar, where there is room for them."""
    total, below, labels = sum(last.values()), 0.0, []
    for band, value in last.items():
        if total and value / total >= _ROOM:
            labels.append(
                {
                    "x": 1, "xref": "paper", "xanchor": "left", "xshift": 6,
                    "y": below + value / 2, "yref": "y", "showarrow": False,
                    "text": str(band_label(band)), "font": {"size": 12},
                }
            )  # fmt: skip
        below += value
    return labels


def _layout(labels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "barmode": "stack",
        "bargap": 0.18,
        "annotations": labels,
        "margin": {"t": 12, "r": 116, "b": 36, "l": 52},
        "yaxis": {"rangemode": "tozero", "tickformat": "~s"},
        "xaxis": {"tickformat": "%-d %b"},
    }
