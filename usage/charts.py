"""Figures of the usage tab: plain dicts that the browser draws."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from usage.queries import Day

METRICS = ("active_users", "sessions", "events")
MEAN_DAYS = 7
FEW = 6


def daily_figure(days: Sequence[Day], metric: str, words: str) -> dict[str, Any]:
    """One bar per day, and the mean of the 7 days up to it as a line."""
    values = [getattr(day, metric) for day in days]
    dates = [day.day.isoformat() for day in days]
    return {
        "data": [
            {
                "type": "bar",
                "name": words,
                "x": dates,
                "y": values,
                "marker": {"color": "token:app-line-strong"},
                "opacity": 0.55,
            },
            {
                "type": "scatter",
                "mode": "lines",
                "name": "7 days",
                "x": dates,
                "y": running_mean(values),
                "line": {"color": "token:app-action", "width": 2},
                "hovertemplate": "%{y:.1f}",
            },
        ],
        "layout": {
            "yaxis": {
                "rangemode": "tozero",
                "tickformat": ",d",
                # Whole numbers only: small counts would repeat their labels.
                **({"dtick": 1} if max(values, default=0) <= FEW else {}),
            },
            "xaxis": {"tickformat": "%-d %b"},
            "bargap": 0.25,
        },
    }


def running_mean(values: Sequence[int]) -> list[float]:
    """The mean of each day and the six before it (fewer at the beginning)."""
    means = []
    for end in range(1, len(values) + 1):
        window = values[max(0, end - MEAN_DAYS) : end]
        means.append(round(sum(window) / len(window), 2))
    return means
