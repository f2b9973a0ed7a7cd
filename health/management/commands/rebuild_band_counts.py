"""manage.py rebuild_band_counts: count the portfolio of past days anew."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from health.services.band_counts import counted_days, write_band_counts


class Command(BaseCommand):
    help = "Count accounts and ARR per band anew for every day with a whole run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, help="First day.")
        parser.add_argument("--until", type=date.fromisoformat, help="Last day.")

    def handle(self, *args: Any, **options: Any) -> None:
        days = counted_days(options["since"], options["until"])
        for day in days:
            write_band_counts(day)
        self.stdout.write(f"Counted {len(days)} days.")
