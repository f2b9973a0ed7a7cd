"""The queue page: views, counts, filters, bulk changes and the way back."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisation.models import Organisation, SavedView
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import (
    OrganisationFactory,
    TeamFactory,
    UserFactory,
)
from tests.factories.tickets import TicketFactory
from tickets.models import Message, Ticket
from tickets.queries.queues import PAGE_SIZE
from tickets.services.search_words import index_all_tickets

pytestmark = pytest.mark.django_db

URL = "/tickets/"


@pytest.fixture
def agent():
    return UserFactory(role="agent", name="Tom Brandt", team=TeamFactory(name="Desk"))


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


def page(client, query=""):
    answer = client.get(URL + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_begins_with_ones_own_tickets(desk, agent):
    TicketFactory(subject="Mine", assignee=agent)
    TicketFactory(subject="Somebody else's", assignee=UserFactory(role="agent"))

    html = page(desk)

    assert "Mine" in html
    assert "Somebody else" not in html


def test_a_late_ticket_says_by_how_much(desk, agent):
    TicketFactory(
        assignee=agent, next_due_at=timezone.now() - timedelta(minutes=22, seconds=5)
    )

    assert "22\N{NO-BREAK SPACE}min late" in page(desk)


def test_filters_and_words_narrow_the_view(desk):
    TicketFactory(subject="Export fails", priority="critical", tags=["export"])
    TicketFactory(subject="Export is slow", priority="low")
    TicketFactory(subject="Login fails", priority="critical")
    index_all_tickets()

    assert page(desk, "?view=all&q=export&priority=critical").count("data-open") == 1
    assert page(desk, "?view=all&tag=export").count("data-open") == 1
    assert page(desk, "?view=all&priority=nonsense").count("data-open") == 3
    assert "No ticket matches." in page(desk, "?view=all&q=nothing-like-it")


def test_an_empty_view_says_so_in_its_own_words(desk):
    assert "Nothing waits for you" in page(desk)
    assert "No open ticket has missed a target" in page(desk, "?view=late")


def test_an_empty_list_says_what_to_do(desk):
    assert 'href="?view=unassigned"' in page(desk)
    filtered = page(desk, "?view=mine&priority=high")
    assert "Show the whole view" in filtered
    assert "/tickets/?priority=high&amp;view=everything" in filtered


def test_tags_are_found_however_they_are_written(desk):
    TicketFactory(tags=["vip"])

    assert page(desk, "?view=all&tag=VIP").count("data-open") == 1


def test_a_ticket_opens_beside_the_list_it_stood_in(desk):
    ticket = TicketFactory(tags=["vip"])

    html = page(desk, "?view=all&tag=vip&order=updated")

    address = f"/tickets/{ticket.public_id}/?view=all&amp;tag=vip&amp;order=updated"
    assert f'data-open href="{address}"' in html


def test_a_broken_place_leads_to_the_first_page(desk):
    answer = desk.get(URL + "?view=all&cursor=broken")

    assert answer.status_code == 302
    assert answer["Location"] == "/tickets/?view=all"


def test_the_counts_can_be_asked_for_alone(desk):
    TicketFactory()

    html = desk.get("/tickets/counts/?view=all").content.decode()

    assert "All open" in html
    assert "<html" not in html


def test_queries_do_not_grow_with_the_tickets(desk, agent):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            page(desk, "?view=all")
        return len(found)

    def more():
        for _ in range(5):
            TicketFactory(assignee=UserFactory(role="agent"), account=AccountFactory())

    more()
    page(desk)
    few = queries()
    more()

    assert queries() == few
    assert few <= 9


def test_a_view_can_be_saved_and_found_again(desk, agent):
    SavedView.objects.create(
        page="tickets", name="Hot", query="view=all&priority=critical", owner=agent
    )

    assert "/tickets/?view=all&amp;priority=critical" in page(desk)


def choose(*tickets, **fields):
    return {"chosen": [str(ticket.public_id) for ticket in tickets], **fields}


def test_chosen_tickets_are_changed_at_once_and_as_before_after_undo(desk, agent):
    first, second = TicketFactory(), TicketFactory()

    desk.post(
        "/tickets/bulk/",
        choose(first, second, verb="change", assignee=str(agent.public_id)),
    )
    assert Ticket.objects.filter(assignee=agent).count() == 2

    html = page(desk, "?view=all")
    undo = html.split('action="/tickets/bulk/')[1].split('"')[0]
    desk.post("/tickets/bulk/" + undo)
    assert not Ticket.objects.filter(assignee=agent).exists()


def test_undo_leads_back_to_the_same_list(desk, agent):
    ticket = TicketFactory(tags=["vip"])
    place = "view=all&tag=vip&order=updated&cursor=abc"
    desk.post(
        "/tickets/bulk/",
        choose(ticket, verb="change", assignee=str(agent.public_id), back=place),
    )
    html = page(desk, "?view=all")
    undo = unescape(html.split('action="/tickets/bulk/')[1].split('"')[0])

    answer = desk.post("/tickets/bulk/" + undo)
    again = desk.post("/tickets/bulk/" + undo)

    assert answer["Location"] == again["Location"] == f"/tickets/?{place}"


def test_all_that_match_are_changed_when_asked_for(desk, agent):
    TicketFactory.create_batch(3, priority="high")
    TicketFactory(priority="low")
    query = "view=all&priority=high"

    said = desk.get(f"/tickets/matching/?{query}").content.decode()
    desk.post(
        "/tickets/bulk/",
        {"everything": "1", "back": query, "verb": "change", "priority": "critical"},
    )

    assert said == "all 3 that match"
    assert Ticket.objects.filter(priority="critical").count() == 3


def test_all_that_match_are_the_ones_the_person_may_see(client):
    OrganisationFactory()
    Organisation.objects.update(row_scope="book")
    person = UserFactory(role="agent")
    client.force_login(person)
    own = TicketFactory(account=AccountFactory(owner=person))
    foreign = TicketFactory(account=AccountFactory(owner=UserFactory()))

    client.post(
        "/tickets/bulk/",
        {"everything": "1", "back": "view=all", "verb": "change", "priority": "low"},
    )

    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.priority, foreign.priority) == ("low", "medium")


def test_too_many_at_once_are_refused_whole(desk, monkeypatch):
    monkeypatch.setattr("tickets.views.bulk.MOST_AT_ONCE", 2)
    TicketFactory.create_batch(3)

    said = desk.get("/tickets/matching/?view=all").content.decode()
    answer = desk.post(
        "/tickets/bulk/",
        {"everything": "1", "back": "view=all", "verb": "change", "priority": "low"},
        follow=True,
    )

    assert said == "all that match (more than 2, too many at once)"
    assert "more than 2 tickets" in answer.content.decode()
    assert not Ticket.objects.filter(priority="low").exists()


def test_all_that_match_are_offered_when_there_is_another_page(desk):
    TicketFactory.create_batch(2)
    assert "that match" not in page(desk, "?view=all")
    TicketFactory.create_batch(PAGE_SIZE)

    assert "all that match" in page(desk, "?view=all")


def test_the_oldest_of_the_chosen_tickets_takes_in_the_others(desk):
    account = AccountFactory()
    old = TicketFactory(account=account)
    new = TicketFactory(account=account, opened_at=timezone.now())

    desk.post("/tickets/bulk/", choose(new, old, verb="merge"))

    new.refresh_from_db()
    assert new.merged_into == old


def test_closing_many_asks_for_the_message_first(desk):
    ticket = TicketFactory(status="in_progress")

    asked = desk.post("/tickets/bulk/close/", choose(ticket, verb="close"))
    assert "Message to the customers" in asked.content.decode()
    empty = desk.post("/tickets/bulk/close/", choose(ticket, message=" "))
    assert empty.status_code == 422
    desk.post("/tickets/bulk/close/", choose(ticket, message="The fix is out."))

    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert Message.objects.get(ticket=ticket).text == "The fix is out."


def test_choosing_nothing_changes_nothing_and_says_so(desk):
    answer = desk.post("/tickets/bulk/", {"verb": "change"}, follow=True)

    assert "Choose a ticket first." in answer.content.decode()


def test_a_leader_reads_the_queue_and_finds_nothing_to_press(client):
    client.force_login(UserFactory(role="leader"))
    TicketFactory()

    html = page(client, "?view=all")

    assert "data-choose-all" not in html
    assert "New ticket" not in html


def test_what_is_kept_of_the_page_follows_people_teams_and_counts(desk, agent):
    before = page(desk)
    assert "Ida Holm" not in before
    assert "Night shift" not in before

    UserFactory(role="agent", name="Ida Holm")
    TeamFactory(name="Night shift")
    TicketFactory(assignee=agent, subject="One more")
    after = page(desk)

    assert after.count("Ida Holm") == 2  # the filter and the bar of bulk actions
    assert "Night shift" in after
    assert '<span class="n">1</span>' in after.split("</nav>")[0]


def test_the_pages_somebody_may_open_are_not_those_of_the_reader_before(client):
    OrganisationFactory()
    client.force_login(UserFactory(role="admin"))
    assert "/imports/" in page(client)

    client.force_login(UserFactory(role="agent"))

    assert "/imports/" not in page(client)


def test_a_chosen_filter_shows_on_its_chip_and_goes_away_with_it(desk):
    team = TeamFactory(name="Night shift")
    assert "Team: Night shift" not in page(desk)

    assert "Team: Night shift" in page(desk, f"?view=all&team={team.public_id}")
    assert "Team: Night shift" not in page(desk, "?view=all")
