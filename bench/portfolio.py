"""Pages people wait for: the portfolio, its far end, filters, search as one types."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from bench import database
from bench.table import Row
from core.paging import PAGE_SIZE, Order, keyset_page
from organisation.models import User

ACCOUNTS = {"small": 5_000, "full": 100_000}
REQUESTS = {"small": 20, "full": 60}
DEEP_PAGE = 1000
OWNERS = 50

LIST_LIMIT, PALETTE_LIMIT, QUERY_LIMIT = 0.2, 0.1, 15
#: A far page may cost this much more than the first: noise, not growth.
DEEP_FACTOR = 1.5

Headers = dict[str, str]
ROWS: Headers = {"HX-Request": "true", "HX-Target": "rows"}
PALETTE: Headers = {"HX-Request": "true", "HX-Target": "palette-results"}


@dataclass(frozen=True)
class Measured:
    """Response times of one address, and how many queries it takes."""

    median: float
    p95: float
    queries: int


def measure(size: str) -> list[Row]:
    """Rows of the benchmark table for this size."""
    accounts, requests = ACCOUNTS[size], REQUESTS[size]
    database.use_fresh_database()
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    print(f"portfolio: {accounts} accounts")
    _add_accounts(accounts, datetime.now(UTC).date())
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(User.objects.get(pk=1))
    place = f"{accounts:,} accounts"
    rows = []
    for work, address, headers, limit in _addresses(accounts):
        times = _times(client, address, headers, requests)
        rows.append(_row(work, place, times, limit))
    return [*rows, _deep_row(client, accounts, place, requests)]


def _addresses(accounts: int) -> list[tuple[str, str, Headers, float]]:
    page, search = "/portfolio/", "/search/"
    return [
        ("portfolio", page, {}, LIST_LIMIT),
        (f"portfolio, page {_deep(accounts):,}", _far(accounts), {}, LIST_LIMIT),
        ("portfolio, next rows", _far(accounts), ROWS, LIST_LIMIT),
        ("portfolio, by ARR", f"{page}?sort=-arr", {}, LIST_LIMIT),
        ("portfolio, by stage", f"{page}?sort=-stage", {}, LIST_LIMIT),
        ("portfolio, one band and tag", f"{page}?band=red&tag=vip", {}, LIST_LIMIT),
        ("portfolio, words", f"{page}?q=north", {}, LIST_LIMIT),
        ("portfolio, my book", f"{page}?owner=me", {}, LIST_LIMIT),
        ("portfolio, board", f"{page}?view=board", {}, LIST_LIMIT),
        ("search, one letter", f"{search}?q=n", PALETTE, PALETTE_LIMIT),
        ("search, a name", f"{search}?q=northwind+4711", PALETTE, PALETTE_LIMIT),
    ]


def _deep(accounts: int) -> int:
    return min(DEEP_PAGE, accounts // PAGE_SIZE)


def _far(accounts: int) -> str:
    """The address of a page far down the list, as its pager would write it."""
    order = Order("score", "health_score")
    rows = Account.objects.live().only("pk")
    before = keyset_page(rows, order=order, size=(_deep(accounts) - 1) * PAGE_SIZE)
    return f"/portfolio/?{urlencode({'cursor': before.next})}"


def _times(client: Client, address: str, headers: Headers, requests: int) -> Measured:
    for _ in range(3):
        client.get(address, headers=headers)
    seconds = []
    for _ in range(requests):
        started = time.perf_counter()
        response = client.get(address, headers=headers)
        seconds.append(time.perf_counter() - started)
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}.")
    with CaptureQueriesContext(connection) as queries:
        client.get(address, headers=headers)
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return Measured(statistics.median(seconds), p95, len(queries))


def _row(work: str, size: str, times: Measured, limit: float) -> Row:
    return Row(
        work,
        size,
        f"p50 {times.median * 1000:.0f} ms, p95 {times.p95 * 1000:.0f} ms, "
        f"{times.queries} queries",
        f"p95 ≤ {limit * 1000:.0f} ms, ≤ {QUERY_LIMIT} queries",
        times.p95 <= limit and times.queries <= QUERY_LIMIT,
    )


def _deep_row(client: Client, accounts: int, size: str, requests: int) -> Row:
    """First and far page in turn, so that the machine's mood hits both alike."""
    far, first = _far(accounts), "/portfolio/"
    one, other = [], []
    for _ in range(requests // 5):
        one.append(_times(client, first, ROWS, 5).median)
        other.append(_times(client, far, ROWS, 5).median)
    ratio = statistics.median(other) / statistics.median(one)
    return Row(
        f"portfolio, page {_deep(accounts):,} against page 1",
        size,
        f"{ratio:.2f} ×",
        f"≤ {DEEP_FACTOR} ×",
        ratio <= DEEP_FACTOR,
    )


def _add_accounts(accounts: int, day: date) -> None:
    """Accounts with every column filled as after a nightly run, people and contacts."""
    values = {"n": accounts, "day": day, "owners": OWNERS}
    for statement in STATEMENTS:
        database.execute(statement, values)
    database.execute("VACUUM ANALYZE")


STATEMENTS = (
    """
    INSERT INTO organisation_user (id, email, name, role, password, theme, timezone,
        locale, is_active)
    SELECT u, 'person' || u || '@example.com', 'Person ' || u,
        CASE u WHEN 1 THEN 'admin' ELSE 'csm' END, '!', 'system', '', '', true
    FROM generate_series(1, %(owners)s) u""",
    """
    INSERT INTO accounts_account (id, name, domain, first_seen_on, owner_id, segment_id,
        stage, industry, country, employees, tags, arr_amount, mrr_amount, renewal_on,
        licensed_seats, last_touch_at, last_active_on, health_score, health_band,
        health_coverage, health_change_30d, health_band_30d, health_reason,
        health_weeks, health_day)
    SELECT a, (ARRAY['Northwind', 'Aster', 'Kestrel', 'Lumen', 'Halden'])[1 + a %% 5]
            || (ARRAY[' Foods ', ' Bank ', ' Labs ', ' Retail '])[1 + a %% 4] || a,
        'a' || a || '.example.com', %(day)s::date - a %% 900, 1 + a %% %(owners)s,
        (SELECT array_agg(id) FROM accounts_segment)[1 + a %% 4],
        (ARRAY['onboarding', 'adoption', 'expansion', 'renewal'])[1 + a %% 4],
        'Retail', 'DE', a %% 4000,
        CASE a %% 10 WHEN 0 THEN ARRAY['vip'] WHEN 1 THEN ARRAY['beta', 'vip']
            ELSE '{}' END,
        12 * (a * 37 %% 9000), a * 37 %% 9000, %(day)s::date + a * 7 %% 400, a %% 300,
        %(day)s::date - a * 3 %% 120, %(day)s::date - a %% 30, s.score,
        CASE WHEN s.score IS NULL THEN 'unknown' WHEN s.score >= 80 THEN 'green'
            WHEN s.score >= 60 THEN 'yellow' WHEN s.score >= 40 THEN 'orange'
            ELSE 'red' END,
        70 + a %% 30,
        CASE WHEN s.score IS NOT NULL THEN (a * 11 %% 300 - 150) / 10.0 END,
        CASE WHEN s.score IS NULL THEN ''
            WHEN a %% 3 = 0 THEN 'yellow' ELSE 'green' END,
        'Active users 41 %% → 22 %% of seats',
        ARRAY[60, 61, 62, 60, 58, 55, 54, 52, 50, 49, 47, 45], %(day)s
    FROM generate_series(1, %(n)s) a, LATERAL (
        SELECT CASE WHEN a %% 20 > 0 THEN (a * 7919 %% 1001) / 10.0 END AS score) s""",
    """
    INSERT INTO accounts_contact (account_id, name, email)
    SELECT a, 'Nora Person ' || a, 'nora' || a || '@example.com'
    FROM generate_series(1, %(n)s) a""",
    """
    INSERT INTO health_alertrule (id, key, name, is_on, severity, cool_down_days,
        sends_email)
    VALUES (1000, 'bench', 'Bench', true, 'high', 14, false)""",
    """
    INSERT INTO health_alert (account_id, rule_id, opened_at, opened_on, worsened_on,
        band_before, band_after, summary, close_reason)
    SELECT a, 1000, now(), %(day)s, %(day)s, 'yellow', 'red', 'fell 14.2 points', ''
    FROM generate_series(1, %(n)s, 50) a""",
)
