"""What an account's pages say of its tickets: neither spam nor merged ones count."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories.tickets import TicketFactory
from tickets.models import Ticket
from tickets.queries import figures_of, tickets_of
from tickets.queries.conversation import customer_facts
from tickets.services import mark_spam, merge_tickets


@pytest.fixture
def rows(opened, agent):
    """One ticket that stays, one that becomes part of it, and one of spam."""
    now = timezone.now()
    stays, merged, spam = [opened(subject=word, now=now) for word in ("A", "B", "C")]
    Ticket.objects.filter(pk=spam.pk).update(csat=1, csat_at=now)
    merge_tickets([merged], into=stays, by=agent)
    mark_spam(spam, by=agent)
    return stays, merged, spam


def test_figures_count_neither_spam_nor_merged_tickets(rows, account):
    figures = figures_of(account)

    assert (figures.open, figures.opened, figures.csat) == (1, 1, None)
    facts = customer_facts(rows[0], now=timezone.now())
    assert (facts.tickets, facts.csat) == (1, None)


def test_the_tab_of_an_account_shows_genuine_tickets(client, rows, account, agent):
    TicketFactory(account=account, status="closed", subject="Z")
    client.force_login(agent)

    page = client.get(reverse("tickets:account_tickets", args=[account.public_id]))

    assert {ticket.subject for ticket, _level in page.context["tickets"]} == {"A", "Z"}
    assert [row.subject for row in tickets_of(account, state="open")] == ["A"]
    (tab,) = [tab for tab in page.context["tabs"] if tab["label"] == "Tickets"]
    assert tab["count"] == 1
