"""Each block of the analytics page as rows of a file: exact numbers, plain heads."""

from __future__ import annotations

from collections.abc import Callable

from core.spreadsheets import Cell
from reports.analytics_page import AnalyticsPage
from reports.analytics_words import band_label
from reports.queries.analytics import BANDS

Sheet = tuple[list[str], list[list[Cell]]]


def sheet(page: AnalyticsPage, block: str) -> Sheet:
    """Head and rows of one block; money only for people who may see it."""
    header, rows = _SHEETS[block](page)
    if page.scope.sees_revenue:
        return header, rows
    kept = [place for place, word in enumerate(header) if word not in _MONEY]
    return [header[p] for p in kept], [[row[p] for p in kept] for row in rows]


#: Columns that tell something about revenue.
_MONEY = frozenset({"ARR", "Currency", "ARR at risk", "ARR at risk before"})


def _distribution(page: AnalyticsPage) -> Sheet:
    header = ["Day", "Band", "Accounts", "ARR", "Currency"]
    return header, [
        [day, str(band_label(band)), tally.accounts.get(band, 0),
         tally.arr.get(band, 0), page.currency]
        for day, tally in page.course.items()
        for band in BANDS
        if tally.accounts.get(band)
    ]  # fmt: skip


def _movement(page: AnalyticsPage) -> Sheet:
    header = ["From day", "To day", "Before", "After", "Accounts", "ARR", "Currency"]
    return header, [
        [page.days[0], page.days[-1], str(band_label(move.before)),
         str(band_label(move.after)), move.accounts, move.arr, move.currency]
        for move in sorted(page.moves, key=lambda move: -move.accounts)
    ]  # fmt: skip


def _breakdown(page: AnalyticsPage) -> Sheet:
    header = ["Group", "Accounts", "Mean score", "Accounts at risk", "ARR",
              "ARR at risk", "ARR at risk before", "Currency"]  # fmt: skip
    return header, [
        [line.label, line.now.customers, _rounded(line.now.mean_score),
         line.now.risk_accounts, line.now.total_arr, line.now.risk_arr,
         line.before.risk_arr, page.currency]
        for line in page.groups
    ]  # fmt: skip


def _cohorts(page: AnalyticsPage) -> Sheet:
    header = ["Start month", "Accounts", "Still customers", "Mean score",
              "Healthy, of those with a score"]  # fmt: skip
    return header, [
        [f"{cohort.month:%Y-%m}", cohort.accounts, cohort.stayed,
         _rounded(cohort.mean_score), cohort.green]
        for cohort in page.cohorts
    ]  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


_SHEETS: dict[str, Callable[[AnalyticsPage], Sheet]] = {
    "distribution": _distribution,
    "movement": _movement,
    "breakdown": _breakdown,
    "cohorts": _cohorts,
}
