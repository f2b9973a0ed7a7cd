"""Small files that demo customers attach, made on the spot."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

_WIDTH, _HEIGHT, _BAR = 280, 140, 40
_BARS = (90, 40, 0, 64, 110, 24, 0)
_PAPER, _INK, _LINE = b"\xf6\xf8\xfb", b"\x20\x6b\xc4", b"\xc8\xd3\xe1"


def approval_matrix() -> bytes:
    """A table as people keep it today."""
    return (
        b"Amount;Purchasing;Legal;Days\r\n0-500;no;no;0\r\n500-5000;yes;no;1\r\n"
        b"5000-50000;yes;yes;3\r\nover 50000;yes;yes;5\r\n"
    )


def export_error() -> bytes:
    """A few lines of a log."""
    return (
        b"08:02:11 export started, view 'All orders', format csv\n"
        b"08:02:14 10000 rows written\n08:02:14 limit reached, file closed\n"
        b"08:02:14 export finished without error\n"
    )


def week_picture() -> bytes:
    """A bar per weekday, two of them missing."""
    rows = []
    for y in range(_HEIGHT):
        row = b"".join(_pixel(x, y) for x in range(_WIDTH))
        rows.append(b"\0" + row)
    head = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    parts = (
        (b"IHDR", head),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _pixel(x: int, y: int) -> bytes:
    bar, within = divmod(x, _BAR)
    if 8 <= within < 32 and _HEIGHT - 12 - _BARS[bar] <= y < _HEIGHT - 12:
        return _INK
    return _LINE if y == _HEIGHT - 12 else _PAPER


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


FILES: dict[str, Callable[[], bytes]] = {
    "approval-matrix.csv": approval_matrix,
    "export-error.txt": export_error,
    "calendar-week.png": week_picture,
}
