"""New rows written with a kept statement are what saving would have made them."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from core.inserting import insert
from events.models import Event
from tests.factories.accounts import AccountFactory
from tickets.models import Ticket, TicketPeriod

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def ticket(**values):
    return Ticket(opened_at=START, **values)


def test_a_row_stands_as_if_it_had_been_saved():
    row = ticket(number="T-1", account=AccountFactory(), tags=["a", "b"])
    row.custom = {"seats": 3, "name": 'Øre "x" %s'}

    insert([row])

    stored = Ticket.objects.get(number="T-1")
    for field in Ticket._meta.concrete_fields:
        assert getattr(row, field.attname) == getattr(stored, field.attname), field
    row.subject = "Changed"
    row.save()
    assert Ticket.objects.get().subject == "Changed"


def test_an_empty_list_and_an_empty_object_keep_their_types():
    insert([ticket(number="T-1", tags=[], custom={})])

    assert Ticket.objects.get().tags == []
    assert Ticket.objects.get().custom == {}


def test_many_rows_are_one_statement_and_each_gets_its_own_id():
    insert([owner := ticket(number="T-1")])
    rows = [
        TicketPeriod(ticket=owner, field=field, value="new", valid_from=START)
        for field in ("status", "priority")
    ]

    with CaptureQueriesContext(connection) as queries:
        insert(rows)

    assert len(queries) == 1
    ids = TicketPeriod.objects.order_by("pk").values_list("pk", flat=True)
    assert [row.pk for row in rows] == list(ids)


def test_what_is_given_is_written_and_what_is_left_out_comes_back():
    told, untold = Event(kind="one", happened_at=START), Event(kind="two")

    insert([told])
    insert([untold])

    assert Event.objects.get(kind="one").happened_at == START
    assert untold.happened_at == Event.objects.get(kind="two").happened_at


def test_a_constraint_refuses_as_ever():
    insert([ticket(number="T-1")])

    with pytest.raises(IntegrityError):
        insert([ticket(number="T-1")])


def test_nothing_to_write_asks_nothing():
    with CaptureQueriesContext(connection) as queries:
        insert([])

    assert not queries.captured_queries
