"""The analytics of a large portfolio: what is counted once, and what is read live."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.test import Client

from bench import database
from bench.portfolio import OWNERS, STATEMENTS
from bench.table import Row
from health.services.band_counts import write_band_counts
from organisation.models import Organisation, User

ACCOUNTS = {"small": 5_000, "full": 100_000}
REQUESTS = {"small": 20, "full": 40}
WEEKS = 52
LIMIT, COUNT_LIMIT = 0.5, 10.0


def measure(size: str) -> list[Row]:
    """Rows of the benchmark table for this size."""
    accounts, requests = ACCOUNTS[size], REQUESTS[size]
    database.use_fresh_database()
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    print(f"analytics: {accounts} accounts")
    Organisation.objects.get_or_create(pk=1)
    day = datetime.now(UTC).date() - timedelta(days=1)
    counted = _prepare(accounts, day)
    place = f"{accounts:,} accounts, {WEEKS} weeks"
    rows = [
        Row("counting a day per band", place, f"{counted:.1f} s",
            f"≤ {COUNT_LIMIT:.0f} s", counted <= COUNT_LIMIT)
    ]  # fmt: skip
    addresses = (
        ("analytics, three months", "/analytics/"),
        ("analytics, a year by CSM", "/analytics/?range=12m&by=owner&measure=arr"),
        ("analytics, one segment", "/analytics/?segment=enterprise"),
    )
    client = _signed_in(1)
    for work, address in addresses:
        rows += _page_rows(client, work, address, place, requests)
    moved = "/analytics/moved/?before=green&after=red"
    times = _times(client, moved, max(requests // 5, 5))
    return [*rows, _row("analytics, accounts of a cell", place, times, LIMIT)]


def _signed_in(person: int) -> Client:
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(User.objects.get(pk=person))
    return client


def _page_rows(
    client: Client, work: str, address: str, place: str, requests: int
) -> list[Row]:
    """The first reading after a run, and every one after it."""
    client.get(address)
    first = []
    for _ in range(3):
        cache.clear()
        first += _times(client, address, 1)
    return [
        _row(f"{work}, first reading", place, first, LIMIT),
        _row(work, place, _times(client, address, requests), LIMIT),
    ]


def _times(client: Client, address: str, requests: int) -> list[float]:
    seconds = []
    for _ in range(requests):
        started = time.perf_counter()
        response = client.get(address)
        seconds.append(time.perf_counter() - started)
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}.")
    return seconds


def _row(work: str, place: str, times: list[float], limit: float) -> Row:
    many = len(times) > 4
    p95 = statistics.quantiles(times, n=20)[-1] if many else max(times)
    word = "p95" if many else "slowest"
    return Row(
        work,
        place,
        f"p50 {statistics.median(times) * 1000:.0f} ms, {word} {p95 * 1000:.0f} ms",
        f"{word} ≤ {limit * 1000:.0f} ms",
        p95 <= limit,
    )


def _prepare(accounts: int, day: date) -> float:
    """Accounts with contracts and two days of snapshots, counted; other weeks are
    copies of those counts. Returns the seconds it took to count one day."""
    values = {"n": accounts, "day": day, "owners": OWNERS, "then": _then(day)}
    for statement in (*STATEMENTS[:2], *_STATEMENTS):
        database.execute(statement, values)
    database.execute("VACUUM ANALYZE")
    write_band_counts(_then(day))
    started = time.perf_counter()
    write_band_counts(day)
    seconds = time.perf_counter() - started
    for statement in _OTHER_WEEKS:
        database.execute(statement, values | {"weeks": WEEKS})
    database.execute("VACUUM ANALYZE")
    return seconds


def _then(day: date) -> date:
    return day - timedelta(days=91)


_STATEMENTS = (
    """
    INSERT INTO revenue_subscription (account_id, currency, mrr_amount, start_on,
        end_on, external_id)
    SELECT a, CASE WHEN a %% 9 = 0 THEN 'USD' ELSE 'EUR' END, a * 37 %% 9000,
        %(day)s::date - 400, CASE WHEN a %% 50 = 0 THEN %(day)s::date - 30 END,
        'S-' || a
    FROM generate_series(1, %(n)s) a""",
    """
    INSERT INTO revenue_subscriptionterms (subscription_id, mrr_amount)
    SELECT id, mrr_amount FROM revenue_subscription""",
    """
    INSERT INTO health_snapshot (account_id, day, score, band, coverage, version_id,
        engine, detail)
    SELECT a, d, s.score, CASE WHEN s.score IS NULL THEN 'unknown'
            WHEN s.score >= 80 THEN 'green' WHEN s.score >= 60 THEN 'yellow'
            WHEN s.score >= 40 THEN 'orange' ELSE 'red' END, 80,
        (SELECT id FROM health_scorecardversion WHERE status = 'published' LIMIT 1), 1,
        jsonb_build_object('raw', array_fill(12.5, ARRAY[16]),
            'norm', array_fill(62.5, ARRAY[16]),
            'weight', array_fill(6.25, ARRAY[16]), 'dims', array_fill(61.1, ARRAY[4]))
    FROM unnest(ARRAY[%(then)s::date, %(day)s::date]) d,
        generate_series(1, %(n)s) a, LATERAL (
        SELECT CASE WHEN a %% 20 > 0
            THEN (a * 7919 + (d - date '2024-01-01') * 13) %% 1001 / 10.0 END AS score
        ) s
    ORDER BY d, a""",
)
_OTHER_WEEKS = (
    """
    INSERT INTO health_bandcount (day, segment_id, plan_id, owner_id, team_id, currency,
        band, accounts, arr, score_sum, scored)
    SELECT b.day - w * 7, segment_id, plan_id, owner_id, team_id, currency, band,
        accounts, arr, score_sum, scored
    FROM health_bandcount b, generate_series(1, %(weeks)s) w
    WHERE b.day = %(day)s AND b.day - w * 7 <> %(then)s""",
    """
    INSERT INTO health_bandmembers (day, band, currency, account_ids, arr)
    SELECT m.day - w * 7, band, currency, account_ids, arr
    FROM health_bandmembers m, generate_series(1, %(weeks)s) w
    WHERE m.day = %(day)s AND m.day - w * 7 <> %(then)s""",
)
