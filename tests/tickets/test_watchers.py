"""Who else is told: added and taken away on the page of the ticket."""

import pytest

from events.models import Event
from organisation.models import Notification, Organisation
from tests.factories.organisation import UserFactory
from tests.factories.tickets import WatcherFactory
from tickets.models import Watcher


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


def add(client, ticket, text):
    address = f"/tickets/{ticket.public_id}/ask/watcher/"
    return client.post(address, {"person": text}, follow=True)


@pytest.mark.parametrize(
    "text", ["ben bell", "BEN@acme.test", "Ben Bell (ben@acme.test)"]
)
def test_somebody_is_added_by_name_or_address(desk, ticket, colleague, text):
    colleague.email = "ben@acme.test"
    colleague.save()

    page = add(desk, ticket, text)

    assert Watcher.objects.get().person == colleague
    assert "Tell Ben Bell no longer" in page.text
    assert Event.objects.get(kind="ticket_watched").data == {"watcher": "Ben Bell"}


def test_who_is_meant_must_be_clear(desk, ticket, colleague):
    UserFactory(role="agent", name="Ben Bell")

    assert "Several people are called that." in add(desk, ticket, "Ben Bell").text
    assert "There is nobody of this name" in add(desk, ticket, "Benjamin").text
    assert not Watcher.objects.exists()


def test_only_who_may_see_the_ticket_is_offered_and_added(desk, ticket, agent):
    Organisation.objects.update(row_scope="book")
    ticket.account.owner = agent
    ticket.account.save()
    boss = UserFactory(role="leader", name="Zoe Zimmer", email="zoe@here.test")
    UserFactory(role="agent", name="Zoltan Zweig")
    WatcherFactory(ticket=ticket, person=UserFactory(role="leader", name="Zora Z"))

    offered = desk.get(f"/tickets/{ticket.public_id}/watchers/options/?person=z").text
    refused = add(desk, ticket, "Zoltan Zweig")

    assert offered.count("<option") == 1
    assert f"Zoe Zimmer ({boss.email})" in offered
    assert "Zoltan Zweig may not see this account." in refused.text


def test_somebody_is_taken_away_and_only_from_this_ticket(desk, opened, colleague):
    ticket, other = opened(), opened()
    kept = WatcherFactory(ticket=other, person=colleague)
    gone = WatcherFactory(ticket=ticket, person=colleague)
    copied = WatcherFactory(ticket=ticket, person=None, email="copy@acme.test")

    for row in (gone, copied, kept):
        desk.post(f"/tickets/{ticket.public_id}/watchers/{row.pk}/remove/")

    assert Watcher.objects.get() == kept


def test_who_only_reads_changes_no_watchers(client, ticket, colleague):
    client.force_login(UserFactory(role="leader"))
    row = WatcherFactory(ticket=ticket, person=colleague)

    assert "no longer" not in client.get(f"/tickets/{ticket.public_id}/").text
    address = f"/tickets/{ticket.public_id}/watchers/{row.pk}/remove/"
    assert client.post(address).status_code == 403


def test_whom_somebody_else_added_is_told_once_in_the_app(
    desk, ticket, agent, colleague
):
    Notification.objects.all().delete()

    add(desk, ticket, "Ben Bell")
    add(desk, ticket, "Ben Bell")
    desk.post(f"/tickets/{ticket.public_id}/act/watch/")

    news = Notification.objects.get()
    assert (news.person, news.kind) == (colleague, "ticket_watched")
    assert news.title == f"{agent.label} added you to {ticket.number}"
    assert news.body == ticket.subject
