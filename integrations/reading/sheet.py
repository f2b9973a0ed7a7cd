"""XLSX: the first sheet of a workbook, read as a stream."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from integrations.reading.table import (
    CHUNK_ROWS,
    MAX_COLUMNS,
    Chunk,
    FileRefused,
    checked_columns,
)

_MAX_PARTS = 2_000
_MAX_UNPACKED = 1 << 30
_MAX_RATIO = 200
#: The texts of a workbook are kept in memory, so they are bounded apart.
_MAX_STRINGS = 128 << 20
_BROKEN = (
    DefusedXmlException,
    InvalidFileException,
    KeyError,
    OSError,
    ParseError,
    ValueError,
    zipfile.BadZipFile,
)


class SheetTable:
    """The first sheet of a workbook; formulas count as the value last computed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        _check_size(path)
        head = next((row for row in self._records() if any(row)), None)
        if head is None:
            raise FileRefused("The first sheet is empty.")
        self.columns = checked_columns(_trimmed(head))

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Stretches of rows; missing cells at the end of a row are empty."""
        width = len(self.columns)
        chunk = Chunk()
        is_head_seen = False
        for number, row in enumerate(self._records(), start=1):
            if not any(row):
                continue
            if not is_head_seen:
                is_head_seen = True
                continue
            if any(row[width:]):
                reason = f"has {len(_trimmed(row))} columns, the head has {width}"
                chunk.misfits.append((number, row, reason))
            else:
                chunk.numbers.append(number)
                chunk.rows.append(row[:width] + [""] * (width - len(row)))
            if chunk.size >= size:
                yield chunk
                chunk = Chunk()
        if chunk.size:
            yield chunk

    def _records(self) -> Iterator[list[str]]:
        try:
            book = openpyxl.load_workbook(self.path, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a file may lie about its size
            for row in sheet.iter_rows(values_only=True):
                if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
                    raise FileRefused(f"A row has more than {MAX_COLUMNS} columns.")
                yield [_cell(value) for value in row[:MAX_COLUMNS]]
            book.close()
        except IndexError:
            raise FileRefused("The workbook has no sheet.") from None
        except _BROKEN:
            raise FileRefused("The XLSX file is damaged or not a workbook.") from None


def _check_size(path: Path) -> None:
    """Refuse what would unpack to far more than it looks like."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except _BROKEN:
        raise FileRefused("The XLSX file is damaged.") from None
    unpacked = sum(part.file_size for part in parts)
    strings = sum(p.file_size for p in parts if p.filename.endswith("Strings.xml"))
    packed = max(path.stat().st_size, 1)
    if (
        len(parts) > _MAX_PARTS
        or unpacked > _MAX_UNPACKED
        or strings > _MAX_STRINGS
        or (unpacked > 50 << 20 and unpacked / packed > _MAX_RATIO)
    ):
        raise FileRefused("The XLSX file unpacks to more than is accepted.")


def _trimmed(row: list[str]) -> list[str]:
    """Without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return row[:end]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        midnight = value.time() == time.min
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
