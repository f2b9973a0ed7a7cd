"""Tickets imported as records keep since when their status and priority hold."""

from datetime import UTC, date, datetime

import time_machine

from tests.health.world import read
from tests.integrations.conftest import counts
from tickets.models import Ticket

HEAD = "external_id,account,opened_at,status,priority,resolved_at,closed_at\n"


def noon(day: int, hour: int = 12) -> datetime:
    return datetime(2024, 6, day, hour, tzinfo=UTC)


def bring(importing, day: int, row: str):
    with time_machine.travel(noon(day), tick=False):
        return importing("tickets", HEAD + row)


def periods(field: str) -> list[tuple]:
    rows = Ticket.objects.get().periods.filter(field=field).order_by("valid_from")
    return list(rows.values_list("value", "valid_from", "valid_to"))


def test_a_later_record_changes_no_day_before_it(accounts):
    row = "T1,A1,2024-06-01T10:00:00Z,{},{},,\n"
    bring(accounts, 11, row.format("new", "low"))
    account = Ticket.objects.get().account
    days = [date(2024, 6, 10), date(2024, 6, 19)]
    keys = ("open_tickets", "open_critical_tickets")
    before = [read(key, account, day=day) for key in keys for day in days]

    assert counts(bring(accounts, 20, row.format("in_progress", "critical"))) == {
        "updated": 1
    }

    assert [read(key, account, day=day) for key in keys for day in days] == before
    assert read("open_critical_tickets", account, day=date(2024, 6, 20)) == 1
    assert periods("priority") == [
        ("low", noon(1, 10), noon(20)),
        ("critical", noon(20), None),
    ]
    assert periods("status") == [
        ("new", noon(1, 10), noon(20)),
        ("in_progress", noon(20), None),
    ]


def test_a_repeat_is_unchanged_and_opens_nothing(accounts):
    row = "T1,A1,2024-06-01T10:00:00Z,new,low,,\n"
    bring(accounts, 11, row)

    assert counts(bring(accounts, 12, row)) == {"unchanged": 1}
    assert Ticket.objects.get().periods.count() == 2


def test_a_closing_without_a_stamp_holds_from_the_import_on(accounts):
    row = "T1,A1,2024-06-01T10:00:00Z,{},low,,\n"
    bring(accounts, 11, row.format("new"))
    account = Ticket.objects.get().account

    bring(accounts, 20, row.format("closed"))

    assert read("open_tickets", account, day=date(2024, 6, 19)) == 1
    assert read("open_tickets", account, day=date(2024, 6, 20)) == 0


def test_the_stamps_of_the_end_say_when_a_ticket_was_done(accounts):
    row = "T1,A1,2024-06-01T10:00:00Z,closed,low,{},2024-06-05T10:00:00Z\n"
    bring(accounts, 11, row.format("2024-06-03T10:00:00Z"))

    assert periods("status") == [
        ("new", noon(1, 10), noon(3, 10)),
        ("resolved", noon(3, 10), noon(5, 10)),
        ("closed", noon(5, 10), None),
    ]
    account = Ticket.objects.get().account
    assert read("mean_resolution_hours", account, day=date(2024, 6, 6)) == 48

    bring(accounts, 12, row.format("2024-06-02T10:00:00Z"))

    assert read("mean_resolution_hours", account, day=date(2024, 6, 6)) == 24
    assert len(periods("status")) == 3


def test_a_ticket_that_is_opened_again_was_done_in_between(accounts):
    row = "T1,A1,2024-06-01T10:00:00Z,{},low,{},\n"
    bring(accounts, 11, row.format("resolved", "2024-06-03T10:00:00Z"))
    account = Ticket.objects.get().account

    bring(accounts, 20, row.format("in_progress", ""))

    assert read("open_tickets", account, day=date(2024, 6, 2)) == 1
    assert read("open_tickets", account, day=date(2024, 6, 10)) == 0
    assert read("open_tickets", account, day=date(2024, 6, 20)) == 1


def test_a_resolution_later_brought_with_its_stamp_holds_from_there(accounts):
    row = "T1,A1,2024-06-01T10:00:00Z,{},low,{},\n"
    bring(accounts, 11, row.format("new", ""))
    bring(accounts, 20, row.format("resolved", "2024-06-15T10:00:00Z"))

    assert periods("status")[-1] == ("resolved", noon(15, 10), None)
