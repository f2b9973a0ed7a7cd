"""Finding tickets: what a search looks at, and that it follows every change."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction

from accounts.services import merge_accounts, update_account, update_contact
from tests.factories.accounts import AccountFactory, ContactFactory
from tests.factories.tickets import TicketFactory
from tests.tickets.conftest import START
from tickets.models import Ticket
from tickets.queries import search
from tickets.services import (
    Body,
    bulk_close,
    bulk_merge,
    merge_tickets,
    receive_customer_message,
    reply,
    search_words,
    split_ticket,
    undo_bulk,
    update_ticket,
)
from tickets.services.conversation import write_note
from tickets.services.search_words import follow_names, index_all_tickets

LATER = START + timedelta(hours=1)


def found(text):
    rows = search.matching(Ticket.objects.all(), text)
    return sorted(rows.values_list("subject", flat=True))


@pytest.fixture(params=["everywhere", "rare"])
def common(request, monkeypatch):
    """Once as if every word stood in very many tickets, once as if in few."""
    most = -1 if request.param == "everywhere" else 20
    monkeypatch.setattr(search, "MOST_OF_NEWEST", most)


@pytest.fixture
def world(opened, agent, common):
    export = opened(subject="Exports time out", text="Since this morning.")
    reply(export, by=agent, text="Is the Warehouse slow?", now=LATER)
    write_note(export, by=agent, text="Looks like a firewall.", now=LATER)
    globex = ContactFactory(
        account=AccountFactory(name="Globex", domain="globex.test"),
        name="Hanna Hill",
        email="hanna@globex.test",
    )
    opened(subject="SSO loop", text="It began after the certificate.", contact=globex)
    TicketFactory(subject="Quiet", number="T-7000077")
    index_all_tickets()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export", ["Exports time out"]),
        ("certif", ["SSO loop"]),
        ("exports time", ["Exports time out"]),
        ("exports warehouse", ["Exports time out"]),
        ("morning warehouse FIREWALL", ["Exports time out"]),
        ("exports certificate", []),
        ("acme export", ["Exports time out"]),
        ("globex", ["SSO loop"]),
        ("hanna loop", ["SSO loop"]),
        ("hanna@globex.test", ["SSO loop"]),
        ("hanna@glo", ["SSO loop"]),
        ("globex.test certificate", ["SSO loop"]),
        ("T-7000077", ["Quiet"]),
        ("t-7000077", ["Quiet"]),
        ("7000077", ["Quiet"]),
        ("T-70000", ["Quiet"]),
        ("T-7000077 quiet", ["Quiet"]),
        ("quiet 7000077", ["Quiet"]),
        ("T-7000077 loud", []),
        ("nothing-like-it", []),
        ("it's", []),
        ("!!!", []),
    ],
)
def test_every_word_must_stand_somewhere_in_the_ticket(world, text, expected):
    assert found(text) == expected


def test_what_a_ticket_says_of_itself_is_found_as_it_is_now(opened, agent):
    ticket = opened(subject="Broken", contact=None, requester_name="Mia")

    update_ticket(ticket, by=agent, subject="Mended", requester_name="Noa")

    assert (found("broken"), found("mia")) == ([], [])
    assert found("mended noa") == ["Mended"]


def test_customers_answers_and_messages_to_many_are_found(opened, agent):
    first, second = opened(subject="First"), opened(subject="Second")
    receive_customer_message(first, body=Body("The turbine stands."), now=LATER)

    bulk_close([first, second], message="Fixed in the Lighthouse release.", by=agent)

    assert found("turbine lighthouse") == ["First"]
    assert found("lighthouse") == ["First", "Second"]


def test_messages_are_found_where_they_went(opened, agent):
    kept = opened(subject="Kept")
    gone = opened(subject="Gone", text="A very special zeppelin.")
    more = opened(subject="More", text="Another balloon.")

    merge_tickets([gone], into=kept, by=agent)
    change = bulk_merge([more], into=kept, by=agent)

    assert found("zeppelin") == ["Kept"]
    assert found("zeppelin balloon") == ["Kept"]
    undo_bulk(change, by=agent)
    assert found("balloon") == ["More"]
    message = kept.messages.get(text="A very special zeppelin.")
    split_ticket(kept, messages=[message], subject="Airships", by=agent)
    assert found("zeppelin") == ["Airships"]


def test_tickets_are_found_by_the_present_names_of_their_customers(
    opened, account, contact, agent
):
    opened(subject="Named")
    follow_names()

    update_account(account, by=agent, name="Initech")
    update_contact(contact, by=agent, name="Cleo Walrus")

    assert follow_names() == 2
    assert found("initech walrus") == ["Named"]
    assert follow_names() == 0


def test_tickets_of_a_merged_account_are_found_by_the_name_that_stayed(
    opened, account, agent
):
    opened(subject="Moved")
    other = AccountFactory(name="Hooli")
    follow_names()

    merge_accounts(survivor=other, duplicate=account, by=agent)
    follow_names()

    assert found("hooli") == ["Moved"]


def test_tickets_of_a_contact_who_left_with_another_name_are_found_by_it(
    opened, contact, agent
):
    opened(subject="Left behind")

    update_contact(contact, by=agent, name="Cleo Walrus", left_on=date(2026, 3, 1))
    follow_names()

    assert found("walrus") == ["Left behind"]


def _is_waited_for():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_reply_is_found_that_was_written_while_names_were_followed(
    opened, account, agent
):
    ticket = opened(subject="Both")
    update_account(account, by=agent, name="Initech")

    def follow():
        try:
            follow_names()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            reply(ticket, by=agent, text="Look at the zeppelin.")
            following = pool.submit(follow)
            until = time.monotonic() + 10
            while not _is_waited_for() and time.monotonic() < until:
                time.sleep(0.02)
        following.result()

    assert found("initech zeppelin") == ["Both"]


def test_names_are_followed_for_few_tickets_at_a_time(
    opened, account, agent, monkeypatch
):
    monkeypatch.setattr(search_words, "_AT_ONCE", 2)
    for number in range(5):
        opened(subject=f"Ticket {number}")
    update_account(account, by=agent, name="Initech")

    assert follow_names() == 1
    assert len(found("initech")) == 5


@pytest.mark.django_db(transaction=True)
def test_names_are_followed_on_when_something_came_between(
    opened, account, agent, monkeypatch
):
    monkeypatch.setattr(search_words, "_AT_ONCE", 1)
    busy = [opened(subject=f"Ticket {number}") for number in range(3)][-1]
    update_account(account, by=agent, name="Initech")

    def follow():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '100ms'")
            follow_names()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Ticket.objects.held().get(pk=busy.pk)
        with pytest.raises(OperationalError):
            pool.submit(follow).result()
    assert found("initech") == ["Ticket 0", "Ticket 1"]

    assert follow_names() == 1
    assert len(found("initech")) == 3
