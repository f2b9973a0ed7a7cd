"""CSV and its relatives: any delimiter, quoted as RFC 4180 has it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import IO, Any

from integrations.reading.table import CHUNK_ROWS, Chunk, FileRefused, checked_columns
from integrations.reading.text import TextSource

_DELIMITERS = (",", ";", "\t", "|")


class DelimitedTable:
    """A delimited text file; the first row that is not blank is its head."""

    def __init__(self, text: TextSource, delimiter: str = "") -> None:
        self.text = text
        if delimiter in ("\\t", "tab"):
            delimiter = "\t"
        if len(delimiter) > 1 or delimiter in ('"', "\n", "\r"):
            raise FileRefused(f"“{delimiter}” cannot be a delimiter.")
        self.delimiter = delimiter or self._guessed_delimiter()
        self.columns = self._head()

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Stretches of rows; a row with too few or too many cells is a misfit."""
        with self.text.open() as file:
            # No line fills the memory: an absurd one comes in pieces that fit nowhere.
            lines = iter(partial(file.readline, self.text.MAX_LINE), "")
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            with self._refusing(reader):
                number = 1 + next(n for n, row in enumerate(reader) if row)
                while rows := list(islice(reader, size)):
                    yield self._chunk(number + 1, rows)
                    number += len(rows)

    def _chunk(self, first: int, rows: list[list[str]]) -> Chunk:
        """Rows with their numbers; blank ones count but stay away."""
        width = len(self.columns)
        if set(map(len, rows)) == {width}:
            return Chunk(list(range(first, first + len(rows))), rows)
        chunk = Chunk()
        for number, row in enumerate(rows, start=first):
            if len(row) == width:
                chunk.numbers.append(number)
                chunk.rows.append(row)
            elif row:
                reason = f"has {len(row)} columns, the head has {width}"
                chunk.misfits.append((number, row, reason))
        return chunk

    def _head(self) -> list[str]:
        with self.text.open() as file:
            lines = bounded_lines(file, self.text.MAX_LINE)
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            with self._refusing(reader):
                for row in reader:
                    if row:
                        return checked_columns(row)
        raise FileRefused("The file has no rows.")

    @contextmanager
    def _refusing(self, reader: Any) -> Iterator[None]:
        """What cannot be read is refused with the line it stands near."""
        try:
            yield
        except csv.Error as error:
            raise FileRefused(
                f"Near line {reader.line_num} the file is not proper CSV: {error}."
            ) from None
        except UnicodeError as error:
            raise self.text.refusal(error, reader.line_num) from None

    def _guessed_delimiter(self) -> str:
        with self.text.open() as file:
            try:
                lines = bounded_lines(file, self.text.MAX_LINE)
                head = next((line for line in lines if line.strip()), "")
            except UnicodeError as error:
                raise self.text.refusal(error, 0) from None
        counts = {sign: _outside_quotes(head, sign) for sign in _DELIMITERS}
        best = max(_DELIMITERS, key=lambda sign: counts[sign])
        return best if counts[best] else ","


def bounded_lines(file: IO[str], limit: int) -> Iterator[str]:
    """The lines of a file, refusing one so long that it would fill the memory."""
    for line in iter(lambda: file.readline(limit), ""):
        if len(line) >= limit:
            raise FileRefused(f"A line is longer than {limit:,} characters.")
        yield line


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])
