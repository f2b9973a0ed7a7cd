"""Counts made into the blocks of the analytics page: arithmetic on rows, no queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from health.queries.standings import CHURNED, BandRow
from reports.queries.analytics import AT_RISK


@dataclass
class Tally:
    """Accounts and ARR per band; ARR of one currency only."""

    accounts: dict[str, int] = field(default_factory=dict)
    arr: dict[str, Decimal] = field(default_factory=dict)
    score_sum: Decimal = Decimal(0)
    scored: int = 0

    def add(self, row: BandRow, currency: str) -> None:
        """Count a row in; its money only when it is in the currency."""
        self.accounts[row.band] = self.accounts.get(row.band, 0) + row.accounts
        if row.currency == currency:
            self.arr[row.band] = self.arr.get(row.band, Decimal(0)) + row.arr
        if row.band != CHURNED:
            self.score_sum += row.score_sum
            self.scored += row.scored

    @property
    def customers(self) -> int:
        """Accounts that have not left."""
        return sum(n for band, n in self.accounts.items() if band != CHURNED)

    @property
    def total_arr(self) -> Decimal:
        """ARR of all bands."""
        return sum(self.arr.values(), Decimal(0))

    @property
    def risk_arr(self) -> Decimal:
        """ARR of orange and red accounts."""
        return sum((self.arr.get(band, Decimal(0)) for band in AT_RISK), Decimal(0))

    @property
    def risk_accounts(self) -> int:
        """Orange and red accounts."""
        return sum(self.accounts.get(band, 0) for band in AT_RISK)

    @property
    def mean_score(self) -> float | None:
        """Mean score of customers that have one."""
        return float(self.score_sum / self.scored) if self.scored else None

    def share(self, bands: Iterable[str]) -> float | None:
        """Percent of the customers that stand in these bands."""
        if not self.customers:
            return None
        return 100 * sum(self.accounts.get(band, 0) for band in bands) / self.customers

    @property
    def risk_share(self) -> float | None:
        """Percent of the ARR that is at risk."""
        total = self.total_arr
        return float(100 * self.risk_arr / total) if total else None


@dataclass(frozen=True)
class GroupLine:
    """One segment, plan or person: how it stands, and how it stood."""

    key: int | None
    label: str
    now: Tally
    before: Tally

    @property
    def risk_change(self) -> Decimal:
        """ARR at risk now less ARR at risk then."""
        return self.now.risk_arr - self.before.risk_arr

    @property
    def score_change(self) -> float | None:
        """Mean score now less mean score then."""
        now, before = self.now.mean_score, self.before.mean_score
        return None if now is None or before is None else now - before


def tallies(rows: Iterable[BandRow], currency: str) -> dict[date, Tally]:
    """One tally per day, oldest first."""
    found: dict[date, Tally] = {}
    for row in rows:
        found.setdefault(row.day, Tally()).add(row, currency)
    return dict(sorted(found.items()))


def group_lines(
    rows: Iterable[BandRow],
    *,
    days: Sequence[date],
    currency: str,
    labels: Mapping[int | None, str],
) -> list[GroupLine]:
    """Groups of the last day against the first, most ARR at risk first."""
    first, last = days[0], days[-1]
    now: dict[int | None, Tally] = {}
    before: dict[int | None, Tally] = {}
    for row in rows:
        if row.day == last:
            now.setdefault(row.group, Tally()).add(row, currency)
        if row.day == first:
            before.setdefault(row.group, Tally()).add(row, currency)
    lines = [
        GroupLine(key, labels.get(key, "–"), tally, before.get(key, Tally()))
        for key, tally in now.items()
    ]
    return sorted(
        lines,
        key=lambda line: (-line.now.risk_arr, -line.now.risk_accounts, line.label),
    )
