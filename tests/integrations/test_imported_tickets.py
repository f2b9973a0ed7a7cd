"""Imported tickets are real ones: one works on them like on any other."""

from datetime import UTC, datetime

import pytest

from tests.factories.accounts import CustomFieldFactory
from tests.factories.organisation import UserFactory
from tests.integrations.conftest import counts
from tickets.models import SlaClock, Ticket
from tickets.services import (
    Body,
    ChangedSince,
    change_priority,
    do_undoably,
    receive_customer_message,
    reply,
    resolve,
    undo_bulk,
)

FILE = (
    "id,account,contact,contact_name,subject,description,category,status,channel,"
    "opened_at,first_responded_at,resolved_at,reopen_count,is_sla_met\n"
    'T1,A1,C1,Cleo,"Login <b>","It says ""no"" & stops",access,resolved,phone,'
    "2024-05-06 10:00,2024-05-06 11:00,2024-05-07 10:00,1,true\n"
    "T2,A1,,,,,billing,new,,2024-05-06 10:00,,,0,\n"
)


def load(accounts):
    return accounts("tickets", FILE, create_missing=["contact"])


def test_an_imported_ticket_begins_with_what_the_source_says(accounts):
    assert counts(load(accounts)) == {"created": 2}

    first = Ticket.objects.get(external_id="T1")
    message = first.messages.get()
    assert (message.side, message.sent_at) == ("customer", first.opened_at)
    assert message.text == 'It says "no" & stops'
    assert message.html == '<p>It says "no" &amp; stops</p>'
    assert (message.contact, first.requester_name) == (first.contact, "Cleo")
    assert (first.channel, first.cycle, first.agent_message_count) == ("phone", 2, 1)
    assert first.resolved_first_at == first.resolved_at
    second = Ticket.objects.get(external_id="T2")
    assert (second.subject, second.messages.get().text) == ("billing", "billing")


def test_the_first_resolution_is_the_first_of_a_log(accounts):
    log = (
        "id,account,subject,status,opened_at,changed_at,resolved_at\n"
        "T1,A1,Slow,new,2024-05-06 10:00,2024-05-06 10:00,\n"
        "T1,A1,Slow,resolved,2024-05-06 10:00,2024-05-06 12:00,2024-05-06 12:00\n"
        "T1,A1,Slow,in_progress,2024-05-06 10:00,2024-05-07 12:00,\n"
        "T1,A1,Slow,closed,2024-05-06 10:00,2024-05-08 12:00,2024-05-08 12:00\n"
    )

    accounts("ticket_events", log)

    ticket = Ticket.objects.get(external_id="T1")
    first = datetime(2024, 5, 6, 12, tzinfo=UTC)
    assert ticket.resolved_first_at.date() == first.date()
    assert ticket.resolved_at.date() == datetime(2024, 5, 8).date()


def test_importing_again_changes_nothing_and_says_nothing_twice(accounts):
    load(accounts)

    assert counts(load(accounts)) == {"unchanged": 2}
    assert Ticket.objects.get(external_id="T1").messages.count() == 1


def test_the_clocks_of_imported_tickets_do_not_start(accounts):
    load(accounts)
    agent = UserFactory(role="agent")
    ticket = Ticket.objects.get(external_id="T2")

    change_priority(ticket, by=agent, priority="critical")

    assert not SlaClock.objects.exists()
    assert Ticket.objects.get(external_id="T1").is_sla_met is True


def test_what_the_source_changed_since_is_not_undone(accounts):
    load(accounts)
    agent = UserFactory(role="agent")
    ticket = Ticket.objects.get(external_id="T2")
    change = do_undoably(
        ticket,
        lambda row, at: resolve(row, by=agent, now=at),
        verb="resolve",
        by=agent,
    )
    changed = FILE.replace(",billing,new,", ",billing,closed,")
    assert counts(accounts("tickets", changed))["updated"] == 1

    with pytest.raises(ChangedSince):
        undo_bulk(change, by=agent)


def test_one_works_on_an_imported_ticket_like_on_any_other(accounts):
    load(accounts)
    agent = UserFactory(role="agent")
    ticket = Ticket.objects.get(external_id="T1")
    now = datetime(2024, 5, 8, tzinfo=UTC)

    receive_customer_message(ticket, body=Body("Still not"), now=now)
    reply(ticket, by=agent, text="Now?", status="waiting", now=now)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.reopen_count, ticket.cycle) == ("waiting", 2, 3)
    assert counts(load(accounts)) != {}


def test_custom_fields_of_tickets_are_read_by_their_type(accounts):
    CustomFieldFactory(target="ticket", key="build", kind="number")
    columns = {name: name for name in ("subject", "opened_at")} | {
        "external_id": "id", "account_external_id": "account", "custom.build": "Build",
    }  # fmt: skip
    text = "id,account,subject,opened_at,Build\nT1,A1,Slow,2024-05-06 10:00,{}\n"

    accounts("tickets", text.format(7), columns=columns)
    assert Ticket.objects.get().custom == {"build": 7}

    accounts("tickets", text.format(8), columns=columns)
    assert Ticket.objects.get().custom == {"build": 8}


LOG_COLUMNS = {
    "external_id": "id", "account_external_id": "account", "status": "status",
    "opened_at": "opened_at", "changed_at": "changed_at", "custom.build": "Build",
    "custom.env": "Where", "custom.since": "Since", "custom.vip": "Known",
}  # fmt: skip


def test_a_log_of_states_brings_the_fields_of_its_last_state(accounts):
    for key, kind in (("build", "number"), ("since", "date"), ("vip", "yes_no")):
        CustomFieldFactory(target="ticket", key=key, kind=kind)
    CustomFieldFactory(target="ticket", key="env", kind="choice", choices=["Prod"])
    log = (
        "id,account,status,opened_at,changed_at,Build,Where,Since,Known\n"
        "T1,A1,new,2024-05-06 10:00,2024-05-06 10:00,6,,2024-05-01,no\n"
        "T1,A1,closed,2024-05-06 10:00,2024-05-07 10:00,7,prod,2024-05-02,yes\n"
        "T2,A1,new,2024-05-06 10:00,2024-05-06 10:00,,,,\n"
        "T3,A1,new,2024-05-06 10:00,2024-05-06 10:00,many,,,\n"
        "T4,A1,new,2024-05-06 10:00,2024-05-06 10:00,,moon,,\n"
    )

    result = accounts("ticket_events", log, columns=LOG_COLUMNS)

    assert counts(result) == {"created": 3, "rejected": 2}
    found = {row.external_id: row.custom for row in Ticket.objects.all()}
    assert found == {
        "T1": {"build": 7, "env": "Prod", "since": "2024-05-02", "vip": True},
        "T2": {},
    }


def test_a_log_that_goes_on_lays_its_fields_over_those_there_are(accounts):
    CustomFieldFactory(target="ticket", key="build", kind="number")
    CustomFieldFactory(target="ticket", key="env")
    head = "id,account,status,opened_at,changed_at,Build,Where\n"
    named = {
        name: column
        for name, column in LOG_COLUMNS.items()
        if name not in ("custom.since", "custom.vip")
    }
    first = "T1,A1,new,2024-05-06 10:00,2024-05-06 10:00,6,here\n"
    second = "T1,A1,closed,2024-05-06 10:00,2024-05-07 10:00,7,\n"

    accounts("ticket_events", head + first, columns=named)
    again = accounts("ticket_events", head + first, columns=named)
    accounts("ticket_events", head + second, columns=named)

    assert counts(again) == {"unchanged": 1}
    assert Ticket.objects.get().custom == {"build": 7, "env": "here"}
