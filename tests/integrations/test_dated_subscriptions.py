"""Imported subscriptions keep what was known of them, and begin their accounts."""

from datetime import UTC, date, datetime

import time_machine

from accounts.models import Account
from reports.queries import portfolio_summary
from revenue.models import Subscription
from tests.health.world import read
from tests.integrations.conftest import counts

HEAD = "external_id,account,mrr,currency,start_on,end_on,renews_on,is_trial\n"


def bring(importing, day: date, row: str):
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        return importing("subscriptions", HEAD + row)


def test_a_cancellation_and_a_renewal_are_seen_from_their_import_on(accounts):
    row = "S1,A1,100,EUR,2024-01-01,{},{},\n"
    bring(accounts, date(2024, 5, 1), row.format("", "2024-08-01"))
    account = Subscription.objects.get().account
    day = date(2024, 6, 1)

    again = bring(accounts, date(2024, 6, 2), row.format("", "2024-08-01"))
    bring(accounts, date(2024, 7, 1), row.format("2024-07-09", ""))

    assert counts(again) == {"unchanged": 1}
    assert read("days_to_renewal", account, day=day) == 61
    assert read("days_to_renewal", account, day=date(2024, 7, 1)) == 8
    assert Subscription.objects.get().terms.count() == 2


def test_a_trial_that_is_bought_stays_a_trial_on_earlier_days(accounts):
    row = "S1,A1,{},EUR,2024-01-01,,,{}\n"
    bring(accounts, date(2024, 5, 1), row.format(0, "true"))
    bring(accounts, date(2024, 7, 1), row.format(100, "false"))

    before, after = (portfolio_summary(date(2024, month, 1)) for month in (6, 8))

    assert (before["active_trials"], before["mrr"]) == (1, 0)
    assert (after["active_trials"], after["mrr"]) == (0, 100)


def test_an_account_begins_with_its_first_subscription_whatever_the_order(importing):
    accounts = "external_id,name,first_seen_on\nA1,Alpha,2024-06-01\n"
    importing("accounts", accounts)

    importing("subscriptions", HEAD + "S1,A1,100,EUR,2024-01-01,,,\n")
    again = importing("accounts", accounts)

    assert Account.objects.get().first_seen_on == date(2024, 1, 1)
    assert counts(again) == {"unchanged": 1}
    summary = portfolio_summary(date(2024, 3, 1))
    assert (summary["accounts"], summary["active_accounts"]) == (1, 1)
    assert summary["by_band"]["unknown"] == {"accounts": 1, "arr": 1200}
