"""``manage.py import_csv KIND FILE``: import a file and say what became of its rows."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from integrations.kinds import KINDS
from integrations.outcome import OUTCOMES, Result
from integrations.reading import FileRefused
from integrations.services import import_file


class Command(BaseCommand):
    """Exit status 0: all in; 3: some rejected or waiting; 1: refused, none stored."""

    help = "Import a CSV, XLSX or JSON-lines file, plain or packed with gzip."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", metavar="KIND", help=", ".join(KINDS))
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--mapping", type=Path, help="a JSON mapping file")
        parser.add_argument(
            "--date-format", default="", help="DMY, MDY, YMD or a strptime format"
        )
        parser.add_argument("--dry-run", action="store_true", help="check only")
        parser.add_argument("--json", action="store_true", help="one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = import_file(
                kind=options["kind"],
                path=_existing(options["file"]),
                mapping=_mapping(options["mapping"]),
                date_format=options["date_format"],
                by=None,
                is_dry_run=options["dry_run"],
            )
        except FileRefused as refusal:
            self._refuse(options, str(refusal))
        if options["json"]:
            self.stdout.write(result.line())
        else:
            self._say(result, is_dry_run=options["dry_run"])
        if result.exit_status:
            raise SystemExit(result.exit_status)

    def _refuse(self, options: dict[str, Any], reason: str) -> None:
        if options["json"]:
            result = Result(options["kind"], "")
            result.errors = [
                {"row": None, "column": None, "value": None, "reason": reason}
            ]
            self.stdout.write(result.line())
        self.stderr.write(f"Refused: {reason}")
        raise SystemExit(1)

    def _say(self, result: Result, *, is_dry_run: bool) -> None:
        counts = ", ".join(f"{getattr(result, name):,} {name}" for name in OUTCOMES)
        prefix = "Checked, nothing stored: " if is_dry_run else ""
        self.stdout.write(f"{prefix}{result.rows:,} rows: {counts}.")
        if result.released:
            self.stdout.write(f"{result.released:,} waiting rows were released.")
        for problem in result.errors[:20]:
            self.stdout.write(f"  row {problem['row']}: {problem['reason']}")
        if result.warnings:
            self.stdout.write(f"{result.warnings:,} warnings:")
        for problem in result.warning_list[:5]:
            self.stdout.write(f"  row {problem['row']}: {problem['reason']}")
        if result.rejected_file:
            self.stdout.write(f"Rejected rows with reasons: {result.rejected_file}")


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise FileRefused(f"There is no file {path}.")
    return path


def _mapping(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        data: dict[str, Any] = json.loads(_existing(path).read_text("utf-8-sig"))
    except (ValueError, OSError) as problem:
        raise FileRefused(f"The mapping {path} is not JSON: {problem}.") from None
    return data
