"""Two agents at the same moment, with real connections."""

import threading
from typing import Any

import pytest

from tests.factories.accounts import AccountFactory
from tests.factories.organisation import UserFactory
from tests.tickets.races import at_once, faults, holding
from tickets.models import BulkChange, Message, Ticket, TicketLink, TicketPeriod
from tickets.services import (
    AlreadyClaimed,
    AlreadyUndone,
    Body,
    CannotMerge,
    StaleTicket,
    TicketIsMerged,
    bulk_merge,
    bulk_priority,
    claim,
    create_ticket,
    link_tickets,
    merge_tickets,
    receive_customer_message,
    reply,
    resolve,
    undo_bulk,
    update_ticket,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other(ticket):
    return create_ticket(by=None, subject="Two", text="Help", account=ticket.account)


@pytest.fixture
def people():
    return [UserFactory(role="agent", name=name) for name in ("Ada", "Ben", "Cid")]


@pytest.fixture
def ticket():
    account = AccountFactory()
    return create_ticket(by=None, subject="Slow", text="Help", account=account)


def test_of_agents_who_claim_at_once_one_wins_and_the_others_are_told_who(
    ticket, people
):
    found = at_once(*[
        lambda person=person: claim(ticket, by=person) for person in people
    ])  # fmt: skip

    winner = Ticket.objects.get().assignee
    assert winner in people
    lost = [each for each in found if isinstance(each, AlreadyClaimed)]
    assert len(lost) == 2
    assert {each.winner for each in lost} == {winner}
    assert TicketPeriod.objects.filter(value="assigned").count() == 1


def test_of_two_edits_of_one_version_the_second_is_refused(ticket, people):
    version = Ticket.objects.get().version

    found = at_once(*[
        lambda word=word: update_ticket(
            ticket, by=people[0], expected_version=version, subject=word
        )
        for word in ("One", "Two")
    ])  # fmt: skip

    assert sum(isinstance(each, StaleTicket) for each in found) == 1


def test_two_who_resolve_at_once_resolve_once(ticket, people):
    at_once(*[lambda p=person: resolve(ticket, by=p) for person in people])

    values = TicketPeriod.objects.filter(field="status").values_list("value", flat=True)
    assert sorted(values) == ["new", "resolved"]


def test_a_message_that_meets_a_merge_is_not_lost(ticket, people):
    other = create_ticket(
        by=None, subject="Slow too", text="Help", account=ticket.account
    )

    found = at_once(
        lambda: merge_tickets([ticket], into=other, by=people[0]),
        lambda: receive_customer_message(ticket, body=Body("More")),
    )

    assert not [each for each in found if isinstance(each, Exception)]
    other.refresh_from_db()
    assert other.messages.filter(text="More").exists()


def test_two_tickets_merged_into_each_other_at_once_make_no_circle(ticket, people):
    other = create_ticket(by=None, subject="Two", text="Help", account=ticket.account)

    found = at_once(
        lambda: merge_tickets([ticket], into=other, by=people[0]),
        lambda: merge_tickets([other], into=ticket, by=people[1]),
    )

    assert sum(isinstance(each, CannotMerge) for each in found) == 1
    assert Ticket.objects.filter(merged_into__isnull=False).count() == 1


def test_a_reply_that_meets_a_merge_is_refused_or_moves_along(ticket, people):
    other = create_ticket(by=None, subject="Two", text="Help", account=ticket.account)

    found = at_once(
        lambda: merge_tickets([ticket], into=other, by=people[0]),
        lambda: reply(ticket, by=people[1], text="Hello"),
    )

    refused = [each for each in found if isinstance(each, TicketIsMerged)]
    assert other.messages.filter(text="Hello").exists() or refused


def test_two_tickets_are_linked_to_each_other_at_once(ticket, other, people):
    found = at_once(*[
        lambda one=one, two=two, by=by: link_tickets(
            one, other=two, kind="related", by=by)
        for one, two, by in ((ticket, other, people[0]), (other, ticket, people[1]))
    ])  # fmt: skip

    assert found == [True, True]
    assert TicketLink.objects.count() == 2


def test_two_who_name_the_ticket_of_the_other_do_not_wait_for_each_other(ticket, other):
    gate = threading.Barrier(2)

    def name(of: Ticket, came_from: Ticket) -> Any:
        return of.messages.update(came_from=came_from)

    found = at_once(
        holding(ticket, gate, lambda: name(ticket, other)),
        holding(other, gate, lambda: name(other, ticket)),
    )

    assert found == [1, 1]


def test_a_link_that_meets_a_merge_is_refused_or_moves_along(ticket, other, people):
    third = create_ticket(by=None, subject="3", text="Help", account=ticket.account)

    found = at_once(
        lambda: merge_tickets([ticket], into=other, by=people[0]),
        lambda: link_tickets(third, other=ticket, kind="related", by=people[1]),
    )

    refused = [each for each in found if isinstance(each, TicketIsMerged)]
    assert len(faults(found)) == len(refused)
    assert TicketLink.objects.filter(ticket=third, other=other).exists() or refused


@pytest.mark.parametrize("is_older", [True, False])
def test_a_customer_who_writes_while_a_merge_is_undone(ticket, other, people, is_older):
    source, target = (ticket, other) if is_older else (other, ticket)
    change = bulk_merge([source], into=target, by=people[0])
    gate = threading.Barrier(2)

    found = at_once(
        holding(
            target, gate, lambda: receive_customer_message(source, body=Body("More"))
        ),
        lambda: [gate.wait(), undo_bulk(change, by=people[0])],
    )

    assert not faults(found)
    source.refresh_from_db()
    assert source.merged_into is None
    assert Message.objects.get(text="More").ticket == source


def test_a_merge_undone_and_made_again_at_once(ticket, other, people):
    third = create_ticket(by=None, subject="3", text="Help", account=ticket.account)
    for source, target in ((ticket, other), (other, ticket)):
        change = bulk_merge([source], into=target, by=people[0])

        found = at_once(
            lambda change=change: undo_bulk(change, by=people[0]),
            lambda t=target, s=source: bulk_merge([s, third], into=t, by=people[1]),
        )

        assert not [each for each in faults(found) if not isinstance(each, CannotMerge)]
        for again in BulkChange.objects.filter(undone_at__isnull=True):
            undo_bulk(again, by=people[0])
        assert not Ticket.objects.filter(merged_into__isnull=False).exists()


def test_one_change_undone_twice_at_once_is_undone_once(ticket, people):
    change = bulk_priority([ticket], priority="high", by=people[0])

    found = at_once(*[lambda: undo_bulk(change, by=people[0]) for _ in range(2)])

    assert sum(isinstance(each, AlreadyUndone) for each in found) == 1
    assert found.count(1) == 1
    assert Ticket.objects.get().priority == "medium"
