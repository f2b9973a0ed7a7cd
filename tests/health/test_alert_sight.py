"""Alerts go to people who can see the account, and reach them without e-mail too."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Account
from health.models import AlertDelivery
from health.services.alerts import (
    CannotHandleAlert,
    assign_alert,
    assign_alerts,
    escalate_overdue,
    snooze_alert,
    wake_alert,
    wake_due_alerts,
)
from organisation.models import Notification, Organisation
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory
from tests.factories.health import (
    AlertChannelFactory,
    AlertDeliveryFactory,
    AlertFactory,
)
from tests.factories.organisation import (
    OrganisationFactory,
    TeamFactory,
    UserFactory,
)
from tests.health.alert_world import DAY, evaluate, noon, open_alert, picture, set_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("presets")]
OVERDUE = "payment-overdue"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(noon(DAY), tick=False):
        yield


@pytest.fixture
def own_accounts_only():
    OrganisationFactory()
    Organisation.objects.update(row_scope="book")


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def lead(team):
    return UserFactory(role="lead", team=team)


def late(account):
    """An open alert about a payment."""
    facts = {"payment_feed_age": [0.0], "days_overdue": [20]}
    evaluate(picture([account], facts=facts))
    alert = open_alert(account, OVERDUE)
    assert alert is not None
    return alert


def later(days, act):
    """What the clock does some days later."""
    moment = noon(DAY + timedelta(days=days))
    with time_machine.travel(moment, tick=False):
        return act(moment)


def told(person) -> list[str]:
    news = Notification.objects.filter(person=person).order_by("pk")
    return list(news.values_list("title", flat=True))


# --- assigning ----------------------------------------------------------------------


@pytest.mark.usefixtures("own_accounts_only")
def test_nobody_gets_an_alert_of_an_account_they_cannot_see():
    owner, other = UserFactory(), UserFactory(name="Theo Brandt")
    alert = late(AccountFactory(owner=owner, name="Acme"))

    with pytest.raises(CannotHandleAlert) as refusal:
        assign_alert(alert, to=other, by=owner)

    assert str(refusal.value) == "Theo Brandt cannot see Acme. Choose somebody else."
    assert refusal.value.field == "assignee"
    alert.refresh_from_db()
    assert alert.assignee is None


@pytest.mark.usefixtures("own_accounts_only")
def test_one_unseen_account_refuses_many_at_once_on_the_page(client):
    lead, other = UserFactory(role="operations"), UserFactory(name="Theo Brandt")
    alerts = [AlertFactory(account=AccountFactory(owner=other))]
    alerts += [AlertFactory(account=AccountFactory()) for _ in range(2)]
    client.force_login(lead)
    chosen = [str(alert.public_id) for alert in alerts]

    answer = client.post(
        reverse("health:alerts_assign"), {"chosen": chosen, "to": other.public_id}
    )

    assert answer.status_code == 422
    assert "Theo Brandt cannot see 2 of these accounts." in answer.content.decode()
    assert not Notification.objects.exists()


@pytest.mark.usefixtures("own_accounts_only")
def test_the_api_refuses_people_who_cannot_see_it_and_service_accounts():
    alert, api = AlertFactory(), program_of(UserFactory(role="admin"))
    blind, program = UserFactory(), UserFactory(role="integration")
    single = f"/api/v1/alerts/{alert.public_id}/assign/"
    bulk = {"ids": [str(alert.public_id)], "action": "assign"}

    for person in (blind, program):
        to = {"assignee": str(person.public_id)}
        assert api.post(single, to).status_code == 400
        assert api.post("/api/v1/alerts/bulk/", {**bulk, **to}).status_code == 400

    alert.refresh_from_db()
    assert alert.assignee is None


def test_an_assignment_is_told_in_the_app_whatever_the_mail_settings():
    set_rule(OVERDUE, sends_email=False)
    owner, taker = UserFactory(name="Lea Kern"), UserFactory()
    alert = late(AccountFactory(name="Acme"))

    assign_alert(alert, to=taker, by=owner)
    assign_alert(alert, to=owner, by=owner)

    (title,) = told(taker)
    assert title.startswith("Assigned to you: A payment has been overdue")
    assert not told(owner)
    assert not AlertDelivery.objects.filter(person=taker).exists()


def test_many_assigned_at_once_are_one_piece_of_news():
    taker, by = UserFactory(), UserFactory()
    alerts = [AlertFactory() for _ in range(3)]

    assign_alerts(type(alerts[0]).objects.all(), to=taker, by=by)

    assert told(taker) == ["Assigned to you: 3 alerts"]


# --- escalating ---------------------------------------------------------------------


def test_an_escalation_is_told_in_the_app_whatever_the_mail_settings(team, lead):
    set_rule(OVERDUE, escalate_after_days=3, sends_email=False)
    late(AccountFactory(owner=UserFactory(team=team)))

    assert later(3, escalate_overdue) == 1

    (title,) = told(lead)
    assert title.startswith("Nobody took it: A payment has been overdue")


@pytest.mark.usefixtures("own_accounts_only")
def test_a_lead_who_cannot_see_the_account_is_passed_over(team, lead):
    operations = UserFactory(role="operations")
    set_rule(OVERDUE, escalate_after_days=3)
    alert = late(AccountFactory(owner=None, team=team))

    later(3, escalate_overdue)

    alert.refresh_from_db()
    assert alert.escalated_to == operations
    assert not told(lead)


@pytest.mark.parametrize("scope", ["all", "team", "book"])
def test_whom_it_goes_to_can_see_the_account(scope, team, lead):
    OrganisationFactory()
    Organisation.objects.update(row_scope=scope)
    operations, other = UserFactory(role="operations"), TeamFactory()
    UserFactory(role="admin")
    set_rule(OVERDUE, escalate_after_days=3)
    accounts = [
        AccountFactory(owner=owner, team=of)
        for owner in (None, UserFactory(team=team), UserFactory(team=other), lead)
        for of in (None, team, other)
    ]
    alerts = [late(account) for account in accounts]

    assert later(3, escalate_overdue) == len(alerts)

    for alert in alerts:
        alert.refresh_from_db()
        person, seen = alert.escalated_to, Account.objects.filter(pk=alert.account_id)
        owner = alert.account.owner
        teams = {owner.team if owner else None, alert.account.team}
        wants_lead = team in teams and owner != lead
        is_seen = seen.visible_to(lead).exists()
        assert person == (lead if wants_lead and is_seen else operations)
        assert seen.visible_to(person).exists()


def test_the_lead_of_the_owners_team_comes_before_that_of_the_account():
    first, second = TeamFactory(), TeamFactory()
    UserFactory(role="lead", team=first)
    lead = UserFactory(role="lead", team=second)
    set_rule(OVERDUE, escalate_after_days=3)
    alert = late(AccountFactory(owner=UserFactory(team=second), team=first))

    later(3, escalate_overdue)

    alert.refresh_from_db()
    assert alert.escalated_to == lead


def test_with_nobody_to_tell_an_alert_waits_for_somebody():
    set_rule(OVERDUE, escalate_after_days=1)
    alert = late(AccountFactory(owner=None))
    assert later(1, escalate_overdue) == 0

    admin = UserFactory(role="admin")
    assert later(2, escalate_overdue) == 1
    assert later(3, escalate_overdue) == 0

    alert.refresh_from_db()
    assert alert.escalated_to == admin


def test_with_nobody_to_tell_a_channel_is_told_once():
    rule = set_rule(OVERDUE, escalate_after_days=1)
    rule.channels.add(AlertChannelFactory())
    alert = late(AccountFactory(owner=None))

    assert (later(1, escalate_overdue), later(2, escalate_overdue)) == (1, 0)
    assert alert.deliveries.filter(occasion="escalated").count() == 1


# --- waking -------------------------------------------------------------------------


def test_days_of_sleep_do_not_count_towards_going_up(team, lead):
    set_rule(OVERDUE, escalate_after_days=3)
    person = UserFactory(team=team)
    alert = late(AccountFactory(owner=person))
    snooze_alert(alert, by=person, until=DAY + timedelta(days=7))

    assert later(7, wake_due_alerts) == 1
    assert [later(days, escalate_overdue) for days in (7, 9, 10)] == [0, 0, 1]


def test_who_wakes_an_alert_by_hand_has_as_long_as_for_a_new_one(team, lead):
    set_rule(OVERDUE, escalate_after_days=3)
    person = UserFactory(team=team)
    alert = snooze_alert(late(AccountFactory(owner=person)), by=person)

    later(7, lambda moment: wake_alert(alert, by=person))

    assert [later(days, escalate_overdue) for days in (9, 10)] == [0, 1]


@pytest.mark.usefixtures("own_accounts_only")
def test_who_no_longer_sees_the_account_is_not_reminded():
    gone, kept = UserFactory(), UserFactory()
    alerts = [late(AccountFactory(owner=person)) for person in (gone, kept)]
    for alert, person in zip(alerts, (gone, kept), strict=True):
        snooze_alert(alert, by=person, until=DAY + timedelta(days=7))
    Account.objects.filter(owner=gone).update(owner=UserFactory())

    assert later(7, wake_due_alerts) == 2

    assert not told(gone)
    assert len(told(kept)) == 1


# --- the record of tellings ---------------------------------------------------------


def test_an_expanded_channel_is_only_named_where_deliveries_are_listed():
    channel = AlertChannelFactory(last_error="403 words of the chat")
    AlertDeliveryFactory(person=None, channel=channel)
    api = program_of(UserFactory(role="agent"))

    (row,) = api.get("/api/v1/alert-deliveries/?expand=channel").json()["results"]

    assert row["channel"] == {
        "id": str(channel.public_id),
        "name": channel.name,
        "kind": channel.kind,
    }
