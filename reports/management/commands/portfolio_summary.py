"""`manage.py portfolio_summary`: the portfolio as of a day, in figures."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.formatting import money, number
from organisation.clock import today
from reports.queries import portfolio_summary


class Command(BaseCommand):
    help = "Prints accounts, subscriptions, revenue and bands as of a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--as-of", help="Day as YYYY-MM-DD; today if not given.")
        parser.add_argument("--json", action="store_true", help="Print JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        summary = portfolio_summary(_day(options["as_of"]))
        if options["json"]:
            self.stdout.write(json.dumps(summary, indent=2))
        else:
            self.stdout.write("\n".join(_sentences(summary)))


def _day(text: str | None) -> date:
    if not text:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise CommandError(f"“{text}” is not a day. Write it as 2024-12-31.") from wrong


def _sentences(summary: dict[str, Any]) -> list[str]:
    currency = summary["currency"]
    active, trials = summary["active_subscriptions"], summary["active_trials"]
    lines = [
        f"As of {summary['as_of']}, amounts in {currency}",
        f"{number(summary['accounts'])} accounts",
        f"{number(summary['active_accounts'])} active accounts",
        f"{number(active)} active subscriptions, {number(trials)} of them trials",
        f"{number(summary['seats'])} seats",
        f"MRR {money(summary['mrr'], currency)}, ARR {money(summary['arr'], currency)}",
    ]
    for code, amounts in summary.get("other_currencies", {}).items():
        lines.append(f"and MRR {money(amounts['mrr'], code)} in {code}")
    for band, totals in summary["by_band"].items():
        arr = money(totals["arr"], currency)
        lines.append(f"  {band:<8}{number(totals['accounts']):>8} accounts  {arr} ARR")
    return lines
