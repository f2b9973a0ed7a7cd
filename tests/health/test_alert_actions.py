"""Giving alerts to people, letting them sleep, and taking that back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from health.models import Alert
from health.services.alerts import close_alert
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.health import AlertFactory
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2024-06-02T12:00Z")]
ASSIGN, SNOOZE, WAKE = "/alerts/assign/", "/alerts/snooze/", "/alerts/wake/"
NOON = datetime(2024, 6, 2, 12, tzinfo=UTC)
TODAY = date(2024, 6, 2)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def csm(client):
    user = UserFactory(role="csm", name="Mara Okafor")
    client.force_login(user)
    return user


def undo_url(answer):
    """Where the undo button of the inbox drawn again posts to."""
    text = answer.content.decode()
    start = text.index("/alerts/undo/")
    return text[start : text.index('"', start)]


@pytest.mark.usefixtures("csm")
def test_alerts_are_given_to_somebody_and_the_gift_is_taken_back(client):
    before, after = UserFactory(role="csm"), UserFactory(role="lead", name="Jana Lind")
    first, second = AlertFactory(assignee=before), AlertFactory()
    chosen = [first.public_id, second.public_id]

    asked = client.post(ASSIGN, {"chosen": chosen}, headers=HTMX)
    done = client.post(
        ASSIGN, {"chosen": chosen, "to": after.public_id, "back": ""}, headers=HTMX
    )

    assert asked["HX-Retarget"] == "#modal-body"
    assert "Assign 2 alerts" in asked.content.decode()
    assert "2 alerts given to Jana Lind." in done.content.decode()
    assert set(Alert.objects.filter(assignee=after)) == {first, second}
    assert client.post(undo_url(done)).url == "/alerts/"
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.assignee, second.assignee) == (before, None)


def test_undoing_leaves_alone_what_somebody_changed_since(client, csm):
    mate, third = UserFactory(role="csm"), UserFactory(role="csm")
    alert = AlertFactory(account=AccountFactory(owner=csm))
    data = {"chosen": alert.public_id, "to": mate.public_id, "back": ""}
    done = client.post(ASSIGN, data, headers=HTMX)
    Alert.objects.update(assignee=third)

    client.post(undo_url(done))

    assert Alert.objects.get().assignee == third


def test_nobody_takes_back_what_another_did(client, csm):
    mate = UserFactory(role="csm")
    alert = AlertFactory(account=AccountFactory(owner=csm))
    data = {"chosen": alert.public_id, "to": mate.public_id, "back": ""}
    done = client.post(ASSIGN, data, headers=HTMX)
    client.force_login(mate)

    client.post(undo_url(done))
    client.post("/alerts/undo/rubbish/")

    assert Alert.objects.get().assignee == mate


@pytest.mark.usefixtures("csm")
def test_whoever_cannot_handle_alerts_is_no_choice(client):
    alert, agent = AlertFactory(), UserFactory(role="agent")

    answer = client.post(ASSIGN, {"chosen": alert.public_id, "to": agent.public_id})

    assert answer.status_code == 422
    assert Alert.objects.get().assignee is None


@pytest.mark.usefixtures("csm")
@pytest.mark.parametrize(
    ("until", "day", "expected"),
    [
        ("1", "", TODAY + timedelta(days=1)),
        ("7", "", TODAY + timedelta(days=7)),
        ("worse", "", None),
        ("day", "2024-07-01", date(2024, 7, 1)),
    ],
)
def test_an_alert_sleeps_until_a_day_or_until_worse(client, until, day, expected):
    alert = AlertFactory()
    data = {"chosen": alert.public_id, "until": until, "day": day}

    assert client.post(SNOOZE, data).status_code == 302

    alert.refresh_from_db()
    assert alert.snoozed_at is not None
    assert alert.snoozed_until == expected


@pytest.mark.usefixtures("csm")
@pytest.mark.parametrize(
    ("until", "day", "words"),
    [
        ("day", "", "Choose the day."),
        ("day", "2024-06-02", "Choose a day between tomorrow and a year ahead."),
        ("day", "2026-06-02", "Choose a day between tomorrow and a year ahead."),
        ("", "", "This field is required."),
        ("soon", "", "Select a valid choice."),
    ],
)
def test_a_snooze_without_sense_is_refused_beside_the_field(client, until, day, words):
    alert = AlertFactory()
    data = {"chosen": alert.public_id, "until": until, "day": day}

    answer = client.post(SNOOZE, data, headers=HTMX)

    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()
    assert words in answer.content.decode()
    assert Alert.objects.get().snoozed_at is None


@pytest.mark.usefixtures("csm")
def test_a_snoozed_alert_is_woken_by_hand_or_by_undoing(client):
    alert = AlertFactory()
    data = {"chosen": alert.public_id, "until": "7", "back": "tab=all"}

    done = client.post(SNOOZE, data, headers=HTMX)
    client.post(undo_url(done))
    alert.refresh_from_db()
    assert alert.snoozed_at is None
    client.post(SNOOZE, data)
    assert client.post(WAKE, data).url == "/alerts/?tab=all"
    alert.refresh_from_db()
    assert alert.snoozed_at is None


def test_alerts_out_of_sight_are_not_touched(client, csm):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    theirs = AlertFactory(snoozed_at=NOON)
    data = {"chosen": theirs.public_id, "until": "worse", "to": csm.public_id}

    for address in (ASSIGN, SNOOZE, WAKE):
        client.post(address, data)

    theirs.refresh_from_db()
    assert (theirs.assignee, theirs.snoozed_at) == (None, NOON)


@pytest.mark.usefixtures("csm")
def test_without_a_choice_or_when_all_were_closed_it_says_so(client):
    alert = AlertFactory()
    close_alert(alert, by=UserFactory(), reason="Done.")

    for address in (ASSIGN, SNOOZE, WAKE):
        answer = client.post(address, {"chosen": alert.public_id}, follow=True)
        assert "Choose an open alert first." in answer.content.decode()


@pytest.mark.usefixtures("csm")
def test_what_changes_nothing_says_so(client):
    alert = AlertFactory(acknowledged_at=NOON)

    answer = client.post(
        "/alerts/acknowledge/", {"chosen": alert.public_id}, follow=True
    )

    assert "Nothing changed" in answer.content.decode()


@pytest.mark.parametrize("address", [ASSIGN, SNOOZE, WAKE])
def test_who_may_only_read_acts_on_nothing(client, address):
    client.force_login(UserFactory(role="leader"))
    alert = AlertFactory()

    assert client.post(address, {"chosen": alert.public_id}).status_code == 403
