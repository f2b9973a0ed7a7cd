"""What the ticket page says of its promises, cycle by cycle."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.tickets.clock_world import DAY, HOUR, MINUTE, MONDAY, Desk, promise
from tickets.clock_sheet import clock_sheets
from tickets.models import SlaTierVersion
from tickets.services import change_status, reopen, resolve

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    desk = Desk(promise(first_response=60, next_response=120, resolution=10))
    client.force_login(desk.agent)
    return desk


def words(client, ticket):
    """The text of the block of clocks, with single spaces."""
    html = client.get(f"/tickets/{ticket.public_id}/").content.decode()
    block = html.split("<h2>Clocks</h2>")[1].split("</section>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", block)).split())


def test_the_cycles_before_are_there_with_their_verdict_and_time(client, desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)
    resolve(ticket, by=desk.agent, now=MONDAY + 20 * MINUTE)
    SlaTierVersion.objects.update(targets=promise(first_response=60, resolution=1000))
    reopen(ticket, by=desk.agent, now=MONDAY + DAY)
    resolve(ticket, by=desk.agent, now=MONDAY + DAY + MINUTE)

    shown = words(client, ticket)

    assert "Resolution met" in shown
    assert "Earlier cycles" in shown
    assert "Resolution, cycle 1 10 min late 20 min of 10 min" in shown


def test_a_ticket_in_its_first_cycle_has_none_before(client, desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)

    assert "Earlier cycles" not in words(client, ticket)


def test_a_missed_promise_that_stands_still_is_missed_and_paused(client, desk):
    ticket = desk.ticket()

    change_status(ticket, by=desk.agent, status="waiting", now=MONDAY + HOUR)

    assert "Resolution missed, paused" in words(client, ticket)


def test_a_question_nobody_answered_was_resolved_without_a_reply(client, desk):
    ticket = desk.ticket()

    resolve(ticket, by=desk.agent, now=MONDAY + MINUTE)

    assert "First response resolved without a reply" in words(client, ticket)


def test_queries_do_not_grow_with_the_cycles(client, desk):
    ticket = desk.ticket()
    desk.reply(ticket, MONDAY + MINUTE)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            words(client, ticket)
        return len(queries)

    asked()
    before = asked()
    for day in range(1, 4):
        resolve(ticket, by=desk.agent, now=MONDAY + day * DAY)
        reopen(ticket, by=desk.agent, now=MONDAY + day * DAY + HOUR)

    assert asked() <= before


def test_the_stretches_on_the_page_add_up_to_the_second(desk):
    ticket, at = desk.ticket(), MONDAY
    for _round in range(6):
        for seconds, status in ((60.45, "waiting"), (60.05, "in_progress")):
            at += timedelta(seconds=seconds)
            change_status(ticket, by=desk.agent, status=status, now=at)
    ticket.refresh_from_db()

    sheet = clock_sheets(ticket, now=at).newest[-1]

    total = sum(
        int(part) * unit
        for line in sheet.segments
        for part, unit in zip(line.length.split(":"), (3600, 60, 1), strict=True)
    )
    assert (sheet.label, total) == ("Resolution", 723)
