"""What support waits for all day: the queue and its far end, search, many tickets
changed at once, a new ticket over the API."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bench import database, tickets_world
from bench.portfolio import Measured
from bench.table import Row
from core.paging import keyset_page
from organisation.models import Organisation, User
from tickets.models import BulkChange, Ticket
from tickets.queries.queues import ORDERS, PAGE_SIZE, queue

TICKETS = {"small": 20_000, "full": 1_000_000}
REQUESTS = {"small": 20, "full": 40}
BULK, BULK_ROUNDS = 200, 5
PAGE_LIMIT, SEARCH_LIMIT, BULK_LIMIT, CREATE_LIMIT = 0.2, 0.3, 0.5, 0.06
QUERY_LIMIT = 15
PAGE = "/tickets/"


def measure(size: str) -> list[Row]:
    """Rows of the benchmark table for this size."""
    tickets, requests = TICKETS[size], REQUESTS[size]
    database.use_fresh_database()
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    Organisation.objects.get_or_create(pk=1)
    print(f"tickets: {tickets} tickets")
    started = time.perf_counter()
    tickets_world.add_tickets(tickets)
    print(f"tickets: made in {time.perf_counter() - started:.0f} s")
    place = f"{tickets:,} tickets"
    # As a web worker has it: pages loaded, garbage looked for less often.
    import_module("cs_platform.wsgi")
    client = signed_in(1)
    rows = [
        _page_row(client, work, address, place, requests)
        for work, address in _queues(tickets)
    ]
    rows += [
        _search_row(client, work, words, place, requests // 2)
        for work, words in _searches(tickets)
    ]
    rows += _bulk_rows(client, place)
    return [*rows, _create_row(client, place, requests)]


def signed_in(person: int) -> Client:
    client = Client(headers={"Host": "127.0.0.1"})
    client.force_login(User.objects.get(pk=person))
    return client


def _queues(tickets: int) -> list[tuple[str, str]]:
    everything = f"{PAGE}?view=everything"
    return [
        ("queue, all open", f"{PAGE}?view=all"),
        ("queue, all open, halfway down", far("all", "due")),
        ("queue, all open, by priority", f"{PAGE}?view=all&order=priority"),
        ("queue, by priority, far down", far("all", "priority")),
        ("queue, all open, last changed", f"{PAGE}?view=all&order=updated"),
        ("queue, last changed, far down", far("all", "updated")),
        ("queue, mine", f"{PAGE}?view=mine"),
        ("queue, my team", f"{PAGE}?view=team"),
        ("queue, one priority and tag", f"{PAGE}?view=all&priority=high&tag=vip"),
        ("everything", everything),
        (f"everything, past row {tickets // 2:,}", far("everything", "due")),
        ("everything, by priority", f"{everything}&order=priority"),
        ("everything, by priority, far down", far("everything", "priority")),
        ("everything, last changed", f"{everything}&order=updated"),
        ("everything, last changed, far down", far("everything", "updated")),
    ]


def far(view: str, order: str) -> str:
    """The address of a page far down a queue, as its pager would write it."""
    now = timezone.now()
    rows = queue(User.objects.get(pk=1), view, now=now)
    if order == "updated":
        beyond = rows.filter(updated_at__lt=now - timedelta(days=150))
    elif order == "priority":
        last = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[0]
        beyond = rows.filter(priority="low", pk__gt=last * 5 // 6)
    elif view == "all":
        beyond = rows.filter(next_due_at__gt=now + timedelta(days=12))
    else:
        last = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[0]
        beyond = rows.filter(next_due_at__isnull=True, pk__gt=last // 2)
    place = keyset_page(beyond.only("pk"), order=ORDERS[order], size=PAGE_SIZE).next
    query = {"view": view, "order": order, "cursor": place}
    return f"{PAGE}?{urlencode(query)}"


def _page_row(
    client: Client, work: str, address: str, place: str, requests: int
) -> Row:
    times = _times(client, address, requests)
    return Row(
        work,
        place,
        f"p50 {times.median * 1000:.0f} ms, p95 {times.p95 * 1000:.0f} ms, "
        f"{times.queries} queries",
        f"p95 ≤ {PAGE_LIMIT * 1000:.0f} ms, ≤ {QUERY_LIMIT} queries",
        times.p95 <= PAGE_LIMIT and times.queries <= QUERY_LIMIT,
    )


def _times(client: Client, address: str, requests: int) -> Measured:
    seconds = []
    for number in range(requests + 2):
        started = time.perf_counter()
        response = client.get(address)
        if number >= 2:
            seconds.append(time.perf_counter() - started)
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}.")
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return Measured(statistics.median(seconds), p95, len(queries))


def _searches(tickets: int) -> list[tuple[str, dict[str, str]]]:
    common, rare = tickets_world.COMMON_WORD, tickets_world.RARE_WORD
    return [
        ("search, rare word", {"view": "everything", "q": rare}),
        ("search, common word", {"view": "everything", "q": common}),
        ("search, common word in open tickets", {"view": "all", "q": common}),
        ("search, words apart", {"view": "everything", "q": f"webhooks {common}"}),
        ("search, customer and word", {"view": "everything", "q": f"nora {common}"}),
        ("search, common and rare word", {"view": "everything", "q": f"export {rare}"}),
        ("search, a number", {"view": "everything", "q": f"T-{1000 + tickets // 2}"}),
        ("search, nothing found", {"view": "everything", "q": "zyzzyva"}),
    ]


def _search_row(
    client: Client, work: str, words: dict[str, str], place: str, requests: int
) -> Row:
    times = _times(client, f"{PAGE}?{urlencode(words)}", requests)
    return Row(
        work,
        place,
        f"p50 {times.median * 1000:.0f} ms, p95 {times.p95 * 1000:.0f} ms, "
        f"{times.queries} queries",
        f"p95 ≤ {SEARCH_LIMIT * 1000:.0f} ms",
        times.p95 <= SEARCH_LIMIT,
    )


def _bulk_rows(client: Client, place: str) -> list[Row]:
    """Give 200 tickets to somebody, make them urgent, take that back; each round takes
    other tickets."""
    to = User.objects.get(pk=2)
    rows = Ticket.objects.in_queue().exclude(assignee=to).order_by("pk")
    chosen = list(rows.values_list("public_id", flat=True)[: BULK_ROUNDS * BULK])
    seconds: dict[str, list[float]] = {}
    for begin in range(0, len(chosen), BULK):
        part = {"chosen": chosen[begin : begin + BULK]}
        for work, values in (
            (f"assigning {BULK} tickets at once", {"assignee": str(to.public_id)}),
            (f"making {BULK} tickets critical", {"priority": "critical"}),
        ):
            taken = _posted(client, f"{PAGE}bulk/", part | values)
            seconds.setdefault(work, []).append(taken)
        last = BulkChange.objects.latest("pk").public_id
        taken = _posted(client, reverse("tickets:queue_undo", args=[last]), {})
        seconds.setdefault("undoing that", []).append(taken)
    return [_bulk_row(work, place, taken) for work, taken in seconds.items()]


def _posted(client: Client, address: str, values: dict[str, Any]) -> float:
    started = time.perf_counter()
    response = client.post(address, values)
    seconds = time.perf_counter() - started
    if response.status_code != 302:
        raise SystemExit(f"{address} answered {response.status_code}.")
    return seconds


def _bulk_row(work: str, place: str, seconds: list[float]) -> Row:
    slowest = max(seconds)
    return Row(
        work,
        place,
        f"p50 {statistics.median(seconds) * 1000:.0f} ms, "
        f"slowest {slowest * 1000:.0f} ms",
        f"slowest ≤ {BULK_LIMIT * 1000:.0f} ms",
        slowest <= BULK_LIMIT,
    )


def _create_row(client: Client, place: str, requests: int) -> Row:
    """New tickets over the API, each with its clocks computed before the answer."""
    account = Ticket.objects.values_list("account__public_id", flat=True).get(pk=1)
    seconds = []
    for number in range(requests + 3):
        values = {
            "subject": f"The export stays empty {number}",
            "text": "Since this morning the file has no rows. It had some yesterday.",
            "priority": "high",
            "account": str(account),
        }
        started = time.perf_counter()
        response = client.post(
            "/api/v1/tickets/", values, content_type="application/json"
        )
        if number >= 3:
            seconds.append(time.perf_counter() - started)
        if response.status_code != 201 or not response.json()["clocks"]:
            raise SystemExit(f"A new ticket answered {response.status_code}.")
    p95 = statistics.quantiles(seconds, n=20)[-1]
    return Row(
        "POST /api/v1/tickets/, clocks computed",
        place,
        f"p50 {statistics.median(seconds) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms",
        f"p95 ≤ {CREATE_LIMIT * 1000:.0f} ms",
        p95 <= CREATE_LIMIT,
    )
