"""Side by side with django-helpdesk: the same tickets on the same PostgreSQL, both
behind gunicorn with two workers, asked in turn over HTTP with a session.

Ours also shows what is due by the promised targets, and computes them for a new
ticket. A page of the other is two requests, a shell and its rows as JSON, when it is
opened, or when its form of filters is sent with words to search; turning the page asks
for rows alone, in both. What its API does for a list or a single ticket grows with the
whole table, so those two are reported apart and promised nothing.
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import connection

from bench import database
from bench.servers import Answer, Site, cookies, gunicorn, ratio_row
from bench.table import Row, as_markdown

TICKETS = {"small": 5_000, "full": 100_000}
ROUNDS = {"small": 5, "full": 5}
OPEN_PERCENT = 50
NEW_TICKETS, BULK, CHANGES = 20, 200, 4
#: Promised for the full size; what a page costs anyway outweighs fewer rows.
FASTER = {"small": None, "full": 10.0}
NOT_SLOWER = {"small": None, "full": 1.0}
WARM_UPS = 3

Ask = Callable[[], Answer]


def measure(size: str) -> list[Row]:
    """Rows of the benchmark table for this size."""
    # Needs configured settings.
    from bench import tickets_world
    from bench.helpdesk_site import helpdesk
    from organisation.models import Organisation

    tickets = TICKETS[size]
    database.use_fresh_database()
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    Organisation.objects.get_or_create(pk=1)
    print(f"helpdesk: {tickets} tickets, {OPEN_PERCENT} % of them open")
    tickets_world.add_tickets(tickets, OPEN_PERCENT)
    rows = []
    with helpdesk() as theirs, _ours() as ours:
        for row in _rows(ours, theirs, tickets, size):
            print(f"helpdesk: {row.work}: {row.measured}", flush=True)
            rows.append(row)
    return rows


def _rows(ours: Site, theirs: Site, tickets: int, size: str) -> Iterator[Row]:
    place = f"{tickets:,} tickets"
    for work, pair in _pages(ours, theirs, tickets).items():
        medians = _in_turn(*pair, rounds=ROUNDS[size])
        yield ratio_row(work, place, *medians, FASTER[size])
    yield ratio_row(
        "create over the API", place, *_creating(ours, theirs), NOT_SLOWER[size]
    )
    yield ratio_row(
        f"assigning {BULK} at once", place, *_changing_many(ours, theirs), FASTER[size]
    )
    yield from _api(ours, theirs, place, tickets)


@contextmanager
def _ours() -> Iterator[Site]:
    # Needs configured settings.
    from bench.tickets import signed_in

    client = signed_in(1)
    session = settings.SESSION_COOKIE_NAME
    kept = cookies(session, client.cookies[session].value, settings.CSRF_COOKIE_NAME)
    environment = database.environment() | {"EMAIL_URL": "dummymail://"}
    program = Path(sys.executable).with_name("gunicorn")
    folder = Path(settings.BASE_DIR)
    with gunicorn(program, "cs_platform.wsgi", folder, environment) as port:
        yield Site("ours", port, kept)


def _pages(ours: Site, theirs: Site, tickets: int) -> dict[str, tuple[Ask, Ask]]:
    # Needs configured settings.
    from bench.tickets import far
    from bench.tickets_world import COMMON_WORD, EVERYWHERE, RARE_WORD

    def page(path: str, **headers: str) -> Ask:
        return lambda: ours.get(path, **headers)

    def other(start: int = 0, *, has_shell: bool = False, **query: Any) -> Ask:
        return lambda: _datatable(theirs, start, has_shell=has_shell, **query)

    #: What both ask when one turns the page; searching opens a page in both.
    rows_alone = {"HX-Request": "true"}
    is_open = {"status__in": [1, 2]}
    half = tickets * OPEN_PERCENT // 200
    found = [
        (f"search, {kind} word", page(f"/tickets/?view={view}&q={word}"),
            other(has_shell=True, filtering=where, search_string=word))
        for kind, word, view, where in (
            ("omnipresent", EVERYWHERE, "all", is_open),
            ("common", COMMON_WORD, "all", is_open),
            ("rare", RARE_WORD, "everything", {}),
        )
    ]  # fmt: skip
    return {
        "list: page 1, open": (
            page("/tickets/?view=all"),
            other(has_shell=True, filtering=is_open),
        ),
        "list: page 1, open, rows alone": (
            page("/tickets/?view=all", **rows_alone),
            other(filtering=is_open),
        ),
        "list: page 1, all, newest first": (
            page("/tickets/?view=everything&order=updated"),
            other(has_shell=True, filtering={}, sortreverse="1"),
        ),
        "list: far down, open": (
            page(far("all", "due"), **rows_alone),
            other(half, filtering=is_open),
        ),
        "list: far down, all": (
            page(far("everything", "updated"), **rows_alone),
            other(tickets * 2 // 5, filtering={}, sortreverse="1"),
        ),
    } | {work: (mine, other_) for work, mine, other_ in found}


def _datatable(site: Site, start: int, *, has_shell: bool, **query: Any) -> Answer:
    """Their page is a shell and then its rows as JSON; turning it asks for rows."""
    asked = {"sorting": "created", "search_string": ""} | query
    packed = base64.b64encode(json.dumps(asked).encode()).decode()
    path = f"/helpdesk/datatables_ticket_list/{packed}"
    shell = site.get("/helpdesk/tickets/").seconds if has_shell else 0.0
    answer = site.get(f"{path}?draw=1&start={start}&length=25")
    if not answer.json()["data"]:
        raise SystemExit("django-helpdesk answered an empty list.")
    return Answer(answer.status, answer.body, answer.seconds + shell)


def _in_turn(ours: Ask, theirs: Ask, *, rounds: int) -> tuple[float, float]:
    """Ours and theirs in turn, so that the machine's mood hits both; medians."""
    # As many requests first as both workers need to have read everything once.
    for _ in range(WARM_UPS):
        ours()
        theirs()
    mine, other = [], []
    for _ in range(rounds):
        other.append(theirs().seconds)
        mine += [ours().seconds for _ in range(3)]
    return statistics.median(mine), statistics.median(other)


