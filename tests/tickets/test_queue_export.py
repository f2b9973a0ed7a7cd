"""The queue as a file: exactly the list, every column, and nothing in it runs."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.spreadsheets import restored
from organisation.models import Organisation
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    CustomFieldFactory,
)
from tests.factories.organisation import OrganisationFactory, TeamFactory, UserFactory
from tests.factories.tickets import SlaClockFactory, SlaTierFactory, TicketFactory

pytestmark = pytest.mark.django_db

URL = "/tickets/export/"
OPENED = datetime(2026, 1, 16, 16, 30, tzinfo=UTC)


@pytest.fixture
def desk(client):
    client.force_login(UserFactory(role="agent", timezone="Europe/Berlin"))
    return client


def text_of(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def rows(client, query="?view=all"):
    return list(csv.DictReader(io.StringIO(text_of(client.get(URL + query)))))


def test_the_file_holds_the_filtered_list_in_its_order(desk):
    TicketFactory(number="T-2", tags=["vip"], priority="low")
    TicketFactory(number="T-1", tags=["vip"], priority="critical")
    TicketFactory(number="T-3", priority="critical")
    TicketFactory(number="T-4", tags=["vip"], status="closed")

    found = rows(desk, "?view=all&tag=VIP&order=priority")

    assert [row["Number"] for row in found] == ["T-1", "T-2"]
    assert [row["Priority"] for row in found] == ["Critical", "Low"]


def test_tickets_that_are_never_due_come_last_as_on_the_page(desk):
    TicketFactory(number="T-1")
    TicketFactory(number="T-2", next_due_at=OPENED)

    assert [row["Number"] for row in rows(desk)] == ["T-2", "T-1"]


def test_moments_name_their_offset_and_clocks_their_due_times(desk):
    ticket = TicketFactory(
        subject="Exports time out",
        account=AccountFactory(name="Northwind"),
        contact=ContactFactory(name="Priya Nair", email="priya@northwind.example"),
        opened_at=OPENED,
        category="performance",
        tags=["export", "vip"],
    )
    for cycle, hours in ((1, 4), (2, 8)):
        SlaClockFactory(
            ticket=ticket,
            metric="resolution",
            cycle=cycle,
            due_at=OPENED + timedelta(hours=hours),
            state="breached" if cycle == 1 else "running",
            stopped_at=OPENED if cycle == 1 else None,
            late_seconds=90 if cycle == 1 else None,
        )

    (row,) = rows(desk)

    assert row["Opened"] == "2026-01-16T17:30:00+01:00"
    assert row["Resolution due"] == "2026-01-17T01:30:00+01:00"
    assert row["Resolution state"] == "Running"
    assert row["First response due"] == ""
    assert row["Category"] == "Performance"
    assert row["Tags"] == "export, vip"
    assert (row["Requester"], row["E-mail"]) == (
        "Priya Nair",
        "priya@northwind.example",
    )


@pytest.mark.parametrize(
    "evil",
    [
        '=HYPERLINK("https://evil.example","x")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "＝1+1",
        "<script>alert(1)</script>",
    ],
)
def test_nothing_in_the_file_runs(desk, evil):
    TicketFactory(
        number=evil,
        subject=evil,
        account=AccountFactory(name=evil),
        contact=None,
        requester_name=evil,
        requester_email=evil,
        category=evil,
        tags=[evil],
        team=TeamFactory(name=evil),
        assignee=UserFactory(role="agent", name=evil),
        tier=SlaTierFactory(name=evil),
        custom={"region": evil},
    )
    CustomFieldFactory(target="ticket", key="region", label="Region")
    answer = desk.get(URL + "?view=all")

    text = text_of(answer)
    _header, *lines = csv.reader(io.StringIO(text))

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment")
    cells = [cell for line in lines for cell in line]
    assert sum(restored(cell) == evil for cell in cells) == 11
    assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for cell in cells)


def test_the_file_holds_only_what_the_person_may_see(client):
    OrganisationFactory()
    Organisation.objects.update(row_scope="book")
    person = UserFactory(role="agent")
    client.force_login(person)
    TicketFactory(number="T-1", account=AccountFactory(owner=person))
    TicketFactory(number="T-2", account=AccountFactory(owner=UserFactory()))

    assert [row["Number"] for row in rows(client)] == ["T-1"]


def test_queries_do_not_grow_with_the_rows(desk):
    def queries():
        with CaptureQueriesContext(connection) as found:
            rows(desk)
        return len(found)

    def more():
        for ticket in TicketFactory.create_batch(3, account=AccountFactory()):
            SlaClockFactory(ticket=ticket)

    more()
    few = queries()
    more()

    assert queries() == few


def test_the_page_offers_the_file_of_its_list(desk):
    html = desk.get("/tickets/?view=all&priority=high&cursor=").content.decode()

    assert 'href="/tickets/export/?view=all&amp;priority=high"' in html
