"""What a file is, by its content, and the name it may be called by. Pure.

Nobody's word is taken: neither the type a browser sends nor what a name ends in. What
could run in a browser (HTML, SVG, XML) is handed out as plain bytes.
"""

from __future__ import annotations

import re
import unicodedata

BYTES = "application/octet-stream"
LONGEST_NAME = 180
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIP_KINDS = {
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
}
_TEXT_KINDS = {"csv": "text/csv", "json": "application/json", "eml": "message/rfc822"}
_PROGRAMS = (b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_PROGRAM_ENDINGS = frozenset(
    "app bat chm cmd com cpl dll dmg exe gadget hta jar js jse lnk msc msi msp pif ps1 "
    "psm1 reg scf scr vb vbe vbs ws wsf wsh".split()
)
_ACTIVE = re.compile(
    rb"<\s*(?:!doctype|\?xml|html|svg|script|body|head|iframe|xsl)", re.IGNORECASE
)
_BAD_SIGNS = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*]")


class FileRefused(ValueError):
    """This file is not taken; the message says why."""


def safe_name(name: str) -> str:
    """The last part of a name without signs that mislead, steer paths or break headers.

    >>> safe_name("../../etc/passwd")
    'passwd'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    plain = " ".join(_BAD_SIGNS.sub("_", shown).split()).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > LONGEST_NAME and dot and len(ending) <= 10:
        plain = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return plain[:LONGEST_NAME] or "file"


def found_type(head: bytes, name: str) -> str:
    """The type of a file by its first bytes. Raises FileRefused for programs."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    is_windows_program = head.startswith(b"MZ") and b"\0" in head
    if ending in _PROGRAM_ENDINGS or head.startswith(_PROGRAMS) or is_windows_program:
        raise FileRefused("Programs cannot be attached.")
    if head.startswith(b"PK\x03\x04"):
        return _ZIP_KINDS.get(ending, "application/zip")
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    return _text_kind(head, ending)


def _text_kind(head: bytes, ending: str) -> str:
    if b"\0" in head or _ACTIVE.search(head) or ending in ("svg", "html", "htm", "xml"):
        return BYTES
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A sign cut in half at the end of the sample is no fault of the file.
        if error.start < len(head) - 3:
            return BYTES
    return _TEXT_KINDS.get(ending, "text/plain")
