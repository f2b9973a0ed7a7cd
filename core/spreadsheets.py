"""Lists as CSV and Excel files: streamed, complete, and without live formulas.

A spreadsheet program runs text that begins like a formula. In CSV such text gets an
apostrophe in front, which :func:`restored` takes away again on import; in Excel every
text is stored as text. Numbers stay numbers, dates stay dates.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | Decimal | date | datetime | bool | None

#: What makes a spreadsheet treat text as a formula, after any apostrophes; the last
#: four are the full-width forms that Excel reads as the plain ones.
_FORMULA = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
#: Rows of one Excel sheet, the head included.
SHEET_ROWS = 1_048_576
_CELL_LENGTH = 32_767
_WIDTHS = (10, 46)


def neutralised(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet might run it."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """What the text was before :func:`neutralised`; other text as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file line by line, with the mark that lets Excel read it as UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([neutralised(str(word)) for word in header])
    for row in rows:
        yield writer.writerow([_csv_cell(cell) for cell in row])


class _Echo:
    """A file for csv.writer that hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return _local(cell).isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, (int, float, Decimal)):
        return str(cell)
    return neutralised(cell)


def write_workbook(
    target: BinaryIO,
    *,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
) -> int:
    """Write the rows as an Excel file and return how many there were.

    Memory stays flat whatever the length; a list longer than a sheet goes on in a
    further sheet. Cells are typed: text can never become a formula or a link.
    """
    options: dict[str, Any] = {"constant_memory": True, "in_memory": False}
    book = xlsxwriter.Workbook(target, options)
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    written, line = 0, SHEET_ROWS
    for row in rows:
        if line >= SHEET_ROWS:
            sheet, line = _new_sheet(book, title, header, formats["head"]), 1
        for column, cell in enumerate(row):
            _write_cell(sheet, line, column, cell, formats)
        written, line = written + 1, line + 1
    if not written:
        _new_sheet(book, title, header, formats["head"])
    book.close()
    return written


def _new_sheet(
    book: xlsxwriter.Workbook, title: str, header: Sequence[str], bold: Format
) -> Worksheet:
    number = len(book.worksheets()) + 1
    name = re.sub(r"[\[\]:*?/\\']", " ", title)[:28]
    sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
    sheet.freeze_panes(1, 1)
    for column, word in enumerate(header):
        low, high = _WIDTHS
        sheet.set_column(column, column, min(max(low, len(word) + 4), high))
        sheet.write_string(0, column, word, bold)
    return sheet


def _write_cell(
    sheet: Worksheet, line: int, column: int, cell: Cell, formats: dict[str, Format]
) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(line, column, cell)
    elif isinstance(cell, datetime):
        naive = _local(cell).replace(tzinfo=None)
        sheet.write_datetime(line, column, naive, formats["time"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, column, cell, formats["date"])
    elif isinstance(cell, (int, float, Decimal)):
        sheet.write_number(line, column, cell)
    else:
        sheet.write_string(line, column, cell[:_CELL_LENGTH])


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment
