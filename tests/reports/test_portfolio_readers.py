"""Who sees what in the portfolio, and what it says when there is nothing."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Account
from organisation.models import Organisation, SavedView
from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import AlertFactory, AlertRuleFactory
from tests.factories.organisation import (
    OrganisationFactory,
    TeamFactory,
    UserFactory,
)
from tests.reports.portfolio_reading import URL, days, listed, names

MOST_QUERIES = 15

pytestmark = pytest.mark.django_db


def test_who_needs_me_today_is_one_line_that_opens_them(client):
    csm = UserFactory(role="csm")
    client.force_login(csm)
    rule = AlertRuleFactory(severity="high")
    mine = AccountFactory(name="Mine", owner=csm, renewal_on=days(5))
    AlertFactory(account=mine, summary="Fell 14.2 points.", rule=rule)
    AlertFactory(account=mine, summary="NPS fell.")
    AlertFactory(account=AccountFactory(name="Not mine"))
    taken = AccountFactory(name="Taken up", owner=csm)
    AlertFactory(account=taken, acknowledged_at=timezone.now())

    response = client.get(URL)
    text = " ".join(re.sub("<[^>]+>", "", response.content.decode()).split())

    assert "1 needs you today · Mine fell 14.2 points" in text
    assert "1 renewal is due within two weeks" in text
    assert listed(client, alert="new", owner="me") == ["Mine"]
    assert listed(client, renewal="14", owner="me") == ["Mine"]


def test_a_quiet_day_says_so(client, person):
    assert "Nothing needs you today." in client.get(URL).content.decode()


def test_an_empty_portfolio_says_what_to_do(client, person):
    text = client.get(URL).content.decode()

    assert "No accounts yet." in text
    assert "Add your first customer" in text
    assert "Import a file" in text


def test_only_who_may_import_is_sent_to_the_import(client):
    client.force_login(UserFactory(role="csm"))

    assert "Import a file" not in client.get(URL).content.decode()


def test_filters_that_match_nothing_offer_the_way_back(client, person):
    AccountFactory()

    text = client.get(URL, {"band": "red"}).content.decode()

    assert "No account matches these filters." in text
    assert "Show all accounts" in text


@pytest.mark.parametrize(
    ("scope", "role", "expected"),
    [
        ("all", "csm", {"Own", "Team's", "Colleague's", "Foreign"}),
        ("book", "csm", {"Own"}),
        ("team", "csm", {"Own", "Team's", "Colleague's"}),
        ("book", "lead", {"Own", "Colleague's"}),
        ("book", "leader", {"Own", "Team's", "Colleague's", "Foreign"}),
        ("book", "agent", {"Own"}),
    ],
)
def test_people_see_the_accounts_of_their_scope_only(client, scope, role, expected):
    OrganisationFactory(row_scope=scope)
    team = TeamFactory()
    user = UserFactory(role=role, team=team)
    client.force_login(user)
    AccountFactory(name="Own", owner=user)
    AccountFactory(name="Team's", team=team)
    AccountFactory(name="Colleague's", owner=UserFactory(team=team))
    AccountFactory(name="Foreign", owner=UserFactory())

    response = client.get(URL)

    assert {unescape(name) for name in names(response)} == expected
    assert response.context["figures"].count == len(expected)


@pytest.mark.parametrize(
    "role", ["admin", "operations", "csm", "agent", "lead", "leader", "integration"]
)
def test_every_role_may_open_the_portfolio(client, role):
    client.force_login(UserFactory(role=role))

    assert client.get(URL).status_code == 200


def test_nobody_sees_it_without_signing_in(client):
    assert client.get(URL).status_code == 302


def test_revenue_is_hidden_from_people_who_may_not_see_it(client):
    client.force_login(UserFactory(role="agent"))
    AccountFactory(arr_amount=184_000, mrr_amount=15_333, renewal_on=days(5))

    plain = client.get(URL)
    board = client.get(URL, {"view": "board"})

    for response in (plain, board):
        assert "€" not in response.content.decode()
        assert "ARR" not in response.content.decode()
    for wrong in ({"sort": "arr"}, {"renewal": "30"}, {"col": "mrr"}):
        assert len(client.get(URL, wrong).context["problems"]) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        '"><script>alert(1)</script>',
        "{{7*7}}{% now 'Y' %}",
        "' onmouseover='alert(1)",
    ],
)
def test_hostile_text_is_shown_as_text(client, person, hostile):
    account = AccountFactory(
        name=hostile,
        tags=[hostile],
        industry=hostile,
        health_reason=hostile,
        health_band="red",
        owner=UserFactory(name=hostile),
        segment=SegmentFactory(name=hostile),
    )
    AlertFactory(account=account, summary=hostile)
    SavedView.objects.create(
        page="portfolio", name=hostile, query=hostile, owner=person
    )

    for params in (
        {"col": ["name", "tags", "reason", "owner", "segment", "industry"]},
        {"view": "board"},
        {"tag": hostile, hostile: hostile},
    ):
        text = client.get(URL, params).content.decode()
        assert escape(hostile) in text
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert "' onmouseover='" not in text
        assert 'href="javascript' not in text


def test_the_page_takes_the_same_queries_for_ten_rows_and_twenty(client):
    csm = UserFactory(role="csm", team=TeamFactory())
    OrganisationFactory(row_scope=Organisation.RowScope.TEAM)
    client.force_login(csm)

    def measure(query):
        with CaptureQueriesContext(connection) as queries:
            client.get(URL + query)
        return len(queries)

    def add_ten():
        for index in range(10):
            account = AccountFactory(
                owner=UserFactory(team=csm.team),
                segment=SegmentFactory(),
                team=TeamFactory(),
                health_score=50 if index % 2 else None,
            )
            AlertFactory(account=account)
            SavedView.objects.create(
                page="portfolio", name=account.name, query="band=red", owner=csm
            )

    addresses = ["", "?view=board", "?owner=me&owner=none&col=team&sort=-owner&q=a"]
    add_ten()
    before = [measure(address) for address in addresses]
    add_ten()
    after = [measure(address) for address in addresses]

    assert after == before
    assert max(after) <= MOST_QUERIES


def test_names_of_archived_accounts_are_marked(client, person):
    Account.objects.bulk_create(
        [Account(name="Gone", first_seen_on="2024-01-01", archived_at=timezone.now())]
    )

    text = client.get(URL, {"archived": "with"}).content.decode()

    assert '<span class="tag">archived</span>' in text


def test_tags_in_use_are_offered_most_used_first(client):
    OrganisationFactory(row_scope="book")
    user = UserFactory()
    client.force_login(user)
    AccountFactory(owner=user, tags=["beta", "vip"])
    AccountFactory(owner=user, tags=["vip"])
    AccountFactory(tags=["secret"])

    text = client.get("/portfolio/tags/").content.decode()

    assert re.findall('value="([^"]+)"', text) == ["vip", "beta"]


def test_chosen_filters_stay_chosen_in_their_fields(client, person):
    text = client.get(URL, {"band": ["red", "green"], "renewal": "90"}).content.decode()

    for name, kind, value in [
        ("band", "checkbox", "red"),
        ("band", "checkbox", "green"),
        ("renewal", "radio", "90"),
    ]:
        assert f'<input type="{kind}" name="{name}" value="{value}" checked>' in text
    assert '<input type="checkbox" name="band" value="orange">' in text
    assert "Band: Churn risk, Healthy" in " ".join(re.sub("<[^>]+>", " ", text).split())
