"""The nightly recompute against its floor, against itself at half the size, and
against the loop over the ORM."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from accounts.models import Account
from bench import database, world
from bench.orm_loop import recompute_account_by_account
from bench.table import Row
from health.definition import parse_definition
from health.models import Scorecard, ScorecardVersion, Snapshot
from health.services.snapshot_rows import COLUMNS
from health.sources.scope import Scope

REFERENCE_ACCOUNTS = 2_000
ACCOUNTS = {"small": 5_000, "full": 100_000}
REPEATS = 2

LIMIT_FLOOR, LIMIT_MEGABYTES, LIMIT_ORM = 3.0, 2048, 50


@dataclass(frozen=True)
class Measured:
    """One recompute in a process of its own."""

    seconds: float
    megabytes: float


@dataclass(frozen=True)
class World:
    """What was measured with so many accounts.

    ``closing`` writes the snapshots of a day; ``shown`` also brings the columns of
    all accounts and their alerts up to date, as the last run of a night does.
    """

    accounts: int
    floor: float
    closing: Measured
    shown: Measured


def measure(size: str) -> list[Row]:
    """Rows of the benchmark table for this size."""
    accounts = ACCOUNTS[size]
    day = datetime.now(UTC).date() - timedelta(days=1)
    database.use_fresh_database()
    _use_calculator()
    world.prepare()
    print(f"recompute: {REFERENCE_ACCOUNTS} accounts")
    world.add_accounts(1, REFERENCE_ACCOUNTS, day)
    loop = _against_the_loop(day)
    worlds, before = [], REFERENCE_ACCOUNTS
    for count in (accounts // 2, accounts):
        print(f"recompute: {count} accounts")
        world.add_accounts(before + 1, count, day)
        before = count
        worlds.append(_measured_world(count, day))
    return _rows(*worlds, loop)


def _rows(half: World, whole: World, loop: tuple[float, float]) -> list[Row]:
    size = f"{whole.accounts:,} accounts"
    closing, shown = whole.closing, whole.shown
    to_floor = closing.seconds / whole.floor
    doubling = closing.seconds / half.closing.seconds
    peak = max(closing.megabytes, shown.megabytes)
    ratio, loop_seconds = loop
    return [
        Row("recompute: floor", size, f"{whole.floor:.2f} s"),
        Row(
            "recompute: facts to stored snapshots",
            size,
            f"{closing.seconds:.2f} s = {to_floor:.2f} × floor",
            f"≤ {LIMIT_FLOOR:.0f} × floor",
            to_floor <= LIMIT_FLOOR,
        ),
        Row(
            "recompute: with account columns and alerts",
            size,
            f"{shown.seconds:.2f} s = {shown.seconds / whole.floor:.2f} × floor",
        ),
        Row(
            "recompute: peak memory",
            size,
            f"{peak:.0f} MB",
            "< 2 GiB",
            peak < LIMIT_MEGABYTES,
        ),
        Row(
            "recompute: twice the accounts",
            f"{half.accounts:,} → {whole.accounts:,}",
            f"{doubling:.2f} × the time",
            "≤ 2 ×",
            doubling <= 2.0,
        ),
        Row(
            "recompute: loop over the ORM, same results",
            f"{REFERENCE_ACCOUNTS:,} accounts",
            f"{loop_seconds:.1f} s = {ratio:.0f} × ours",
            f"≥ {LIMIT_ORM} ×",
            ratio >= LIMIT_ORM,
        ),
    ]


def _use_calculator() -> None:
    Scorecard.objects.filter(slug="calculator").update(is_active=True, priority=1)


def _reset(day: date) -> None:
    """As on the evening before: yesterday is shown, this day not computed yet."""
    database.execute("DELETE FROM health_snapshot WHERE day >= %s", [day])
    database.execute("DELETE FROM health_alert WHERE opened_on >= %s", [day])
    database.execute(
        "UPDATE accounts_account SET health_day = %s", [day - timedelta(days=1)]
    )
    database.execute("VACUUM ANALYZE health_snapshot")
    database.execute("VACUUM ANALYZE accounts_account")


def _recompute(day: date, *, is_shown: bool) -> Measured:
    words = ["shown"] if is_shown else []
    result = database.run_module("bench.one_run", str(day), *words)
    answer = json.loads(result.output)
    assert answer["errors"] == 0, answer
    return Measured(answer["seconds"], result.peak_megabytes)


def _measured_world(count: int, day: date) -> World:
    """The best of a few floors and recomputes, taken in turn."""
    # Snapshots to compare with: of 30 days ago and of the day before.
    for back in (30, 1):
        _recompute(day - timedelta(days=back), is_shown=True)
    closing, shown, floors = [], [], []
    for _ in range(REPEATS):
        _reset(day)
        closing.append(_recompute(day, is_shown=False))
        rows = _snapshot_text(day)
        _reset(day)
        floors.append(_floor(day, rows))
        _reset(day)
        shown.append(_recompute(day, is_shown=True))
    return World(count, min(floors), _best(closing), _best(shown))


def _best(measured: list[Measured]) -> Measured:
    """The shortest time and the highest peak."""
    return Measured(
        min(each.seconds for each in measured),
        max(each.megabytes for each in measured),
    )


# One GROUP BY account over each table the scorecard reads, in the windows it reads.
# Relation with its window, and what is computed for each account.
FLOOR_SCANS = {
    "accounts_account a": "a.id, max(a.seats)",
    "accounts_accountterms a": "a.account_id, max(a.seats)",
    "revenue_subscription a": "a.account_id, sum(a.seats)",
    "revenue_subscriptionterms a": "a.subscription_id, sum(a.seats)",
    "usage_usagefeed a": "a.account_id, min(a.first_day)",
    "usage_accountday a WHERE a.day >= {first_28} AND a.day <= {day}": (
        "a.account_id, sum(a.sessions), sum(a.active_users)"
    ),
    "usage_userweek a WHERE {active_28_a}": (
        "a.account_id, count(DISTINCT a.product_user_id)"
    ),
    "usage_featureweek a WHERE {active_30_a}": (
        "a.account_id, count(DISTINCT a.feature_id)"
    ),
    "tickets_ticket a WHERE a.opened_at < {end}": "a.account_id, count(*), avg(a.csat)",
    "surveys_surveyresponse a WHERE a.responded_at >= {since_180}": (
        "a.account_id, count(*), avg(a.score)"
    ),
    "accounts_touchpoint a WHERE a.happened_at >= {since_90}": "a.account_id, count(*)",
    "accounts_touchpoint_contacts a": "a.contact_id, count(*)",
    "accounts_contact a": "a.account_id, count(*)",
    "accounts_contactrole a": "a.contact_id, count(*)",
    "usage_productuser a WHERE a.contact_id IS NOT NULL": "a.account_id, count(*)",
    "usage_metricvalue a": "a.account_id, count(*), avg(a.value)",
}


def _floor(day: date, rows: bytes) -> float:
    """Seconds for the scans and for the COPY of the same snapshots."""
    names = Scope(day, "UTC", ()).sql  # type: ignore[arg-type]
    total = 0.0
    for relation, columns in FLOOR_SCANS.items():
        scan = f"SELECT {columns} FROM {relation} GROUP BY 1".format_map(names)
        total += database.seconds_to_read(scan)
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY health_snapshot ({COLUMNS}) FROM STDIN", io.BytesIO(rows)
        )
    return total + time.perf_counter() - started


def _snapshot_text(day: date) -> bytes:
    text = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY (SELECT {COLUMNS} FROM health_snapshot WHERE day = '{day}' "
            "ORDER BY account_id) TO STDOUT",
            text,
        )
    return text.getvalue()


def _against_the_loop(day: date) -> tuple[float, float]:
    """How many times longer the loop takes, with the same results; and its seconds."""
    times = []
    for _ in range(REPEATS):
        _reset(day)
        times.append(_recompute(day, is_shown=True).seconds)
    stored = _stored(day)
    _reset(day)
    version = ScorecardVersion.objects.get(scorecard__slug="calculator")
    definition = parse_definition(version.definition)
    started = time.perf_counter()
    recompute_account_by_account(
        Account.objects.order_by("pk"), day=day, definition=definition, version=version
    )
    took = time.perf_counter() - started
    looped = _stored(day)
    different = [pk for pk in stored if stored[pk] != looped[pk]]
    assert len(looped) == len(stored) == REFERENCE_ACCOUNTS
    assert not different, f"{len(different)} accounts differ, as {different[:5]}"
    return took / min(times), took


def _stored(day: date) -> dict[int, tuple]:
    return {
        row.account_id: (row.score, row.band, row.coverage)
        for row in Snapshot.objects.filter(day=day)
    }
