"""CSV and its relatives: any delimiter, quoted as RFC 4180 has it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO

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
        width = len(self.columns)
        chunk = Chunk()
        for number, row in self._records():
            if len(row) == width:
                chunk.numbers.append(number)
                chunk.rows.append(row)
            elif row:
                reason = f"has {len(row)} columns, the head has {width}"
                chunk.misfits.append((number, row, reason))
            if len(chunk.numbers) >= size or len(chunk.misfits) >= size:
                yield chunk
                chunk = Chunk()
        if chunk.size:
            yield chunk

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Rows behind the head with their numbers; blank ones count but stay away."""
        number = 0
        is_head_seen = False
        with self.text.open() as file:
            reader = csv.reader(
                bounded_lines(file, self.text.MAX_LINE),
                delimiter=self.delimiter,
                strict=True,
            )
            try:
                for number, row in enumerate(reader, start=1):
                    if is_head_seen:
                        if row:
                            yield number, row
                    elif row:
                        is_head_seen = True
            except csv.Error as error:
                raise FileRefused(
                    f"After row {number} the file is no longer proper CSV: {error}."
                ) from None
            except (UnicodeDecodeError, UnicodeError) as error:
                raise self.text.refusal(error, number) from None

    def _head(self) -> list[str]:
        with self.text.open() as file:
            reader = csv.reader(
                bounded_lines(file, self.text.MAX_LINE),
                delimiter=self.delimiter,
                strict=True,
            )
            try:
                for row in reader:
                    if row:
                        return checked_columns(row)
            except csv.Error as error:
                raise FileRefused(f"The head is not proper CSV: {error}.") from None
            except (UnicodeDecodeError, UnicodeError) as error:
                raise self.text.refusal(error, 0) from None
        raise FileRefused("The file has no rows.")

    def _guessed_delimiter(self) -> str:
        with self.text.open() as file:
            try:
                head = next((line for line in file if line.strip()), "")
            except (UnicodeDecodeError, UnicodeError) as error:
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
