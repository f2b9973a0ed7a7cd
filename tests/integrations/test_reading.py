"""Files of every accepted form are one thing; hostile ones are refused quickly."""

import gzip
import io
import time
import zipfile
from datetime import date

import openpyxl
import pytest

from integrations.reading import FileRefused, open_table

CSV = "id,name\n1,Zoë\n2,“Quoted, with comma”\n"


def rows(table):
    return [row for chunk in table.chunks() for row in chunk.rows]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (CSV.encode("utf-8"), ""),
        (CSV.encode("utf-8-sig"), ""),
        (CSV.encode("utf-16"), ""),
        (CSV.encode("utf-16-le"), ""),
        (CSV.replace("“", '"').replace("”", '"').encode("cp1252"), "windows-1252"),
        (gzip.compress(CSV.encode()), ""),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16-le", "windows-1252", "gzip"],
)
def test_encodings_and_packing_do_not_matter(write, content, encoding):
    table = open_table(write(content), encoding=encoding)
    assert table.columns == ["id", "name"]
    assert rows(table)[0] == ["1", "Zoë"]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_head(write, sign):
    table = open_table(write(f"id{sign}name\n1{sign}x\n"))
    assert rows(table) == [["1", "x"]]


def test_any_delimiter_can_be_declared(write):
    table = open_table(write("id~name\n1~x\n"), delimiter="~")
    assert rows(table) == [["1", "x"]]


def test_mixed_line_ends_and_blank_lines_keep_the_row_numbers_of_a_spreadsheet(write):
    table = open_table(write("a,b\r\n1,2\n\n3,4\r5,6\n"))
    (chunk,) = table.chunks()
    assert chunk.numbers == [2, 4, 5]
    assert chunk.rows == [["1", "2"], ["3", "4"], ["5", "6"]]


def test_a_row_that_does_not_fit_the_head_is_a_misfit(write):
    table = open_table(write("a,b\n1\n1,2,3\n1,2\n"))
    (chunk,) = table.chunks()
    assert [number for number, _, _ in chunk.misfits] == [2, 3]
    assert chunk.rows == [["1", "2"]]


def test_json_lines_have_the_union_of_their_keys_as_columns(write):
    table = open_table(
        write('{"id": 1, "ok": true}\n[1]\n{"id": 2.50, "x": ["a", "b"]}\n', "f.jsonl")
    )
    (chunk,) = table.chunks()
    assert table.columns == ["id", "ok", "x"]
    assert chunk.rows == [["1", "true", ""], ["2.50", "", "a;b"]]
    assert chunk.misfits[0][0] == 2


def test_a_workbook_is_read_like_a_csv_file(write):
    book = openpyxl.Workbook()
    book.active.append(["id", "day", "n", "note"])
    book.active.append(["A1", date(2024, 3, 1), 5, None])
    book.active.append([None, None, None, None])
    book.active.append(["A2", "2024-03-02", 1.5, "x"])
    buffer = io.BytesIO()
    book.save(buffer)
    table = open_table(write(buffer.getvalue(), "f.xlsx"))
    (chunk,) = table.chunks()
    assert chunk.rows == [
        ["A1", "2024-03-01", "5", ""],
        ["A2", "2024-03-02", "1.5", "x"],
    ]
    assert chunk.numbers == [2, 4]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"\xff\xfa\x00\x01,\n", "not UTF-8"),
        (b"a,b\n1,\xe9\n", "windows-1252"),
        (b"%PDF-1.4", "XLSX"),
        (b"\x1f\x8bnot gzip", "gzip"),
        (b"PK\x03\x04 not a zip", "XLSX"),
        (b'a,b\n1,"never closed\n2,3\n', "CSV"),
        ((",".join("c" * 1 for _ in range(1_000_000))).encode(), "columns"),
        (b"a" * 5_000_000, "longer than"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_reason(write, content, words):
    begun = time.monotonic()
    with pytest.raises(FileRefused, match=words):
        for _ in open_table(write(content)).chunks():
            pass
    assert time.monotonic() - begun < 2


def packed(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(write):
    bomb = packed("xl/sharedStrings.xml", b"\0" * (130 << 20))
    begun = time.monotonic()
    with pytest.raises(FileRefused, match="unpacks"):
        open_table(write(bomb, "f.xlsx"))
    assert time.monotonic() - begun < 2


def test_a_gzip_bomb_is_refused_while_it_is_unpacked(write, settings):
    settings.IMPORT_MAX_BYTES = 100_000
    bomb = gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000)
    with pytest.raises(FileRefused, match="unpacks"):
        for _ in open_table(write(bomb)).chunks():
            pass


def test_entities_of_a_workbook_are_never_expanded(write):
    book = openpyxl.Workbook()
    book.active.append(["id"])
    book.active.append(["x"])
    buffer = io.BytesIO()
    book.save(buffer)
    evil = io.BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(evil, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                data = (
                    b'<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaa">]>'
                    + data.split(b"?>", 1)[-1]
                )
            new.writestr(item, data)
    with pytest.raises(FileRefused):
        rows(open_table(write(evil.getvalue(), "f.xlsx")))
