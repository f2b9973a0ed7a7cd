"""Where people see only their own accounts: who is told, assigned, and may watch."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisation.models import Notification, Organisation
from organisation.services import disable_user
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import TeamFactory, UserFactory
from tests.factories.tickets import WatcherFactory
from tests.tickets.clock_world import DAY, HOUR, MONDAY, Desk
from tickets.models import Ticket
from tickets.queries.visibility import seen_by
from tickets.services import (
    assign,
    bulk_assign,
    claim,
    close,
    escalate,
    update_ticket,
    watch,
)
from tickets.services.clock_worker import record_due


@pytest.fixture
def desk():
    desk = Desk()
    Organisation.objects.update(row_scope="book")
    return desk


@pytest.fixture
def outsider():
    return UserFactory(role="agent")


def told(person):
    return set(
        Notification.objects.filter(person=person).values_list("kind", flat=True)
    )


def test_whoever_may_not_see_the_account_is_told_nothing(desk, outsider):
    ticket = desk.ticket()
    WatcherFactory(ticket=ticket, person=outsider)
    insider = UserFactory(role="agent")
    desk.account.owner = insider
    desk.account.save()
    WatcherFactory(ticket=ticket, person=insider)

    desk.ask(ticket, MONDAY + HOUR)
    record_due(MONDAY + DAY)

    assert told(outsider) == set()
    assert "sla_breached" in told(insider)
    assert len(told(insider)) > 1


def test_an_escalation_tells_only_those_of_the_team_who_may_see(desk, outsider):
    ticket = desk.ticket(team=TeamFactory())
    outsider.team = ticket.team
    outsider.save()

    escalate(ticket, by=desk.agent, reason="Too hard", to_level=2)

    assert told(outsider) == set()


def test_news_of_promises_goes_to_nobody_who_may_not_see_tickets(desk, outsider):
    ticket = desk.ticket(account=None)
    WatcherFactory(ticket=ticket, person=outsider)
    disable_user(outsider, by=UserFactory(role="admin"))

    record_due(MONDAY + DAY)

    assert told(outsider) == set()


def test_a_ticket_is_not_given_to_whoever_may_not_see_it(desk, outsider):
    ticket, open_to_all = desk.ticket(), desk.ticket(account=None)

    with pytest.raises(ValidationError):
        assign(ticket, by=desk.agent, to=outsider)
    with pytest.raises(ValidationError):
        claim(ticket, by=outsider)
    with pytest.raises(ValidationError):
        bulk_assign([ticket], to=outsider, by=desk.agent)
    with pytest.raises(ValidationError):
        watch(ticket, by=desk.agent, person=outsider)

    moved = desk.ticket(account=None)
    update_ticket(moved, by=None, account=desk.account)
    with pytest.raises(ValidationError):
        claim(moved, by=outsider)
    assert not Ticket.objects.filter(assignee=outsider).exists()

    change = bulk_assign([ticket, open_to_all], to=outsider, by=desk.agent)
    assert list(change.before) == [str(open_to_all.pk)]
    ticket.refresh_from_db()
    assert ticket.assignee is None


@pytest.mark.parametrize("scope", ["all", "team", "book"])
def test_it_is_the_rule_of_every_list_in_two_queries(desk, scope):
    Organisation.objects.update(row_scope=scope)
    team = TeamFactory()
    people = [
        UserFactory(role=role, team=which)
        for role in ("agent", "lead", "leader", "csm")
        for which in (team, None)
    ]
    tickets = [
        desk.ticket(account=AccountFactory(owner=owner, team=which))
        for owner in (None, *people)
        for which in (None, team)
    ]
    tickets.append(desk.ticket(account=None))

    with CaptureQueriesContext(connection) as queries:
        found = seen_by(people, tickets)

    assert len(queries) <= 2
    for person in people:
        rows = Ticket.objects.visible_to(person)
        assert found[person.pk] == set(rows.values_list("pk", flat=True))


def test_the_page_of_a_tier_shows_and_adds_only_accounts_one_may_see(client, desk):
    lead = UserFactory(role="lead")
    hidden = desk.account
    mine = AccountFactory(name="Mine", owner=lead)
    other = AccountFactory(name="Not mine")
    desk.tier.accounts.add(hidden, mine)
    client.force_login(lead)
    path = reverse("tickets:sla_tier", args=[desk.tier.public_id])

    text = client.get(path).content.decode()
    assert mine.name in text
    assert hidden.name not in text

    values = {"name": "Default", "priority": "5", "is_active": "on"}
    refused = client.post(path, values | {"add_account": other.name})
    assert refused.status_code == 422
    assert client.post(path, values).status_code == 302
    # Unticking one's own leaves those one cannot see.
    assert set(desk.tier.accounts.all()) == {hidden}


def test_a_new_ticket_is_not_given_to_whoever_may_not_see_its_account(desk, outsider):
    admin = UserFactory(role="admin")

    with pytest.raises(ValidationError) as refused:
        desk.ticket(by=admin, assignee=outsider)
    assert set(refused.value.message_dict) == {"assignee"}
    with pytest.raises(ValidationError, match="does not work on tickets"):
        desk.ticket(by=admin, assignee=UserFactory(role="csm"))

    desk.account.owner = outsider
    desk.account.save()
    assert desk.ticket(by=admin, assignee=outsider).assignee == outsider


def test_a_team_gets_a_ticket_when_one_of_it_may_see_the_account(desk, outsider):
    team = TeamFactory()
    outsider.team = team
    outsider.save()
    ticket = desk.ticket()
    give = (
        lambda: desk.ticket(by=desk.agent, team=team),
        lambda: assign(ticket, by=desk.agent, to=None, team=team),
        lambda: update_ticket(ticket, by=desk.agent, team=team),
    )
    for door in give:
        with pytest.raises(ValidationError) as refused:
            door()
        assert set(refused.value.message_dict) == {"team"}

    UserFactory(role="leader", team=team)
    for door in give:
        door()
    assert Ticket.objects.filter(team=team).count() == 2


def test_the_form_and_the_api_say_which_person_may_not_see_the_account(
    client, desk, outsider
):
    admin = UserFactory(role="admin")
    client.force_login(admin)
    sent = {
        "requester_email": "cleo@acme.test", "account": desk.account.name,
        "subject": "Slow", "text": "Help", "is_from_customer": "yes",
        "channel": "phone", "priority": "low", "assignee": outsider.public_id,
    }  # fmt: skip

    page = client.post(reverse("tickets:ticket_create"), sent)

    assert page.status_code == 422
    assert "may not see this account" in page.content.decode()
    sent = {
        "subject": "Slow", "text": "Help", "account": str(desk.account.public_id),
        "assignee": str(outsider.public_id),
    }  # fmt: skip
    answer = program_of(admin).post("/api/v1/tickets/", sent)
    assert answer.status_code in (400, 422)
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/assignee"]
    assert not Ticket.objects.exists()


def test_a_follow_up_does_not_go_to_a_team_that_may_not_see_it(desk, outsider):
    ticket = desk.ticket(team=TeamFactory())
    close(ticket, by=desk.agent)
    outsider.team = ticket.team
    outsider.save()

    message = desk.ask(ticket, MONDAY + DAY)

    assert message.ticket != ticket
    assert message.ticket.team is None
