"""The page of one alert: what happened, why, who knows, what can be done."""

from datetime import UTC, datetime, timedelta

import pytest

from health.services.alerts import acknowledge_alert, assign_alert, snooze_alert
from organisation.clock import today
from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.health import AlertDeliveryFactory, AlertFactory
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2024, 6, 2, 12, tzinfo=UTC)


def address(alert):
    return f"/alerts/{alert.public_id}/"


@pytest.fixture
def csm(client):
    user = UserFactory(role="csm", name="Mara Okafor")
    client.force_login(user)
    return user


def test_it_tells_what_happened_why_and_who_knows(client, csm):
    alert = AlertFactory(
        account=AccountFactory(name="Kestrel Bank", owner=csm),
        summary="Went from Healthy to At risk, now 71.0.",
        drivers=[{"sentence": "Logins fell", "points": -9.6, "kind": "behaviour"}],
    )
    AlertDeliveryFactory(
        alert=alert, person=UserFactory(name="Jana Lind"), status="sent", sent_at=NOON
    )
    acknowledge_alert(alert, by=csm)
    assign_alert(alert, to=UserFactory(name="Theo Brandt"), by=csm)
    snooze_alert(alert, by=csm, until=today() + timedelta(days=9))
    snooze_alert(alert, by=csm)

    answer = client.get(address(alert))
    page = answer.content.decode()

    for words in (
        "Kestrel Bank",
        "Went from Healthy to At risk, now 71.0.",
        "Logins fell",
        "−9.6",
        "Jana Lind",
        "Theo Brandt",
        "until worse",
    ):
        assert words in page
    newest, dated, *older = [moment.text for moment in answer.context["moments"]]
    assert newest == "Snoozed until it gets worse"
    assert dated.startswith("Snoozed until ")
    assert older == [
        "Given to Theo Brandt",
        "Acknowledged",
    ]
    assert "/alerts/wake/" in page


@pytest.mark.usefixtures("csm")
def test_a_closed_alert_says_why_and_offers_nothing(client):
    alert = AlertFactory(closed_at=NOON, close_reason="Back in Healthy.")

    page = client.get(address(alert)).content.decode()

    assert "Back in Healthy." in page
    assert "/alerts/close/" not in page


@pytest.mark.parametrize("role", ["leader", "agent"])
def test_who_may_only_read_finds_no_buttons(client, role):
    client.force_login(UserFactory(role=role))

    page = client.get(address(AlertFactory())).content.decode()

    assert "/alerts/acknowledge/" not in page
    assert "/alerts/close/" not in page


def test_an_alert_out_of_sight_is_not_there(client):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    client.force_login(UserFactory(role="csm"))

    assert client.get(address(AlertFactory())).status_code == 404


def test_more_deliveries_do_not_mean_more_queries(
    client, csm, django_assert_max_num_queries
):
    alert = AlertFactory()
    AlertDeliveryFactory(alert=alert)
    with django_assert_max_num_queries(40) as few:
        client.get(address(alert))
    AlertDeliveryFactory.create_batch(5, alert=alert)

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address(alert))
