"""manage.py seed_demo: fill an empty installation with a believable organisation."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from cs_platform.demo.organisation import SIGN_INS
from cs_platform.demo.seed import Plan, seed


class Command(BaseCommand):
    help = "Fill an empty installation with a demo organisation (see remove_demo)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--accounts", type=int, default=200)
        parser.add_argument("--months", type=int, default=18)
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument(
            "--snapshots", choices=("daily", "weekly", "none"), default="daily"
        )
        parser.add_argument(
            "--today", type=date.fromisoformat, help="Last day; default is today."
        )
        parser.add_argument(
            "--users-per-account",
            type=int,
            help="Exactly this many product users instead of a share of the seats.",
        )
        parser.add_argument(
            "--rollups-only",
            action="store_true",
            help="Leave out raw usage rows: for benches with many accounts.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if Account.objects.exists():
            raise CommandError(
                "There are accounts already. Run manage.py remove_demo first, or use "
                "an empty database."
            )
        if not 1 <= options["accounts"] <= 100_000 or not 1 <= options["months"] <= 60:
            raise CommandError("Use 1 to 100,000 accounts and 1 to 60 months.")
        password = os.environ.get("DEMO_PASSWORD") or secrets.token_urlsafe(9)
        seed(
            Plan(
                accounts=options["accounts"],
                months=options["months"],
                seed=options["seed"],
                snapshots=options["snapshots"],
                password=password,
                raw_rows=not options["rollups_only"],
                users_per_account=options["users_per_account"],
            ),
            today=options["today"] or datetime.now(ZoneInfo("Europe/Berlin")).date(),
            say=self.stdout.write,
            now=None if options["today"] else datetime.now(UTC),
        )
        people = ", ".join(f"{name}@example.com" for name in SIGN_INS)
        self.stdout.write(f"Sign in as {people} with the password {password}")
