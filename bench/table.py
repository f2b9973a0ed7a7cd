"""The table a bench prints: what was measured, and what it may be at most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured claim. ``is_kept`` is None where nothing is promised."""

    work: str
    size: str
    measured: str
    limit: str = ""
    is_kept: bool | None = None


def as_markdown(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table, aligned for reading in a terminal too."""
    words = {True: "kept", False: "BROKEN", None: ""}
    lines = [("Work", "Size", "Measured", "Promised", "")]
    lines += [(r.work, r.size, r.measured, r.limit, words[r.is_kept]) for r in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    text = [_line(line, widths) for line in lines]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"
