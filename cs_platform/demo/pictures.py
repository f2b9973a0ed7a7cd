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


def webhook_ids() -> bytes:
    """Both calls of each order, a few seconds apart."""
    lines = ["id;order;received"]
    for number in range(12):
        for call in range(2):
            at = f"08:{4 * number + 3:02}:{11 + 12 * call}"
            lines.append(f"evt_{7731 + 3 * number};SO-{4180 + number};{at}")
    return "\r\n".join(lines).encode()


def seats() -> bytes:
    """Who has a seat, by department."""
    rows = (("Purchasing", 9), ("Finance", 12), ("Legal", 4), ("Operations", 16))
    lines = ["department,people", *(f"{name},{people}" for name, people in rows)]
    return "\n".join(lines).encode()


def signed_order() -> bytes:
    """One page that says it is an order."""
    text = b"BT /F1 18 Tf 60 760 Td (Renewal order, signed) Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    page, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(page))
        page += b"%d 0 obj%s endobj\n" % (number, content)
    listed = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return page + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF\n" % (size, listed, size, len(page))
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
    "seats.csv": seats,
    "signed-order.pdf": signed_order,
    "webhook-ids.csv": webhook_ids,
    "calendar-week.png": week_picture,
}
