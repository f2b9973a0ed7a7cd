"""On call as the ticket's page and the list of pages show it."""

from datetime import timedelta

import pytest

from health.models import OnCallPage, PageDelivery
from health.services.on_call import follow_tickets
from tests.factories.accounts import AccountFactory
from tests.factories.health import OnCallPageFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.tickets import TicketFactory
from tests.health.on_call_world import START, Desk
from tickets.services import claim, snooze

pytestmark = pytest.mark.django_db
LIST = "/on-call/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def desk(client):
    OrganisationFactory(timezone="UTC")
    desk = Desk()
    desk.call()
    client.force_login(desk.agent)
    return desk


def notice(client, ticket) -> str:
    answer = client.get(f"/tickets/{ticket.public_id}/on-call/", headers=HTMX)
    return " ".join(answer.content.decode().split())


def test_the_ticket_says_how_often_on_call_was_paged_and_lets_one_acknowledge(
    client, desk
):
    ticket = desk.open()
    assert "On call" not in notice(client, ticket)
    desk.tick()
    desk.tick(10)
    with desk.at():
        shown = notice(client, ticket)
        assert "On call was paged 2 times, last" in shown
        assert ">today, 10:10</time>. The next page comes" in shown
        page = OnCallPage.objects.get()
        answer = client.post(f"/on-call/{page.public_id}/acknowledge/", headers=HTMX)
        assert "Ada Agent acknowledged the page" in answer.content.decode()
        assert "Ada Agent acknowledged the page" in notice(client, ticket)

    assert desk.tick(10) == 0


def test_the_notice_is_drawn_again_only_when_it_changed(client, desk):
    ticket = desk.open()
    address = f"/tickets/{ticket.public_id}/on-call/"
    assert 'seen=nothing"' in notice(client, ticket)
    assert client.get(address, {"seen": "nothing"}).status_code == 204
    desk.tick()
    page = OnCallPage.objects.get()

    assert client.get(address, {"seen": "nothing"}).status_code == 200
    state = f"{page.pk}-1-open"
    assert f'seen={state}"' in notice(client, ticket)
    assert client.get(address, {"seen": state}).status_code == 204
    desk.tick(10)
    assert client.get(address, {"seen": state}).status_code == 200


def test_snoozing_is_no_answer_and_whoever_snoozes_is_told_so(client, desk):
    before, asleep = desk.open(), desk.open()
    snooze(before, by=desk.agent, until=desk.now + timedelta(hours=3), now=desk.now)
    assert desk.tick() == 1
    assert OnCallPage.objects.open().count() == 2
    desk.wait(1)
    snooze(asleep, by=desk.agent, until=desk.now + timedelta(hours=3), now=desk.now)

    desk.tick(10)

    rounds = OnCallPage.objects.open().values_list("rounds", flat=True)
    assert list(rounds) == [2, 2]
    dialog = client.get(f"/tickets/{before.public_id}/ask/snooze/", headers=HTMX)
    assert "pages to on call go on" in dialog.text


def test_the_page_of_the_ticket_asks_for_the_notice(client, desk):
    ticket = desk.open()
    content = client.get(f"/tickets/{ticket.public_id}/").content.decode()

    assert f'hx-get="/tickets/{ticket.public_id}/on-call/"' in content


def test_the_notice_goes_as_soon_as_somebody_takes_the_ticket(client, desk):
    ticket = desk.open()
    desk.tick()
    claim(ticket, by=desk.agent, now=desk.now + timedelta(seconds=1))

    assert "On call" not in notice(client, ticket)


def test_without_scripts_acknowledging_leads_to_the_ticket(client, desk):
    ticket = desk.open()
    desk.tick()
    page = OnCallPage.objects.get()
    answer = client.post(f"/on-call/{page.public_id}/acknowledge/")

    assert answer.status_code == 302
    assert answer["Location"] == f"/tickets/{ticket.public_id}/"
    page.refresh_from_db()
    assert page.ended_by == desk.agent


def test_who_may_only_read_sees_no_button_and_cannot_acknowledge(client, desk):
    ticket = desk.open()
    desk.tick()
    client.force_login(UserFactory(role="leader"))
    page = OnCallPage.objects.get()
    answer = client.post(f"/on-call/{page.public_id}/acknowledge/", headers=HTMX)

    assert "Only people on call" in answer.content.decode()
    assert "Acknowledge" not in notice(client, ticket)
    assert OnCallPage.objects.open().exists()


def test_the_list_says_who_was_paged_and_who_answered_after_how_long(client, desk):
    desk.open()
    desk.tick()
    desk.tick(10)
    PageDelivery.objects.filter(round=2).update(status="failed", sent_at=None)
    page = OnCallPage.objects.get()
    page.ended_at, page.ended_by = START + timedelta(minutes=12), desk.agent
    page.end_reason, page.next_at = "acknowledged", None
    page.save()
    shown = " ".join(client.get(LIST).content.decode().split())

    assert "Nothing works" in shown
    assert "Ada Agent <span" in shown
    assert "(1 failed)" in shown
    assert "12 min" in shown
    assert "Nothing works" not in client.get(LIST, {"state": "open"}).content.decode()


def test_pages_of_accounts_one_may_not_see_are_not_listed(client, desk):
    OnCallPageFactory(ticket=TicketFactory(subject="Hidden one"))
    OnCallPageFactory(
        ticket=TicketFactory(subject="My one", account=AccountFactory(owner=desk.agent))
    )
    OrganisationFactory._meta.model.objects.update(row_scope="book")
    shown = client.get(LIST).content.decode()

    assert "My one" in shown
    assert "Hidden one" not in shown


def test_the_list_goes_on_by_cursor_in_as_many_queries_as_before(
    client, desk, django_assert_max_num_queries
):
    for number in range(60):
        OnCallPageFactory(started_at=START + timedelta(minutes=number))
    with django_assert_max_num_queries(16):
        first = client.get(LIST)
    page = first.context["page"]
    assert len(page.rows) == 50
    assert page.next
    second = client.get(LIST, {"cursor": page.next}).context["page"]

    assert len(second.rows) == 10
    assert client.get(LIST, {"cursor": "nonsense"}).status_code == 302


def test_a_round_that_reaches_nobody_is_said_so(client, desk):
    desk.account.owner = UserFactory(role="csm")
    desk.account.save()
    OrganisationFactory._meta.model.objects.update(row_scope="book")
    desk.open()
    follow_tickets(desk.now)
    client.force_login(desk.admin)

    assert "nobody who may see it" in client.get(LIST).content.decode()
