"""The subscriptions resource."""

from datetime import date

import pytest

from revenue.models import Subscription
from tests.api.conftest import program_of
from tests.factories.accounts import AccountFactory, PlanFactory
from tests.factories.organisation import UserFactory
from tests.factories.revenue import SubscriptionFactory

ADDRESS = "/api/v1/subscriptions/"


def ids(answer) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


def test_a_subscription_is_created_and_changed_and_the_account_follows(api):
    account, plan = AccountFactory(), PlanFactory()

    made = api.post(ADDRESS, {
        "account": str(account.public_id), "plan": str(plan.public_id),
        "currency": "EUR", "mrr_amount": 100.5, "seats": 10, "start_on": "2024-01-01",
        "source": "billing", "external_id": "S-1",
    })  # fmt: skip

    assert made.status_code == 201, made.content
    assert made.json()["mrr_amount"] == 100.5
    account.refresh_from_db()
    assert float(account.arr_amount) == 1206.0
    changed = api.patch(made["Location"], {"mrr_amount": 200, "on": "2024-06-01"})
    assert changed.json()["mrr_amount"] == 200.0
    row = Subscription.objects.get()
    assert row.terms.get(valid_to=None).valid_from == date(2024, 6, 1)
    account.refresh_from_db()
    assert float(account.arr_amount) == 2400.0
    again = {"external_id": "S-1", "source": "billing"}
    assert ids(api.get(ADDRESS, again)) == [made.json()["id"]]


@pytest.mark.parametrize("extra", [
    {"mrr_amount": -1}, {"mrr_amount": "many"}, {"mrr_amount": 1.234},
    {"mrr_amount": 1e15}, {"currency": "euro"}, {"end_on": "2023-01-01"},
    {"is_trial": True}, {"account": "x"}, {"start_on": None}, {"seats": 2**40},
])  # fmt: skip
def test_what_makes_no_sense_is_refused(api, extra):
    account = AccountFactory()

    answer = api.post(ADDRESS, {
        "account": str(account.public_id), "currency": "EUR", "mrr_amount": 10,
        "start_on": "2024-01-01", **extra,
    })  # fmt: skip

    assert answer.status_code == 400
    assert Subscription.objects.count() == 0


def test_subscriptions_are_found_by_account_and_day(api):
    row = SubscriptionFactory(start_on=date(2024, 1, 1), end_on=date(2024, 2, 1))

    assert ids(api.get(ADDRESS, {"active_on": "2024-01-31"})) == [str(row.public_id)]
    assert ids(api.get(ADDRESS, {"active_on": "2024-02-01"})) == []
    mine = api.get(ADDRESS, {"account": str(row.account.public_id)})
    assert ids(mine) == [str(row.public_id)]


def test_revenue_is_closed_to_those_who_may_not_see_it():
    row = SubscriptionFactory()
    agent, csm = (program_of(UserFactory(role=role)) for role in ("agent", "csm"))

    assert agent.get(ADDRESS).status_code == 403
    assert csm.get(ADDRESS).status_code == 200
    change = csm.patch(f"{ADDRESS}{row.public_id}/", {"mrr_amount": 1})
    assert change.status_code == 403
    row.refresh_from_db()
    assert row.mrr_amount == 1000


def test_the_list_costs_the_same_for_few_and_for_many(
    api, django_assert_max_num_queries
):
    for _ in range(12):
        SubscriptionFactory(plan=PlanFactory())
    api.get(ADDRESS)

    with django_assert_max_num_queries(4):
        api.get(ADDRESS, {"expand": "plan"})
