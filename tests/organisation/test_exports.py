"""Whoever takes a list along as a file stands in the audit log."""

from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from core.spreadsheets import csv_lines
from events.models import Event
from organisation import exports
from tests.factories.accounts import AccountFactory
from tests.factories.tickets import TicketFactory

TOLD = "from organisation.exports import told"


@pytest.fixture
def client(admin, sign_in):
    return sign_in(admin)


def take(client, address, query=None):
    answer = client.get(address, query or {}, headers={"X-Request-ID": "export-1"})
    assert answer.status_code == 200
    return answer.getvalue()


def told() -> Event:
    return Event.objects.get(kind="list_exported")


def test_the_queue_says_who_took_which_tickets_and_how_many(client, admin):
    TicketFactory.create_batch(3, priority="high")
    TicketFactory(priority="low")

    take(
        client, "/tickets/export/",
        {"view": "all", "priority": "high", "tag": "", "cursor": ""},
    )  # fmt: skip

    event = told()
    assert (event.actor_id, event.subject_label) == (admin.pk, "Tickets")
    assert (event.request_id, event.address) == ("export-1", "127.0.0.1")
    assert event.data == {
        "list": "Tickets",
        "format": "csv",
        "filters": {"view": "all", "priority": "high"},
        "rows": 3,
        "is_complete": True,
    }


def test_the_audit_log_shows_it(client):
    TicketFactory()
    take(client, "/tickets/export/", {"view": "all"})

    page = client.get(reverse("organisation:audit"), {"kind": "list exported"})

    (row,) = page.context["page"].rows
    assert (row.kind, row.changes) == ("list exported", [])
    assert ("filters", "view: all") in row.facts
    assert ("rows", "1") in row.facts
    assert "Ada Admin" in page.text


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_portfolio_is_told_in_both_formats(client, kind):
    AccountFactory.create_batch(2)

    take(client, "/portfolio/export/", {"format": kind, "q": ""})

    data = told().data
    assert (data["list"], data["format"], data["rows"]) == ("Accounts", kind, 2)
    assert (data["filters"], data["is_complete"]) == ({}, True)


def test_a_file_about_one_account_names_it(client):
    account = AccountFactory(name="Acme")

    take(client, reverse("health:account_health_csv", args=[account.public_id]))

    event = told()
    assert (event.subject_type, event.subject_id) == ("accounts.account", account.pk)
    assert event.subject_label == "Acme"
    assert event.data["list"] == "Health history"


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("/health/overrides/report.csv", "Health set by hand"),
        ("/analytics/distribution.csv", "Analytics: distribution"),
    ],
)
def test_other_lists_are_told_too(client, address, what):
    take(client, address)

    assert told().data["list"] == what


def test_who_breaks_off_has_taken_what_came_until_then(admin, rf):
    request = rf.get("/tickets/export/", {"view": "all"})
    request.user = admin
    rows = [["T-1"], ["T-2"], ["T-3"]]
    lines = csv_lines(["Number"], exports.told(rows, request=request, what="Tickets"))
    for _line in range(3):
        next(lines)
    assert not Event.objects.filter(kind="list_exported").exists()

    lines.close()

    assert (told().data["rows"], told().data["is_complete"]) == (2, False)


def test_every_page_that_makes_a_spreadsheet_file_tells_of_it():
    sources = [
        path
        for path in Path(settings.BASE_DIR).glob("*/views*/**/*.py")
        if path.parts[-3] != "tests"
    ] + list(Path(settings.BASE_DIR).glob("*/views.py"))
    makers = {
        path for path in sources if "text/csv" in path.read_text(encoding="utf-8")
    }

    assert len(makers) >= 6
    assert [path for path in makers if TOLD not in path.read_text()] == []
