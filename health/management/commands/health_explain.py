"""`manage.py health_explain`: why a score differs between two days."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.formatting import score, signed
from health.queries.changes import Explanation, explain_change
from health.queries.snapshots import account_by_external_id


class Command(BaseCommand):
    help = "Splits the change of an account's score into causes that add up exactly."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("external_id", help="External id of the account.")
        parser.add_argument("--from", dest="first", required=True, help="YYYY-MM-DD")
        parser.add_argument("--to", dest="last", required=True, help="YYYY-MM-DD")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        account = account_by_external_id(options["external_id"])
        if account is None:
            raise CommandError(f"No account is called “{options['external_id']}”.")
        found = explain_change(account, _day(options["first"]), _day(options["last"]))
        if options["json"]:
            data = {"account": options["external_id"], **asdict(found)}
            self.stdout.write(json.dumps(data, default=str, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(found)))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise CommandError(f"“{text}” is not a day. Write it as 2024-12-31.") from wrong


def _lines(found: Explanation) -> list[str]:
    if found.no_split_reason:
        return [found.no_split_reason]
    before = f"{found.day_before} {score(found.score_before)}"
    after = f"{found.day_after} {score(found.score_after)}"
    return [
        f"{before} → {after}: {signed(found.difference)}",
        *(f"{signed(part.shown):>8}  {part.sentence}" for part in found.parts),
    ]
