"""Exports hold what the list holds, and nothing in them runs."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import spreadsheets
from core.spreadsheets import csv_lines, neutralised, restored, write_workbook

HOSTILE = [
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "'=1+1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Northwind", "a=b", "3-4", "", " =1", "'s-Hertog"])
def test_harmless_text_stays_as_it_is(text):
    assert neutralised(text) == text
    assert restored(text) == text


@given(st.text() | st.sampled_from(HOSTILE))
def test_what_was_neutralised_comes_back_unchanged(text):
    assert restored(neutralised(text)) == text


def test_csv_keeps_numbers_dates_and_every_character():
    rows = [
        [Decimal("-12.5"), 7, date(2026, 11, 22), None, True, 'Quote " and, comma'],
        [Decimal(0), 0, None, "=1", False, "München\nzwei"],
    ]

    text = "".join(csv_lines(["a", "b", "c", "d", "e", "=f"], rows))
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))

    assert text.startswith("\ufeff")
    assert read == [
        ["a", "b", "c", "d", "e", "'=f"],
        ["-12.5", "7", "2026-11-22", "", "yes", 'Quote " and, comma'],
        ["0", "0", "", "'=1", "no", "München\nzwei"],
    ]


def test_csv_lines_are_produced_one_by_one():
    def endless():
        while True:
            yield ["row"]

    lines = csv_lines(["a"], endless())

    assert [next(lines) for _ in range(3)] == ["\ufeffa\r\n", "row\r\n", "row\r\n"]


def read_book(rows, title="Portfolio", header=("a", "b")):
    target = io.BytesIO()
    written = write_workbook(target, title=title, header=header, rows=rows)
    target.seek(0)
    return written, openpyxl.load_workbook(target)


def test_excel_cells_are_typed_and_never_formulas():
    moment = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
    rows = [[text, "https://example.com"] for text in HOSTILE]
    rows += [[Decimal("1.5"), date(2026, 11, 22)], [moment, True], [None, ""]]

    written, book = read_book(rows)
    cells = list(book.active.iter_rows(min_row=2))

    assert written == len(rows)
    for text, row in zip(HOSTILE, cells, strict=False):
        assert row[0].data_type == "s"
        assert row[0].value.replace("_x000D_", "\r") == text
        assert row[1].hyperlink is None
    number, day = cells[len(HOSTILE)]
    assert (number.value, day.value.date()) == (1.5, date(2026, 11, 22))
    assert cells[len(HOSTILE) + 1][0].value == datetime(2026, 11, 22, 14, 5)
    assert cells[len(HOSTILE) + 1][1].value is True


def test_an_empty_list_still_has_its_head():
    written, book = read_book([], title="What's [new]: */?")

    assert written == 0
    assert [cell.value for cell in book.active[1]] == ["a", "b"]
    assert book.active.freeze_panes == "B2"


def test_a_list_longer_than_a_sheet_goes_on_in_the_next(monkeypatch):
    monkeypatch.setattr(spreadsheets, "SHEET_ROWS", 3)

    written, book = read_book([[index, "x"] for index in range(5)])

    assert written == 5
    assert book.sheetnames == ["Portfolio", "Portfolio 2", "Portfolio 3"]
    values = [row[0].value for sheet in book for row in sheet.iter_rows(min_row=2)]
    assert values == [0, 1, 2, 3, 4]


def test_a_text_longer_than_a_cell_is_cut_not_lost():
    _, book = read_book([["x" * 40_000, "y"]])

    assert len(book.active["A2"].value) == 32_767
