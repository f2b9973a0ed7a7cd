"""The matrix of who moved from which band to which."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reports.queries.analytics import BANDS
from reports.queries.analytics_movement import BEFORE, NEW, Move

#: Better to worse; what is not here is neither.
_RANK = {"green": 0, "yellow": 1, "orange": 2, "red": 3, "churned": 4}


@dataclass(frozen=True)
class Cell:
    """Accounts that went one way; ``way`` is "worse", "better", "same" or ""."""

    after: str
    accounts: int
    arr: float
    way: str
    url: str


@dataclass(frozen=True)
class Line:
    """Where the accounts of one band of the first day stand on the last."""

    before: str
    cells: list[Cell]
    accounts: int
    arr: float


@dataclass(frozen=True)
class Matrix:
    """All lines, the columns' sums, and the movement in four figures."""

    lines: list[Line]
    columns: list[str]
    totals: list[int]
    accounts: int
    worse: tuple[int, float]
    better: tuple[int, float]
    left: tuple[int, float]
    new: tuple[int, float]


def way_of(before: str, after: str) -> str:
    """Whether this is a step to the worse or the better."""
    if before == after:
        return "same"
    if before not in _RANK or after not in _RANK:
        return ""
    return "worse" if _RANK[after] > _RANK[before] else "better"


def matrix(
    moves: Iterable[Move], currency: str, url: Callable[[str, str], str]
) -> Matrix:
    """The moves as a table; ARR counts in one currency, accounts in all."""
    accounts: dict[tuple[str, str], int] = {}
    arr: dict[tuple[str, str], float] = {}
    for move in moves:
        pair = move.before, move.after
        accounts[pair] = accounts.get(pair, 0) + move.accounts
        if move.currency == currency:
            arr[pair] = arr.get(pair, 0) + move.arr
    befores = [band for band in BEFORE if any(pair[0] == band for pair in accounts)]
    afters = [band for band in BANDS if any(pair[1] == band for pair in accounts)]
    lines = [_line(band, afters, accounts, arr, url) for band in befores]
    return Matrix(
        lines=lines,
        columns=afters,
        totals=[sum(accounts.get((b, after), 0) for b in befores) for after in afters],
        accounts=sum(accounts.values()),
        worse=_sum(lines, lambda line, cell: cell.way == "worse"
                   and cell.after != "churned"),
        better=_sum(lines, lambda line, cell: cell.way == "better"),
        left=_sum(lines, lambda line, cell: cell.after == "churned"
                  and line.before != "churned"),
        new=_sum(lines, lambda line, cell: line.before == NEW),
    )  # fmt: skip


def _line(
    before: str,
    afters: list[str],
    accounts: dict[tuple[str, str], int],
    arr: dict[tuple[str, str], float],
    url: Callable[[str, str], str],
) -> Line:
    cells = []
    for after in afters:
        pair = before, after
        count = accounts.get(pair, 0)
        address = url(before, after) if count else ""
        cells.append(
            Cell(after, count, arr.get(pair, 0), way_of(before, after), address)
        )
    total = sum(cell.accounts for cell in cells)
    return Line(before, cells, total, sum(cell.arr for cell in cells))


def _sum(
    lines: Iterable[Line], counts: Callable[[Line, Cell], bool]
) -> tuple[int, float]:
    found = [cell for line in lines for cell in line.cells if counts(line, cell)]
    return sum(cell.accounts for cell in found), sum(cell.arr for cell in found)
