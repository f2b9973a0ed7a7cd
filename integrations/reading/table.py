"""What every kind of file looks like to the importer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

MAX_COLUMNS = 500
CHUNK_ROWS = 20_000


class FileRefused(Exception):
    """The file as a whole cannot be understood; the message says why and what to do."""


@dataclass
class Chunk:
    """A stretch of a file. Row numbers count as a spreadsheet does: the head is 1."""

    numbers: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    #: Rows that do not fit the head: number, cells, reason.
    misfits: list[tuple[int, list[str], str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.numbers) + len(self.misfits)


class Table(Protocol):
    """A file opened for reading; ``chunks`` reads it anew each time."""

    columns: list[str]

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """The rows of the file from its beginning, in stretches of about ``size``."""
        ...


def checked_columns(names: list[str]) -> list[str]:
    """Trimmed column names; refuses a head that is empty or absurdly wide."""
    columns = [name.strip() for name in names]
    if not any(columns):
        raise FileRefused("The file has no head: its first row is empty.")
    if len(columns) > MAX_COLUMNS:
        raise FileRefused(
            f"The file has {len(columns):,} columns; at most {MAX_COLUMNS} are read."
        )
    return columns
