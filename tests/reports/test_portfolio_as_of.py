"""The portfolio in figures on a page, as of any day."""

from datetime import date
from decimal import Decimal

import pytest

from tests.factories.accounts import AccountFactory
from tests.factories.health import SnapshotFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.revenue import SubscriptionFactory

URL = "/portfolio/as-of/"

pytestmark = pytest.mark.django_db


def test_the_figures_are_those_of_the_day(client):
    client.force_login(UserFactory(role="leader"))
    account = AccountFactory(first_seen_on=date(2024, 1, 1))
    SubscriptionFactory(account=account, mrr_amount=Decimal(2_447_516))
    SubscriptionFactory(account=account, start_on=date(2025, 1, 1))
    SubscriptionFactory(account=account, currency="USD", mrr_amount=7)
    SnapshotFactory(account=account, day=date(2024, 12, 30), band="red")

    text = client.get(URL, {"day": "2024-12-31"}).content.decode()

    assert "Portfolio as of 31 Dec 2024" in text
    assert "€2,447,516" in text
    assert "$7 MRR" in text
    assert "Churn risk 1 accounts" in text


def test_amounts_are_left_out_for_people_who_may_not_see_revenue(client):
    client.force_login(UserFactory(role="agent"))
    SubscriptionFactory()

    text = client.get(URL, {"day": "2024-12-31"}).content.decode()

    assert "€" not in text
    assert "MRR" not in text


def test_only_what_a_person_may_see_counts(client):
    OrganisationFactory(row_scope="book")
    user = UserFactory(role="csm")
    client.force_login(user)
    AccountFactory(owner=user)
    AccountFactory()

    assert sum(client.get(URL).context["counts"].values()) == 1


@pytest.mark.parametrize("day", ["yesterday", "2024-02-30", "<script>", "9" * 200])
def test_a_day_nobody_can_read_is_said_and_becomes_today(client, day):
    client.force_login(UserFactory())

    response = client.get(URL, {"day": day})

    assert response.status_code == 200
    assert "is not a day" in response.content.decode()
    assert "<script>&" not in response.content.decode()


@pytest.mark.parametrize(
    "role", ["admin", "operations", "csm", "agent", "lead", "leader", "integration"]
)
def test_every_role_may_look_back(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get(URL).status_code == 200


def test_it_needs_a_sign_in(client):
    assert client.get(URL).status_code == 302
