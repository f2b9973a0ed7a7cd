"""Why no alert opened: the ledger, and every rule of one account."""

import re
from datetime import date, timedelta

import pytest

from organisation.models import Organisation
from tests.factories.accounts import AccountFactory
from tests.factories.health import (
    AlertFactory,
    AlertLedgerEntryFactory,
    AlertRuleFactory,
)
from tests.factories.organisation import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/alerts/ledger/"
DAY = date(2024, 6, 1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def csm(client):
    user = UserFactory(role="csm")
    client.force_login(user)
    return user


def shown(client, **filters):
    lines = client.get(PAGE, filters).context["lines"]
    return sorted(entry.account.name for entry, _said in lines)


@pytest.mark.usefixtures("csm")
def test_the_ledger_is_narrowed_by_what_one_asks(client):
    one = AlertLedgerEntryFactory(
        account__name="Kestrel Bank", rule__key="band", reason="snoozed"
    )
    AlertLedgerEntryFactory(
        account__name="Ridge Media", reason="churned", day=DAY + timedelta(days=1)
    )

    assert shown(client) == ["Kestrel Bank", "Ridge Media"]
    assert shown(client, rule="band") == ["Kestrel Bank"]
    assert shown(client, reason="churned") == ["Ridge Media"]
    assert shown(client, day=DAY.isoformat()) == ["Kestrel Bank"]
    assert shown(client, q="ridge") == ["Ridge Media"]
    assert shown(client, account=one.account.public_id) == ["Kestrel Bank"]
    assert len(shown(client, reason="?", rule="?", day="?", account="?")) == 2
    assert "The customer has left" in client.get(PAGE).content.decode()


def test_accounts_out_of_sight_are_left_out(client, csm):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    AlertLedgerEntryFactory(account=AccountFactory(name="Mine", owner=csm))
    AlertLedgerEntryFactory()

    assert shown(client) == ["Mine"]


@pytest.mark.usefixtures("csm")
def test_pages_follow_each_other_without_gaps(client):
    rule = AlertRuleFactory()
    for number in range(60):
        day = DAY - timedelta(days=number // 7)
        AlertLedgerEntryFactory(rule=rule, day=day)

    first = client.get(PAGE)
    second = client.get(first.context["next_url"], headers=HTMX)
    pages = first.content.decode() + second.content.decode()

    days = re.findall(r'data-cell="change"><time datetime="([-\d]+)"', pages)
    assert len(days) == 60
    assert days == sorted(days, reverse=True)
    assert "<html" not in second.content.decode()
    assert len(client.get(PAGE, {"cursor": "x"}).context["lines"]) == 50


@pytest.mark.usefixtures("csm")
def test_an_empty_ledger_says_what_that_means(client):
    assert "Nothing was held back yet." in client.get(PAGE).content.decode()
    found = client.get(PAGE, {"reason": "churned"}).content.decode()
    assert "No entry matches these filters." in found


@pytest.mark.usefixtures("csm")
def test_more_entries_do_not_mean_more_queries(client, django_assert_max_num_queries):
    AlertLedgerEntryFactory.create_batch(3)
    with django_assert_max_num_queries(40) as few:
        client.get(PAGE)
    AlertLedgerEntryFactory.create_batch(9)

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(PAGE)


@pytest.mark.usefixtures("csm", "presets")
def test_an_account_shows_its_alerts_and_every_rule(client):
    account = AccountFactory(name="Kestrel Bank")
    AlertFactory(account=account, summary="Fell 12.0 points.")
    address = f"/accounts/{account.public_id}/alerts/"

    page = client.get(address)
    fragment = client.get(address, headers=HTMX).content.decode()

    assert "Fell 12.0 points." in page.content.decode()
    assert "Does not hold" in fragment
    assert "Payment overdue" in fragment
    assert "<html" not in fragment


def test_the_overview_of_an_account_offers_what_can_be_done(client, csm):
    alert = AlertFactory(account=AccountFactory(owner=csm))
    address = f"/accounts/{alert.account.public_id}/"

    assert f"/alerts/{alert.public_id}/" in client.get(address).content.decode()
    assert "/alerts/snooze/" in client.get(address).content.decode()
    client.force_login(UserFactory(role="leader"))
    assert "/alerts/snooze/" not in client.get(address).content.decode()
