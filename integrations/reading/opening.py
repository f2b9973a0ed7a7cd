"""Telling what a file is by its first bytes, and guarding against hostile ones."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from integrations.reading.delimited import DelimitedTable
from integrations.reading.json_lines import JsonLinesTable
from integrations.reading.sheet import SheetTable
from integrations.reading.table import FileRefused, Table
from integrations.reading.text import TextSource

_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_OLD_EXCEL, _PDF = b"\xd0\xcf\x11\xe0", b"%PDF"


def open_table(
    path: Path, *, encoding: str = "", delimiter: str = "", name: str = ""
) -> Table:
    """The file as a table. Raises :class:`FileRefused` when it is none.

    ``encoding`` and ``delimiter`` are what the mapping declares; otherwise a mark at
    the beginning decides the encoding (else UTF-8) and the head the delimiter.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise FileRefused("The file is empty.")
    if start.startswith(_ZIP):
        return SheetTable(path)
    if start.startswith((_OLD_EXCEL, _PDF)):
        raise FileRefused("This is neither text nor an XLSX file. Save it as CSV.")
    is_packed = start.startswith(_GZIP)
    if is_packed:
        start = _unpacked_start(path)
    text = TextSource(path, encoding or _encoding_of(start), is_packed=is_packed)
    suffixes = Path(name or path.name).suffixes
    if {".jsonl", ".ndjson", ".json"} & set(suffixes) or start.lstrip()[:1] == b"{":
        return JsonLinesTable(text)
    return DelimitedTable(text, delimiter)


def _unpacked_start(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            start: bytes = file.read(4096)
    except (OSError, EOFError, zlib.error):
        raise FileRefused("The gzip file is damaged.") from None
    if start.startswith(_ZIP):
        raise FileRefused("An XLSX file is packed already; send it without gzip.")
    if not start.strip():
        raise FileRefused("The file is empty.")
    return start


def _encoding_of(start: bytes) -> str:
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(start) >= 8 and start.count(0) > len(start) // 4:
        if start[1::2].count(0) > start[0::2].count(0):
            return "utf-16-le"
        return "utf-16-be"
    return "utf-8"
