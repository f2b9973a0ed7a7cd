"""JSON lines: one object per line; its keys are the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from integrations.reading.delimited import bounded_lines
from integrations.reading.table import CHUNK_ROWS, Chunk, FileRefused, checked_columns
from integrations.reading.text import TextSource


class JsonLinesTable:
    """A file of JSON objects; absent keys are empty cells, row 1 is the first line."""

    def __init__(self, text: TextSource) -> None:
        self.text = text
        names: dict[str, None] = {}
        for _, item in self._objects():
            if isinstance(item, dict):
                names.update(dict.fromkeys(item))
            if len(names) > 10_000:
                break
        if not names:
            raise FileRefused("The file has no JSON objects, one on each line.")
        self.columns = checked_columns(list(names))
        self.keys = list(names)

    def chunks(self, size: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Stretches of rows; a line that is no object is a misfit."""
        chunk = Chunk()
        for number, item in self._objects():
            if isinstance(item, dict):
                chunk.numbers.append(number)
                chunk.rows.append([_cell(item.get(key)) for key in self.keys])
            else:
                chunk.misfits.append((number, [], "is not a JSON object"))
            if chunk.size >= size:
                yield chunk
                chunk = Chunk()
        if chunk.size:
            yield chunk

    def _objects(self) -> Iterator[tuple[int, Any]]:
        number = 0
        with self.text.open() as file:
            try:
                lines = bounded_lines(file, self.text.MAX_LINE)
                for number, line in enumerate(lines, start=1):
                    if line.strip():
                        yield number, _parsed(line)
            except (UnicodeDecodeError, UnicodeError) as error:
                raise self.text.refusal(error, number) from None


def _parsed(line: str) -> Any:
    try:
        return json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        return None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return ";".join(value)
        return json.dumps(value, ensure_ascii=False)
    return str(value)
