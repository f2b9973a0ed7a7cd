"""What an import did: the counts, the problems, and files that say it row by row."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import get_random_string

from core.spreadsheets import csv_lines
from core.staging import Stage
from integrations.applying import WARNINGS
from integrations.reading import Table

_LISTED = 100
OUTCOMES = ("created", "updated", "unchanged", "rejected", "quarantined")
#: One letter a row in the file of outcomes.
LETTERS = dict(zip(OUTCOMES, "cunrq", strict=True))


@dataclass
class Result:
    """The answer of an import; every row is in exactly one of the five counts."""

    kind: str
    source: str
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    quarantined: int = 0
    released: int = 0
    warnings: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    rejected_file: str | None = None
    warning_list: list[dict[str, Any]] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """0 when every row is in, 3 when some were rejected or have to wait."""
        return 3 if self.rejected or self.quarantined else 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def line(self) -> str:
        """The one line that machines read."""
        return json.dumps(self.as_json(), ensure_ascii=False)


def count_outcomes(stage: Stage, result: Result) -> None:
    """Fill the counts and the first problems from a settled stage."""
    for outcome, number in stage.rows(
        "SELECT outcome, count(*) FROM {s} GROUP BY outcome"
    ):
        setattr(result, outcome, number)
    result.rows = sum(getattr(result, outcome) for outcome in OUTCOMES)
    result.errors = [
        _problem(row)
        for row in stage.rows(
            "SELECT row_no, problem_column, problem_value, reason FROM {s} "
            f"WHERE outcome = 'rejected' ORDER BY row_no LIMIT {_LISTED}"
        )
    ]
    result.warnings = stage.rows(f"SELECT count(*) FROM {WARNINGS}")[0][0]
    result.warning_list = [
        _problem(row)
        for row in stage.rows(
            "SELECT row_no, problem_column, problem_value, reason "
            f"FROM {WARNINGS} ORDER BY row_no LIMIT {_LISTED}"
        )
    ]


def _problem(row: tuple) -> dict[str, Any]:
    number, column, value, reason = row
    return {
        "row": number,
        "column": column or None,
        "value": value or None,
        "reason": reason,
    }


def write_rejected(stage: Stage, table: Table, name: str) -> Path:
    """The rejected rows as they stood in the file, with a column that says why."""
    path = _new_file(name, "rejected.csv")
    with tempfile.TemporaryFile("w+", newline="", encoding="utf-8") as listed:
        _copy_out(
            stage,
            "SELECT row_no, reason FROM {s} WHERE outcome = 'rejected' ORDER BY row_no",
            listed,
        )
        reasons = csv.reader(listed)
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = _with_reasons(table, reasons)
            file.writelines(csv_lines([*table.columns, "reason"], rows))
    return path


def _with_reasons(table: Table, reasons: Iterator[list[str]]) -> Iterator[list[str]]:
    """Merge two streams in row order: the file, and the reasons of some of its rows."""
    current = next(reasons, None)
    width = len(table.columns)
    for chunk in table.chunks():
        rows = [*zip(chunk.numbers, chunk.rows, strict=True)]
        if chunk.misfits:
            rows += [(number, cells) for number, cells, _ in chunk.misfits]
            rows.sort()
        for number, cells in rows:
            while current is not None and int(current[0]) < number:
                current = next(reasons, None)
            if current is None:
                return
            if int(current[0]) == number:
                yield [*cells, *[""] * (width - len(cells)), current[1]]


def write_problems(stage: Stage, name: str) -> Path:
    """Every problem of the file: rejected and held rows, and warnings, by row."""
    path = _new_file(name, "problems.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        _copy_out(
            stage,
            "SELECT row_no, outcome, problem_column, problem_value, reason FROM {s} "
            "WHERE outcome IN ('rejected', 'quarantined') UNION ALL "
            "SELECT row_no, 'warning', problem_column, problem_value, reason "
            f"FROM {WARNINGS} ORDER BY 1, 2",
            file,
        )
    return path


def write_outcomes(stage: Stage, name: str) -> Path:
    """One letter per row number: what became of it (a blank where there is no row)."""
    path = _new_file(name, "outcomes.txt")
    with tempfile.TemporaryFile("w+", newline="", encoding="utf-8") as listed:
        _copy_out(stage, "SELECT row_no, outcome FROM {s} ORDER BY row_no", listed)
        with path.open("w", encoding="ascii") as file:
            written = 0
            for number, outcome in csv.reader(listed):
                file.write(" " * (int(number) - written - 1) + LETTERS[outcome])
                written = int(number)
    return path


def _copy_out(stage: Stage, query: str, file: Any) -> None:
    statement = f"COPY ({query.replace('{s}', stage.name)}) TO STDOUT WITH (FORMAT csv)"
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.cursor.copy_expert(statement, file)
    file.seek(0)


def stored_name(path: Path) -> str:
    """The name by which the storage of uploaded files knows this file."""
    return str(path.relative_to(settings.MEDIA_ROOT))


def _new_file(name: str, ending: str) -> Path:
    """A fresh path for what an import leaves behind, among the stored files."""
    folder = Path(settings.MEDIA_ROOT) / f"imports/{timezone.now():%Y/%m}"
    folder.mkdir(parents=True, exist_ok=True)
    stem = "".join(ch if ch.isalnum() or ch in "-_" else "-" for ch in Path(name).stem)
    return folder / f"{stem[:60]}-{get_random_string(8)}-{ending}"