def _creating(ours: Site, theirs: Site) -> tuple[float, float]:
    """The same new ticket for both, ours with its clocks; medians."""
    subject = "The export stays empty"
    text = "Since this morning the file has no rows. It had some yesterday."
    account = _one("SELECT public_id FROM accounts_account WHERE id = 1")
    other = {
        "queue": 1, "title": subject, "description": text, "status": 1, "priority": 2,
        "submitter_email": "nora@a1.example.com",
    }  # fmt: skip
    mine = {
        "subject": subject, "text": text, "priority": "high", "account": str(account),
    }  # fmt: skip
    fast, slow = [], []
    for _ in range(NEW_TICKETS + WARM_UPS):
        slow.append(theirs.post_json("/helpdesk/api/tickets/", other).seconds)
        answer = ours.post_json("/api/v1/tickets/", mine)
        if not answer.json()["clocks"]:
            raise SystemExit("A new ticket has no clocks.")
        fast.append(answer.seconds)
    return statistics.median(fast[WARM_UPS:]), statistics.median(slow[WARM_UPS:])


def _changing_many(ours: Site, theirs: Site) -> tuple[float, float]:
    """The same tickets given to the same person, always others; medians."""
    to = _one("SELECT public_id FROM organisation_user WHERE id = 2")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, public_id FROM tickets_ticket WHERE status IN"
            " ('triaged', 'assigned', 'in_progress') AND spam_at IS NULL"
            " AND assignee_id IS DISTINCT FROM 2 ORDER BY id LIMIT %s",
            [BULK * (CHANGES + WARM_UPS)],
        )
        rows = cursor.fetchall()
    fast, slow = [], []
    for begin in range(0, len(rows), BULK):
        part = rows[begin : begin + BULK]
        other = {"action": "assign_2", "ticket_id": [pk for pk, _ in part]}
        slow.append(theirs.post_form("/helpdesk/tickets/update/", other).seconds)
        chosen = [str(public_id) for _, public_id in part]
        mine = {"chosen": chosen, "assignee": str(to)}
        fast.append(ours.post_form("/tickets/bulk/", mine).seconds)
    return statistics.median(fast[WARM_UPS:]), statistics.median(slow[WARM_UPS:])


def _api(ours: Site, theirs: Site, place: str, tickets: int) -> Iterator[Row]:
    """One request each: theirs reads the fields of every ticket for either."""
    key = _one("SELECT public_id FROM tickets_ticket WHERE id = %s", tickets // 2)
    api, other = "/api/v1/tickets/", "/helpdesk/api/tickets/"
    pairs = {
        "API: 25 tickets": (f"{api}?limit=25", f"{other}?page_size=25"),
        "API: one ticket": (f"{api}{key}/", f"{other}{tickets // 2}/"),
    }
    for work, (mine, other) in pairs.items():
        ours.get(mine)
        fast = statistics.median(ours.get(mine).seconds for _ in range(7))
        yield ratio_row(work, place, fast, theirs.get(other).seconds, None)


def _one(query: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]


def main() -> int:
    """`python -m bench.helpdesk [small|full]`: this comparison alone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    django.setup()
    size = sys.argv[1] if sys.argv[1:] else "full"
    rows = measure(size)
    print(f"\n{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, size {size}\n")
    print(as_markdown(rows))
    return 0 if all(row.is_kept is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
