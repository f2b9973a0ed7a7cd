"""Text files, packed or not, in any declared encoding."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import IO, Any, BinaryIO

from django.conf import settings

from integrations.reading.table import FileRefused

#: Text a file may unpack to, as a multiple of the largest file that may be sent.
_UNPACKED_FACTOR = 10


class TextSource:
    """A text file that can be opened again and again, packed or not."""

    MAX_LINE = 4 * 1024 * 1024

    def __init__(self, path: Path, encoding: str, *, is_packed: bool) -> None:
        self.path = path
        self.encoding = _known_encoding(encoding)
        self.is_packed = is_packed

    def open(self) -> IO[str]:
        """The text from its beginning; a mark at the beginning is swallowed."""
        raw: BinaryIO = self.path.open("rb")
        if self.is_packed:
            limit = settings.IMPORT_MAX_BYTES * _UNPACKED_FACTOR
            raw = io.BufferedReader(_Unpacked(raw, limit), 1 << 18)
        return io.TextIOWrapper(raw, encoding=self.encoding, newline="")

    def refusal(self, error: Exception, line: int) -> FileRefused:
        """Why reading stopped, in words."""
        if isinstance(error, UnicodeDecodeError):
            return FileRefused(
                f"Near line {line} the file is not {self.encoding.upper()} text. "
                "Declare its encoding, for example “windows-1252”."
            )
        return FileRefused(f"The file is damaged near line {line}.")


def _known_encoding(encoding: str) -> str:
    plain = encoding.lower().replace("_", "-")
    if plain in {"utf-8", "utf8"}:
        return "utf-8-sig"
    try:
        "".encode(plain)
    except LookupError:
        raise FileRefused(f"“{encoding}” is not a known encoding.") from None
    return plain


class _Unpacked(io.RawIOBase):
    """A gzip stream that stops being read once it has become too long."""

    def __init__(self, raw: BinaryIO, limit: int) -> None:
        self.raw, self.file, self.left = raw, gzip.GzipFile(fileobj=raw), limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self.file.read(len(buffer))
        except (OSError, EOFError, zlib.error):
            raise FileRefused("The gzip file is damaged.") from None
        self.left -= len(data)
        if self.left < 0:
            raise FileRefused("The gzip file unpacks to more than is accepted.")
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self.raw.close()
        super().close()
