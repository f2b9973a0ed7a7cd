"""All alert rules over many accounts: the night on which everything opens, and the
night after it, when most of it is known."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from bench import database, world
from bench.table import Row
from health.models import AlertRule, Scorecard
from health.queries.alert_rows import columns_wanted, rules_in_use
from health.sources.facts import Facts
from health.sources.reading import read_ids
from health.sources.scope import Scope

ACCOUNTS = {"small": 5_000, "full": 100_000}
LIMIT_SECONDS = 20.0
# So many accounts have a segment with a cadence, an overdue payment, …
_FACTS = (
    """
    INSERT INTO accounts_segment (id, name, slug, priority, rules, coverage_model,
        touch_cadence_days)
    VALUES (9001, 'Bench', 'bench', 9001, '[]', 'high_touch', 45)""",
    "UPDATE accounts_account SET segment_id = 9001 WHERE id %% 3 = 0",
    """
    INSERT INTO revenue_overduepayment (account_id, due_on)
    SELECT a.id, %(day)s::date - (a.id %% 40)::int FROM accounts_account a
    WHERE a.id %% 20 = 0""",
    """
    UPDATE revenue_subscription SET renews_on = %(day)s::date + (id %% 360)::int""",
    """
    INSERT INTO accounts_contactrole (contact_id, role, valid_to)
    SELECT c.id, 'champion', %(day)s::date - (c.id %% 200)::int FROM accounts_contact c
    WHERE c.account_id %% 10 = 0 AND c.name = 'Contact 1'""",
    "UPDATE tickets_ticket SET priority = 'critical' WHERE id %% 8 = 0",
    """
    INSERT INTO tickets_slaevent (ticket_id, metric, cycle, kind, happened_at,
        recorded_at)
    SELECT id, 'resolution', 1, 'breach', opened_at + interval '1 day',
        opened_at + interval '1 day'
    FROM tickets_ticket WHERE id %% 16 = 0""",
)


@dataclass(frozen=True)
class Night:
    """What the alerts of one day took, and what they came to."""

    seconds: float
    opened: int
    open: int
    quiet: int


def measure(size: str) -> list[Row]:
    """Rows of the benchmark table for this size."""
    accounts = ACCOUNTS[size]
    today = datetime.now(UTC).date()
    first = today - timedelta(days=1)
    database.use_fresh_database()
    Scorecard.objects.filter(slug="calculator").update(is_active=True, priority=1)
    world.prepare()
    print(f"alerts: {accounts} accounts")
    world.add_accounts(1, accounts, first)
    _add_facts(first)
    # Snapshots to compare with: of 30 days ago and of the day before.
    for back in (30, 1):
        _run(first - timedelta(days=back), "shown", "quiet")
    opening, following = _night(first), _night(today)
    return [
        _row("alert rules: the night on which everything opens", accounts, opening),
        _row("alert rules: the night after", accounts, following, is_promised=True),
    ]


def _row(work: str, accounts: int, night: Night, *, is_promised: bool = False) -> Row:
    size = (
        f"{accounts:,} accounts, {AlertRule.objects.count()} rules, "
        f"{night.open:,} alerts open"
    )
    words = f"{night.seconds:.1f} s, {night.opened:,} opened, {night.quiet:,} noted"
    if not is_promised:
        return Row(work, size, words)
    is_kept = night.seconds <= LIMIT_SECONDS
    return Row(work, size, words, f"≤ {LIMIT_SECONDS:.0f} s", is_kept)


def _add_facts(day: date) -> None:
    for statement in _FACTS:
        database.execute(statement, {"day": day})
    database.execute("VACUUM ANALYZE")


def _night(day: date) -> Night:
    """The seconds that alerts take in a recompute of the day that is shown.

    Reading the facts of the rules counts in full, although the scorecard reads some
    of them as well.
    """
    facts, answer = _seconds_to_read(day), _run(day, "shown")
    return Night(
        seconds=facts + answer["alerts"],
        opened=_count("health_alert WHERE opened_on = %s", day),
        open=_count("health_alert WHERE closed_at IS NULL"),
        quiet=_count("health_alertledgerentry WHERE day = %s", day),
    )


def _seconds_to_read(day: date) -> float:
    ids = read_ids("SELECT id FROM accounts_account ORDER BY id")
    wanted = columns_wanted(rules_in_use())
    facts = Facts(Scope(day, "UTC", ids, is_everyone=True), wanted)
    started = time.perf_counter()
    for name in sorted(wanted):
        facts[name]
    return time.perf_counter() - started


def _run(day: date, *words: str) -> dict[str, float]:
    result = database.run_module("bench.one_run", str(day), *words)
    answer = json.loads(result.output)
    assert answer["errors"] == 0, answer
    return answer


def _count(of: str, *values: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {of}", values)
        return cursor.fetchone()[0]
