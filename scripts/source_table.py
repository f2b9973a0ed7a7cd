"""Writes the table of docs/reference/sources.md from the registry of sources.

`python -m scripts.source_table` rewrites it in place; a test compares.
"""

import os
from pathlib import Path

import django

DOCUMENT = Path(__file__).parents[1] / "docs" / "reference" / "sources.md"
START = "<!-- table: written by scripts/source_table.py -->"
END = "<!-- end of table -->"


def table() -> str:
    """One section per group, one row per source."""
    # Needs configured settings.
    from health.sources.registry import SOURCES

    groups: dict[str, list[str]] = {}
    for key, source in SOURCES.items():
        unit = source.unit or "number"
        better = {"up": "higher", "down": "lower"}.get(source.direction, "–")
        cells = (f"`{key}`", source.label, unit, source.window, better)
        row = f"| {' | '.join(cells)} | {source.description} |"
        groups.setdefault(source.group, []).append(row)
    head = "| Key | Label | Unit | Window | Better | What it is |"
    rule = "| --- | --- | --- | --- | --- | --- |"
    return "\n\n".join(
        "\n".join([f"### {group.capitalize()}", "", head, rule, *rows])
        for group, rows in groups.items()
    )


def with_fresh_table(text: str) -> str:
    """The document with everything between its two markers replaced."""
    before, rest = text.split(START)
    _, after = rest.split(END)
    return f"{before}{START}\n\n{table()}\n\n{END}{after}"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    django.setup()
    DOCUMENT.write_text(with_fresh_table(DOCUMENT.read_text()))
