"""Reading runs for the pages: lists, problems, rows by outcome, progress."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile

from core.spreadsheets import csv_lines
from integrations.models import ImportRun, QuarantinedRow
from integrations.outcome import LETTERS
from integrations.reading import Table, open_table

PROBLEMS_PER_PAGE = 50
SAMPLES = 3


def run_by_id(public_id: UUID) -> ImportRun | None:
    """One run with the person who started it."""
    return (
        ImportRun.objects.select_related("started_by")
        .filter(public_id=public_id)
        .first()
    )


def run_list() -> QuerySet[ImportRun]:
    """Every run with who started it, the newest first."""
    return ImportRun.objects.select_related("started_by").order_by("-created_at", "-pk")


def known_sources() -> list[str]:
    """Sources that files came from before."""
    return list(
        ImportRun.objects.exclude(source="")
        .order_by("source")
        .values_list("source", flat=True)
        .distinct()[:50]
    )


def waiting_count() -> int:
    """Rows that wait for their parent."""
    return QuarantinedRow.objects.count()


@dataclass(frozen=True)
class Progress:
    """How many rows of a running import were read."""

    done: int
    total: int

    @property
    def is_read(self) -> bool:
        return bool(self.total) and self.done >= self.total


def progress_of(run: ImportRun) -> Progress:
    """How far the worker is; nothing known yet is 0 of 0."""
    done, total = cache.get(f"import-progress:{run.pk}") or (0, 0)
    return Progress(done, total)


@dataclass(frozen=True)
class Problem:
    """One line of the list of problems."""

    row: int | None
    outcome: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class ProblemPage:
    """A page of problems; ``next`` and ``previous`` are page numbers or None."""

    rows: list[Problem]
    first: int
    previous: int | None
    next: int | None


def problem_page(run: ImportRun, number: int) -> ProblemPage:
    """Problems of a checked or applied run in the order of the file, page by page."""
    start = (number - 1) * PROBLEMS_PER_PAGE
    rows = list(itertools.islice(_problems(run), start, start + PROBLEMS_PER_PAGE + 1))
    return ProblemPage(
        rows=rows[:PROBLEMS_PER_PAGE],
        first=start + 1,
        previous=number - 1 if number > 1 else None,
        next=number + 1 if len(rows) > PROBLEMS_PER_PAGE else None,
    )


def _problems(run: ImportRun) -> Iterator[Problem]:
    path = _stored(run.problems_file)
    if path is None:
        return
    with path.open(encoding="utf-8", newline="") as file:
        for row, outcome, column, value, reason in csv.reader(file):
            yield Problem(int(row) if row else None, outcome, column, value, reason)


def problem_lines(run: ImportRun) -> Iterator[str]:
    """Every problem as a CSV file."""
    rows = (
        (problem.row, problem.outcome, problem.column, problem.value, problem.reason)
        for problem in _problems(run)
    )
    return csv_lines(["row", "outcome", "column", "value", "reason"], rows)


def rejected_lines(run: ImportRun) -> Iterator[str] | None:
    """The rejected rows with their reasons; None when there is no such file."""
    path = _stored(run.rejected_file)
    return _file_lines(path) if path is not None else None


def _file_lines(path: Path) -> Iterator[str]:
    """The rows of a file as they are; one may go over several lines."""
    row = ""
    with path.open(encoding="utf-8", newline="") as file:
        for line in file:
            row += line
            if row.count('"') % 2 == 0:
                yield row
                row = ""
    if row:
        yield row


def rows_with_outcome(run: ImportRun, outcome: str) -> Iterator[str] | None:
    """The rows of the file that met this fate, as CSV; None when no longer known."""
    letters = _stored(run.outcomes_file)
    if letters is None or not run.file or not Path(run.file.path).exists():
        return None
    table = table_of(run)
    return csv_lines(table.columns, _matching(table, letters, LETTERS[outcome]))


def _matching(table: Table, letters: Path, wanted: str) -> Iterator[list[str]]:
    fate = letters.read_text("ascii")
    for chunk in table.chunks():
        rows = [*zip(chunk.numbers, chunk.rows, strict=True)]
        rows += [(number, cells) for number, cells, _ in chunk.misfits]
        for number, cells in sorted(rows) if chunk.misfits else rows:
            if fate[number - 1 : number] == wanted:
                yield cells


def table_of(run: ImportRun) -> Table:
    """The uploaded file, read as its mapping says."""
    return open_table(
        Path(run.file.path),
        encoding=run.mapping.get("encoding", ""),
        delimiter=run.mapping.get("delimiter", ""),
        name=run.filename,
    )


def samples_of(table: Table) -> dict[str, list[str]]:
    """The first few values of each column, to recognise it by."""
    chunk = next(table.chunks(SAMPLES), None)
    rows = chunk.rows[:SAMPLES] if chunk else []
    return {
        name: [row[index] for row in rows] for index, name in enumerate(table.columns)
    }


def _stored(file: FieldFile) -> Path | None:
    """Where a stored file lies, if it is still there."""
    if not file:
        return None
    path = Path(file.path)
    return path if path.exists() else None
