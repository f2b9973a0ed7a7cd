"""The portfolio in figures as of a day: command and API."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from organisation.models import Organisation
from reports.queries import portfolio_summary
from tests.factories.accounts import AccountFactory
from tests.factories.health import ScorecardVersionFactory, SnapshotFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.revenue import SubscriptionFactory, SubscriptionTermsFactory

DAY = date(2024, 12, 31)
URL = "/api/v1/portfolio/summary/"

pytestmark = pytest.mark.django_db


def test_an_empty_portfolio_has_every_band_with_nothing_in_it():
    summary = portfolio_summary(DAY)

    nothing = {"accounts": 0, "arr": 0}
    assert summary == {
        "as_of": "2024-12-31",
        "currency": "EUR",
        "accounts": 0,
        "active_accounts": 0,
        "active_subscriptions": 0,
        "active_trials": 0,
        "mrr": 0,
        "arr": 0,
        "seats": 0,
        "by_band": dict.fromkeys(
            ["green", "yellow", "orange", "red", "unknown"], nothing
        ),
    }


@pytest.mark.parametrize(
    ("start_on", "end_on", "active"),
    [
        (DAY, None, 1),
        (date(2025, 1, 1), None, 0),
        (date(2024, 1, 1), date(2025, 1, 1), 1),
        (date(2024, 1, 1), DAY, 0),
        (DAY, DAY, 0),
    ],
)
def test_active_means_started_by_the_day_and_not_ended_by_it(start_on, end_on, active):
    SubscriptionFactory(start_on=start_on, end_on=end_on, mrr_amount=100, seats=5)

    summary = portfolio_summary(DAY)

    assert summary["active_subscriptions"] == active
    assert summary["active_accounts"] == active
    assert summary["mrr"] == 100 * active
    assert summary["arr"] == 1200 * active
    assert summary["seats"] == 5 * active


def test_a_trial_is_a_subscription_without_revenue():
    account = AccountFactory()
    SubscriptionFactory(account=account, mrr_amount=Decimal("10.50"))
    trial = SubscriptionFactory(account=account, mrr_amount=0, is_trial=True)
    SubscriptionTermsFactory(subscription=trial, mrr_amount=99, seats=3, is_trial=True)

    summary = portfolio_summary(DAY)

    assert summary["active_subscriptions"] == 2
    assert summary["active_trials"] == 1
    assert summary["active_accounts"] == 1
    assert summary["mrr"] == 10.5
    assert summary["arr"] == 126
    assert type(summary["arr"]) is int
    assert summary["seats"] == 13


def test_the_terms_that_held_on_the_day_count():
    subscription = SubscriptionFactory(mrr_amount=300, seats=30)
    change = date(2024, 12, 1)
    SubscriptionTermsFactory(
        subscription=subscription, mrr_amount=100, seats=10, valid_to=change
    )
    SubscriptionTermsFactory(
        subscription=subscription, mrr_amount=300, seats=None, valid_from=change
    )

    before = portfolio_summary(date(2024, 11, 30))
    after = portfolio_summary(change)

    assert (before["mrr"], before["seats"]) == (100, 10)
    assert (after["mrr"], after["seats"]) == (300, 0)


def test_bands_come_from_the_newest_snapshot_of_the_last_seven_days():
    version = ScorecardVersionFactory()
    fresh, stale, later, never = AccountFactory.create_batch(4)
    for account, day, band, restated in [
        (fresh, date(2024, 12, 24), "red", False),
        (fresh, date(2024, 12, 30), "green", False),
        (fresh, date(2024, 12, 30), "yellow", True),
        (stale, date(2024, 12, 23), "green", False),
        (later, date(2025, 1, 1), "green", False),
    ]:
        SnapshotFactory(
            account=account, day=day, band=band, is_restated=restated, version=version
        )
    SubscriptionFactory(account=fresh, mrr_amount=100)
    SubscriptionFactory(account=never, mrr_amount=1)

    summary = portfolio_summary(DAY)

    assert summary["by_band"]["green"] == {"accounts": 1, "arr": 1200}
    assert summary["by_band"]["unknown"] == {"accounts": 3, "arr": 12}
    assert summary["by_band"]["red"]["accounts"] == 0
    assert summary["accounts"] == 4


def test_accounts_first_seen_later_archived_or_merged_do_not_count():
    kept = AccountFactory(first_seen_on=DAY)
    later = AccountFactory(first_seen_on=date(2025, 1, 1))
    archived = AccountFactory(archived_at=datetime(2024, 12, 31, 23, 59, tzinfo=UTC))
    merged = AccountFactory(merged_into=kept)
    for account in (later, archived, merged):
        SubscriptionFactory(account=account)

    summary = portfolio_summary(DAY)

    assert summary["accounts"] == 1
    assert summary["active_accounts"] == summary["active_subscriptions"] == 0
    assert summary["mrr"] == summary["arr"] == summary["seats"] == 0


def test_archiving_an_account_changes_no_day_before_it():
    OrganisationFactory(timezone="Europe/Berlin")
    account = AccountFactory()
    SubscriptionFactory(account=account)
    before = portfolio_summary(DAY)

    # 23:00 UTC is already the next day in Berlin.
    Account.objects.update(archived_at=datetime(2024, 12, 31, 23, tzinfo=UTC))

    assert portfolio_summary(DAY) == before
    assert portfolio_summary(date(2025, 1, 1))["accounts"] == 0


def test_a_trial_that_was_bought_later_was_a_trial_then():
    subscription = SubscriptionFactory(mrr_amount=100)
    bought = date(2024, 12, 1)
    SubscriptionTermsFactory(
        subscription=subscription, mrr_amount=0, is_trial=True, valid_to=bought
    )
    SubscriptionTermsFactory(
        subscription=subscription, mrr_amount=100, valid_from=bought
    )

    before, after = portfolio_summary(date(2024, 11, 30)), portfolio_summary(bought)

    assert (before["active_trials"], before["mrr"]) == (1, 0)
    assert (after["active_trials"], after["mrr"]) == (0, 100)


def test_currencies_are_never_added_up():
    OrganisationFactory(currency="EUR")
    SubscriptionFactory(currency="EUR", mrr_amount=100)
    SubscriptionFactory(currency="USD", mrr_amount=900)

    summary = portfolio_summary(DAY)

    assert (summary["currency"], summary["mrr"]) == ("EUR", 100)
    assert summary["other_currencies"] == {"USD": {"mrr": 900, "arr": 10800}}
    assert sum(band["arr"] for band in summary["by_band"].values()) == 1200


def test_when_nobody_pays_in_the_own_currency_the_strongest_is_shown():
    OrganisationFactory(currency="EUR")
    SubscriptionFactory(currency="USD", mrr_amount=900)
    SubscriptionFactory(currency="GBP", mrr_amount=100)

    assert portfolio_summary(DAY)["currency"] == "USD"


def test_the_command_prints_json_and_sentences():
    SubscriptionFactory(mrr_amount=Decimal("2447516"))
    SubscriptionFactory(currency="USD", mrr_amount=5)
    as_json, as_text = StringIO(), StringIO()

    call_command("portfolio_summary", "--as-of", "2024-12-31", "--json", stdout=as_json)
    call_command("portfolio_summary", stdout=as_text)

    assert json.loads(as_json.getvalue())["mrr"] == 2447516
    assert "2 active subscriptions, 0 of them trials" in as_text.getvalue()
    assert "$5 in USD" in as_text.getvalue()


def test_the_command_refuses_a_day_it_cannot_read():
    with pytest.raises(CommandError, match="not a day"):
        call_command("portfolio_summary", "--as-of", "31.12.2024")


def test_the_api_answers_with_json_numbers(client):
    client.force_login(UserFactory(role="operations"))
    SubscriptionFactory(mrr_amount=100)

    answer = client.get(URL, {"as_of": "2024-12-31"})

    assert answer.status_code == 200
    assert answer.json() == portfolio_summary(DAY)


@pytest.mark.parametrize("as_of", ["yesterday", "2024-13-01", "0", "2024-12-31\0"])
def test_the_api_refuses_a_day_it_cannot_read(client, as_of):
    client.force_login(UserFactory())

    answer = client.get(URL, {"as_of": as_of})

    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_the_api_counts_only_what_a_person_may_see(client):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    person = UserFactory()
    SubscriptionFactory(account=AccountFactory(owner=person), mrr_amount=100)
    SubscriptionFactory(account=AccountFactory(), mrr_amount=900)
    client.force_login(person)

    summary = client.get(URL, {"as_of": "2024-12-31"}).json()

    assert (summary["accounts"], summary["mrr"]) == (1, 100)


def test_amounts_are_hidden_from_people_who_may_not_see_revenue(client):
    SubscriptionFactory(currency="USD")
    SubscriptionFactory(currency="EUR")
    client.force_login(UserFactory(role="agent"))

    summary = client.get(URL, {"as_of": "2024-12-31"}).json()

    assert summary["mrr"] is None
    assert summary["arr"] is None
    assert summary["by_band"]["unknown"] == {"accounts": 2, "arr": None}
    assert "other_currencies" not in summary


def test_the_api_needs_a_sign_in(client):
    assert client.get(URL).status_code in {401, 403}


def test_the_figures_take_the_same_queries_for_any_number_of_accounts(
    django_assert_max_num_queries,
):
    SubscriptionFactory.create_batch(8)

    with django_assert_max_num_queries(4):
        portfolio_summary(DAY)
