"""Nobody works on spam: it is looked at, noted on, and taken back."""

from functools import partial

import pytest

from tests.api.conftest import program_of
from tests.factories.organisation import UserFactory
from tests.tickets.clock_world import HOUR, MINUTE, MONDAY, Desk, states
from tickets.models import Ticket
from tickets.services import (
    add_note,
    bulk_close,
    bulk_status,
    change_status,
    claim,
    close,
    escalate,
    mark_spam,
    reply,
    resolve,
    unmark_spam,
)
from tickets.services.errors import TicketIsSpam

WORK = {
    "answer": partial(reply, text="Look here."),
    "claim": claim,
    "escalate": partial(escalate, reason="Too hard."),
    "move": partial(change_status, status="in_progress"),
    "resolve": resolve,
}
ADDRESSES = {
    "messages/": {"text": "Look here."},
    "claim/": {},
    "escalate/": {"reason": "Too hard."},
    "status/": {"status": "in_progress"},
    "resolve/": {},
}


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def spam(desk):
    ticket = desk.ticket()
    return mark_spam(ticket, by=desk.agent, now=MONDAY + MINUTE)


def facts(ticket):
    row = Ticket.objects.get(pk=ticket.pk)
    return (
        row.status, row.assignee, row.level, row.version, row.first_responded_at,
        row.messages.count(),
    )  # fmt: skip


@pytest.mark.parametrize("work", WORK)
def test_spam_is_not_worked_on(desk, spam, work):
    before = facts(spam)

    with pytest.raises(TicketIsSpam, match=r"T-\d+ is spam. Take that back first."):
        WORK[work](spam, by=desk.agent, now=MONDAY + HOUR)

    assert facts(spam) == before


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_api_says_that_it_is_spam(spam, address):
    api = program_of(UserFactory(role="agent"))
    before = facts(spam)

    answer = api.post(f"/api/v1/tickets/{spam.public_id}/{address}", ADDRESSES[address])

    assert answer.status_code == 409
    assert "is spam" in answer.json()["detail"]
    assert facts(spam) == before


def test_the_page_says_that_it_is_spam(client, desk, spam):
    client.force_login(desk.agent)

    page = client.post(f"/tickets/{spam.public_id}/act/claim/", follow=True)

    assert "is spam. Take that back first." in page.text


def test_spam_is_noted_on_and_taken_back_as_if_it_had_not_been(desk, spam):
    add_note(spam, by=desk.agent, text="A real one?", now=MONDAY + 2 * MINUTE)

    unmark_spam(spam, by=desk.agent, now=MONDAY + 3 * MINUTE)

    assert states(spam) == {"first_response": "running", "resolution": "running"}
    claim(spam, by=desk.agent, now=MONDAY + HOUR)


def test_spam_may_be_put_away_for_good(desk, spam):
    assert close(spam, by=desk.agent, now=MONDAY + HOUR).status == "closed"


def test_spam_among_many_stays_as_it_is_unless_it_is_put_away(desk, spam):
    other = desk.ticket()

    moved = bulk_status([spam, other], by=desk.agent, status="resolved")
    closed = bulk_close([spam, other], by=desk.agent)

    assert (moved.ticket_count, closed.ticket_count) == (1, 2)
