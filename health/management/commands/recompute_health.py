"""`manage.py recompute_health`: compute health now, or as of a day."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.formatting import number
from health.models import HealthRun
from health.queries.snapshots import account_by_external_id
from health.services import DayNotOver, NoScorecard, organisation_clock, recompute


class Command(BaseCommand):
    help = "Computes health for all accounts, or for one, as of a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", help="Day as YYYY-MM-DD; today if not given.")
        parser.add_argument("--account", help="External id of one account.")
        parser.add_argument(
            "--restate",
            action="store_true",
            help="Write restated snapshots beside what was known then.",
        )
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        account_ids = None
        if options["account"]:
            account = account_by_external_id(options["account"])
            if account is None:
                raise CommandError(f"No account is called “{options['account']}”.")
            account_ids = [account.pk]
        try:
            run = recompute(
                day=_day(options["as_of"]),
                trigger=HealthRun.Trigger.COMMAND,
                account_ids=account_ids,
                restate=options["restate"],
            )
        except (DayNotOver, NoScorecard) as refusal:
            raise CommandError(str(refusal)) from refusal
        result = _result(run)
        self.stdout.write(json.dumps(result) if options["json"] else _sentence(result))


def _day(text: str | None) -> date:
    if not text:
        return organisation_clock()[1].date()
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise CommandError(f"“{text}” is not a day. Write it as 2024-12-31.") from wrong


def _result(run: HealthRun) -> dict[str, Any]:
    finished = run.finished_at or run.started_at
    return {
        "run": run.pk,
        "as_of": run.day.isoformat(),
        "status": run.status,
        "accounts": run.accounts,
        "changed": run.changed,
        "errors": run.errors,
        "seconds": round((finished - run.started_at).total_seconds(), 2),
        "restated": run.is_restatement,
    }


def _sentence(result: dict[str, Any]) -> str:
    broken = result["errors"]
    return (
        f"Health as of {result['as_of']}: {number(result['accounts'])} accounts, "
        f"{number(result['changed'])} snapshots written, "
        f"{number(broken)} could not be scored, {result['seconds']} s."
    )
