"""The second reading of a file: cells become values and go into the stage by COPY.

Columns are converted a stretch of rows at a time, so a million rows need neither a
million Python objects at once nor a million small statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import md5

from core.staging import NULL, Stage, escaped
from integrations.plan import Plan, Step
from integrations.reading import Chunk, Table

_REJECTED = ("row_no", "outcome", "problem_column", "problem_value", "reason")
_SHOWN_VALUE = 200
_KEY_LENGTH = 200


def load(
    plan: Plan,
    table: Table,
    stage: Stage,
    *,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Fill the stage from the file; returns the number of rows read.

    Rows with a cell that cannot be read are staged as rejected, with the column, the
    value and the reason, and nothing else.
    """
    names = ["row_no", "row_key", "content", *(step.column for step in plan.steps)]
    done = 0
    for chunk in table.chunks():
        rejected = [
            _rejection(number, "", "", f"The row {reason}.")
            for number, _, reason in chunk.misfits
        ]
        lines = _lines(plan, chunk, rejected) if chunk.rows else []
        if lines:
            stage.copy(names, "\n".join(lines) + "\n")
        if rejected:
            stage.copy(_REJECTED, "\n".join(rejected) + "\n")
        for step in plan.steps:
            step.memo.forget()
        done += chunk.size
        if progress is not None:
            progress(done)
    stage.analyze()
    return done


def _lines(plan: Plan, chunk: Chunk, rejected: list[str]) -> list[str]:
    """The good rows of a stretch as COPY lines; the bad ones go to ``rejected``."""
    cells = list(zip(*chunk.rows, strict=True))
    size = len(chunk.rows)
    read = [
        [step.constant] * size
        if step.index < 0
        else list(map(step.memo.__getitem__, cells[step.index]))
        for step in plan.steps
    ]
    bad = _bad_rows(plan.steps, chunk, cells, rejected)
    values = ["\t".join(row) for row in zip(*read, strict=True)]
    keys = _keys(plan, chunk, read)
    lines = [
        f"{number}\t{key}\t{_digest(line)}\t{line}"
        for number, key, line in zip(chunk.numbers, keys, values, strict=True)
    ]
    if bad:
        return [line for index, line in enumerate(lines) if index not in bad]
    return lines


def _keys(plan: Plan, chunk: Chunk, read: list[list[str]]) -> Sequence[str]:
    """The id of each row, else its natural key, else a digest of the whole row."""
    columns = [step.column for step in plan.steps]
    if "external_id" in columns:
        return read[columns.index("external_id")]
    natural = plan.kind.natural_key
    if natural and set(natural) <= set(columns):
        parts = [read[columns.index(name)] for name in natural]
        return [
            _content_key(cells) if NULL in row else _joined(row)
            for row, cells in zip(zip(*parts, strict=True), chunk.rows, strict=True)
        ]
    return [_content_key(cells) for cells in chunk.rows]


def _joined(parts: tuple[str, ...]) -> str:
    key = "|".join(parts)
    return key if len(key) <= _KEY_LENGTH else f"={_digest(key)}"


def _content_key(cells: Sequence[str]) -> str:
    """The digest of all cells, marked so that equal rows can be told apart later."""
    return f"#{_digest(chr(31).join(cells))}"


def _digest(text: str) -> str:
    encoded = text.encode("utf-8", "surrogatepass")
    return md5(encoded, usedforsecurity=False).hexdigest()


def _bad_rows(
    steps: list[Step],
    chunk: Chunk,
    cells: list[tuple[str, ...]],
    rejected: list[str],
) -> set[int]:
    """Positions of rows with an unreadable cell; the first such cell is reported."""
    bad: set[int] = set()
    for step in steps:
        if step.index < 0 or step.is_hidden or not step.memo.bad:
            continue
        reasons = step.memo.bad
        for position, raw in enumerate(cells[step.index]):
            if raw in reasons and position not in bad:
                bad.add(position)
                rejected.append(
                    _rejection(
                        chunk.numbers[position],
                        step.shown,
                        raw,
                        _sentence(step.shown, raw, reasons[raw]),
                    )
                )
    return bad


def _sentence(column: str, raw: str, reason: str) -> str:
    shown = raw.strip().replace("\0", "")
    if not shown or reason.startswith("“"):
        return f"“{column}” {reason}." if not shown else f"{reason}."
    if len(shown) > 60:
        shown = shown[:60] + "…"
    return f"“{shown}” in “{column}” {reason}."


def _rejection(number: int, column: str, raw: str, reason: str) -> str:
    value = raw.replace("\0", "")[:_SHOWN_VALUE]
    parts = (str(number), "rejected", column, value, reason.replace("\0", ""))
    return "\t".join(escaped(part) for part in parts)
