"""Whoever reads on in the log gets each committed event once, however late."""

import threading

import pytest
from django.db import connection, transaction

from events.models import AccountChange, EventReading
from events.reading import note_changed_accounts, read_on
from events.services import record_event

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ["survey%", "plan_updated"]


def read() -> list[tuple]:
    """What is new: accounts, and kinds with the subject of events about none."""
    with transaction.atomic():
        if not read_on("test", kinds=KINDS, into="fresh"):
            return []
        with connection.cursor() as cursor:
            cursor.execute("SELECT account_id, kind FROM fresh WHERE seen IS NULL")
            return sorted(cursor.fetchall(), key=str)


def record(kind="survey_answered", account_id=1):
    record_event(kind, by=None, account_id=account_id)


def change(*accounts):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS touched (account_id bigint)")
        cursor.execute("TRUNCATE touched")
        for account in accounts:
            cursor.execute("INSERT INTO touched VALUES (%s)", [account])
    note_changed_accounts("touched")


def test_the_first_look_only_marks_where_to_begin():
    record()

    assert read() == []
    assert EventReading.objects.get().reader == "test"


def test_an_account_is_read_once_however_many_events():
    read()
    for _ in range(3):
        record()
    record("tag_added", 2)
    record("plan_updated", None)

    assert read() == [(1, None), (None, "plan_updated")]
    assert read() == []


def test_facts_too_many_for_the_log_are_read_once_too():
    read()
    change(7, 7, 8)

    assert read() == [(7, None), (8, None)]
    change(8)
    assert read() == [(8, None)]
    assert AccountChange.objects.count() == 2


def test_a_transaction_that_began_earlier_and_committed_later_is_not_missed():
    read()
    recorded, may_commit = threading.Event(), threading.Event()

    def slowly():
        with transaction.atomic():
            # In a savepoint, as most services record theirs.
            with transaction.atomic():
                record(account_id=1)
            recorded.set()
            may_commit.wait(10)
        connection.close()

    other = threading.Thread(target=slowly)
    other.start()
    recorded.wait(10)
    record(account_id=2)

    assert read() == [(2, None)]
    record(account_id=3)
    assert read() == [(3, None)]
    may_commit.set()
    other.join(10)
    assert read() == [(1, None)]
    assert read() == []


def test_what_failed_is_read_again():
    read()
    record()

    def read_and_fail():
        with transaction.atomic():
            assert read_on("test", kinds=KINDS, into="fresh")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        read_and_fail()

    assert read() == [(1, None)]


def test_a_mark_of_another_cluster_is_begun_anew():
    read()
    EventReading.objects.update(seen="9000000000:9000000000:")
    record()

    assert read() == []
    record(account_id=2)
    assert read() == [(2, None)]
