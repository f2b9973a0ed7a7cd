"""`manage.py write_reference`: the reference pages that are made from code."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import translation

from organisation.permissions_page import permissions_markdown

FOLDER = Path(settings.BASE_DIR, "docs", "reference")


class Command(BaseCommand):
    help = "Write permissions.md and openapi.yaml of docs/reference from the code."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=FOLDER)

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        with translation.override("en"):
            Path(folder, "permissions.md").write_text(permissions_markdown())
            call_command(
                "spectacular",
                file=str(folder / "openapi.yaml"),
                validate=True,
                fail_on_warn=True,
            )
