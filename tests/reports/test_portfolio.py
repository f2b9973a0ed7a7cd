"""The portfolio page: what it lists, how it is narrowed, ordered and drawn."""

import re
from datetime import timedelta
from decimal import Decimal
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

URL = "/portfolio/"
NAMES = re.compile(r'<a class="name" href="[^"]+">([^<]*)</a>')
MOST_QUERIES = 15

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = UserFactory(role="operations", name="Ada Min")
    client.force_login(user)
    return user


def names(response):
    assert response.status_code == 200
    return NAMES.findall(response.content.decode())


def listed(client, **params):
    return names(client.get(URL, params))


def days(number):
    return timezone.localdate() + timedelta(days=number)


def test_the_first_page_after_signing_in_is_the_portfolio(client, person):
    assert client.get("/").headers["Location"] == URL


def test_the_worst_score_comes_first_and_no_score_last(client, person):
    AccountFactory(name="Good", health_score=90, health_band="green")
    AccountFactory(name="Nothing known")
    AccountFactory(name="Bad", health_score=20, health_band="red")

    assert listed(client) == ["Bad", "Good", "Nothing known"]
    assert listed(client, sort="-score") == ["Good", "Bad", "Nothing known"]


@pytest.mark.parametrize(
    "sort",
    [
        "name",
        "score",
        "change",
        "arr",
        "renewal",
        "owner",
        "segment",
        "stage",
        "coverage",
        "mrr",
        "seats",
        "plan",
        "team",
        "industry",
        "country",
        "employees",
        "last_touch",
        "last_active",
        "first_seen",
    ],
)
def test_every_sorting_pages_through_all_rows_both_ways(
    client, person, sort, monkeypatch
):
    monkeypatch.setattr("core.paging.PAGE_SIZE", 2)
    monkeypatch.setitem(
        __import__("core.paging").paging.keyset_page.__kwdefaults__, "size", 2
    )
    AccountFactory(name="Empty")
    for index in range(2):
        AccountFactory(
            name=f"Full {index}",
            owner=person,
            industry="Retail",
            country="DE",
            employees=index,
            licensed_seats=index,
            health_score=50,
            health_coverage=80,
            health_change_30d=-index,
            arr_amount=index,
            renewal_on=days(index),
            last_touch_at=timezone.now(),
            last_active_on=days(0),
        )

    for direction in ("", "-"):
        seen, address = [], f"{URL}?sort={direction}{sort}"
        while address:
            response = client.get(address)
            assert not response.context["problems"]
            seen += names(response)
            address = response.context["next_url"]
        assert sorted(seen) == ["Empty", "Full 0", "Full 1"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"band": "red"}, {"Red"}),
        ({"band": ["red", "unknown"]}, {"Red", "Plain"}),
        ({"segment": "large"}, {"Red"}),
        ({"segment": "none"}, {"Plain", "Green"}),
        ({"owner": "me"}, {"Red"}),
        ({"owner": "none"}, {"Plain"}),
        ({"owner": ["me", "none"]}, {"Red", "Plain"}),
        ({"renewal": "30"}, {"Red"}),
        ({"renewal": "90"}, {"Red", "Green"}),
        ({"renewal": "late"}, set()),
        ({"renewal": "none"}, {"Plain"}),
        ({"stage": "renewal"}, {"Green"}),
        ({"score_min": "20", "score_max": "89.5"}, {"Red"}),
        ({"score_min": "21"}, {"Green"}),
        ({"score_max": "20"}, {"Red"}),
        ({"change": "fell_10"}, {"Red"}),
        ({"change": "fell"}, {"Red"}),
        ({"change": "rose"}, {"Green"}),
        ({"change": "rose_10"}, set()),
        ({"change": "worse"}, {"Red"}),
        ({"change": "better"}, {"Green"}),
        ({"tag": "beta"}, {"Red", "Green"}),
        ({"tag": "beta, vip"}, {"Red"}),
        ({"q": "gre"}, {"Green"}),
        ({"q": "red.exa"}, {"Red"}),
        ({"alert": "open"}, {"Red"}),
        ({"alert": "new"}, {"Red"}),
        ({"archived": "only"}, {"Archived"}),
        ({"archived": "with"}, {"Red", "Plain", "Green", "Archived"}),
        ({"band": "red", "owner": "none"}, set()),
        ({"q": "  ", "score_min": "", "renewal": ""}, {"Red", "Plain", "Green"}),
    ],
)
def test_filters_narrow_the_list(client, person, params, expected):
    red = AccountFactory(
        name="Red",
        domain="red.example.com",
        health_band="red",
        health_band_30d="yellow",
        health_score=20,
        health_change_30d=-12,
        segment=SegmentFactory(slug="large"),
        owner=person,
        renewal_on=days(10),
        tags=["beta", "vip"],
    )
    AccountFactory(
        name="Green",
        health_band="green",
        health_band_30d="yellow",
        health_score=90,
        health_change_30d=4,
        owner=UserFactory(),
        renewal_on=days(80),
        stage="renewal",
        tags=["beta"],
    )
    AccountFactory(name="Plain")
    AccountFactory(name="Archived", archived_at=timezone.now())
    AccountFactory(name="Merged", merged_into=red)
    AlertFactory(account=red)

    response = client.get(URL, params)

    assert set(names(response)) == expected
    assert not response.context["problems"]


def test_people_and_teams_are_filters_too(client, person):
    other, team = UserFactory(), TeamFactory()
    AccountFactory(name="Theirs", owner=other)
    AccountFactory(name="The team's", team=team)

    assert listed(client, owner=str(other.public_id)) == ["Theirs"]
    assert listed(client, team=str(team.public_id)) == ["The team&#x27;s"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=password",
        "sort=owner__password",
        "sort=-",
        "sort=--score",
        "sort=band",
        "owner__password__startswith=a",
        "id__in=1",
        "nonsense=1",
        "view=pie",
        "band=purple",
        "owner=1",
        "segment='%3B--",
        "renewal=9999999999999",
        "score_min=-1",
        "score_min=1e99999999",
        "score_max=NaN",
        "change=fell_x",
        "stage=<script>",
        "q=" + "x" * 101,
        "tag=" + "x" * 301,
        "archived=maybe",
        "col=password",
        "cursor=zzz",
        "before=zzz",
        "cursor=bnVsbA",
    ],
)
def test_what_the_list_does_not_know_is_said_and_left_out(client, person, query):
    AccountFactory(name="Still here")

    response = client.get(f"{URL}?{query}")

    assert names(response) == ["Still here"]
    assert len(response.context["problems"]) == 1
    assert "Still here" not in response.context["problems"][0]


def test_many_wrong_parameters_do_not_fill_the_page(client, person):
    query = "&".join(f"x{index}=1" for index in range(500))

    response = client.get(f"{URL}?{query}")

    assert len(response.context["problems"]) == 4


def test_tiles_say_how_many_and_open_exactly_those(client, person):
    AccountFactory.create_batch(
        2, health_band="red", health_score=10, arr_amount=1000, health_band_30d="red"
    )
    AccountFactory(health_band="green", health_score=90, health_band_30d="red")
    AccountFactory(name="Elsewhere", health_band="red", stage="churned")

    response = client.get(URL, {"stage": "onboarding"})
    tiles = {tile["band"]: tile for tile in response.context["tiles"]}

    assert {band: tile["count"] for band, tile in tiles.items()} == {
        "red": 2,
        "orange": 0,
        "yellow": 0,
        "green": 1,
        "unknown": 0,
    }
    assert tiles["red"]["note"] == "€2.0k ARR · −1 in 30 days"
    assert tiles["green"]["note"] == "€0 ARR · +1 in 30 days"
    for tile in tiles.values():
        opened = client.get(tile["href"])
        assert len(names(opened)) == tile["count"]
        assert {each["band"]: each["count"] for each in opened.context["tiles"]} == {
            band: each["count"] for band, each in tiles.items()
        }


def test_a_chosen_tile_opens_the_list_without_it(client, person):
    red = AccountFactory(health_band="red")

    response = client.get(URL, {"band": "red"})
    tile = response.context["tiles"][0]

    assert (tile["band"], tile["is_on"], tile["href"]) == ("red", True, URL)
    assert names(response) == [red.name]


def test_health_is_weighted_by_what_customers_pay(client, person):
    AccountFactory(
        health_band="red",
        health_score=20,
        arr_amount=300,
        health_change_30d=-4,
        health_band_30d="orange",
    )
    AccountFactory(
        health_band="green", health_score=80, arr_amount=100, health_change_30d=None
    )
    AccountFactory(
        health_band="green", health_score=99, arr_amount=10**6, arr_currency="USD"
    )
    AccountFactory(arr_amount=5000)
    AccountFactory(arr_amount=5000, health_score=99, health_change_30d=50)

    figures = client.get(URL).context["figures"]

    assert figures.weighted == Decimal(35)
    assert figures.weighted_change == Decimal(-4)
    assert figures.arr == {"EUR": 10_400, "USD": 10**6}


def test_a_score_without_enough_data_says_how_much_there_was(client, person):
    AccountFactory(health_score=60, health_coverage=42, health_weeks=[60, 61])

    assert "42\u00a0% coverage" in client.get(URL).content.decode()


def test_currencies_stand_side_by_side(client, person):
    AccountFactory(arr_amount=1000)
    AccountFactory(arr_amount=2000, arr_currency="USD")

    assert client.get(URL).context["arr_said"] == "$2.0k + €1.0k"


def test_chosen_columns_are_drawn_in_their_order(client, person):
    AccountFactory(tags=["vip"], employees=1234, licensed_seats=7)

    response = client.get(URL, {"col": ["tags", "employees", "seats"]})

    labels = [str(column.label) for column in response.context["columns"]]
    assert labels == ["Account", "Seats", "Employees", "Tags"]
    assert b"1,234" in response.content
    assert b'<span class="tag">vip</span>' in response.content


def test_every_column_can_be_drawn(client, person):
    keys = [column.key for column in client.get(URL).context["state"].all_columns]
    AccountFactory()
    AccountFactory(
        segment=SegmentFactory(),
        owner=person,
        health_weeks=[50, None, 60],
        arr_amount=10,
        mrr_amount=1,
        last_touch_at=timezone.now(),
    )

    response = client.get(URL, {"col": keys})

    body = response.content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    assert len(keys) == 23
    assert body.count("<td") == 2 * (len(keys) + 1)


def test_the_board_shows_bands_worst_first_with_their_counts(client, person):
    AccountFactory(name="Fine", health_band="green", health_score=90)
    AccountFactory(name="Worst", health_band="red", health_score=5)
    AccountFactory(name="Bad", health_band="red", health_score=15)

    response = client.get(URL, {"view": "board"})

    assert names(response) == ["Worst", "Bad", "Fine"]
    columns = [
        (column["band"], column["count"]) for column in response.context["board"]
    ]
    assert columns == [
        ("red", 2),
        ("orange", 0),
        ("yellow", 0),
        ("green", 1),
        ("unknown", 0),
    ]
    assert names(client.get(URL, {"view": "board", "band": "green"})) == ["Fine"]


def test_a_full_board_column_leads_to_its_list(client, person, monkeypatch):
    monkeypatch.setattr("reports.queries.portfolio.BOARD_CARDS", 1)
    AccountFactory.create_batch(2, health_band="red", health_score=5)

    response = client.get(URL, {"view": "board"})

    assert b"Show all 2" in response.content
    assert len(names(client.get(response.context["board"][0]["href"]))) == 2


def test_htmx_gets_only_the_part_it_asks_for_and_a_clean_address(client, person):
    AccountFactory()
    headers = {"HX-Request": "true", "HX-Target": "rows"}

    response = client.get(f"{URL}?sort=-arr&renewal=&q=&bogus=1", headers=headers)

    body = response.content.decode().strip()
    assert body.startswith('<div id="rows"')
    assert "<html" not in body
    assert 'class="tiles"' not in body
    assert response.headers["HX-Push-Url"] == f"{URL}?sort=-arr"
    assert "HX-Request" in response.headers["Vary"]


def test_htmx_can_renew_everything_below_the_frame(client, person):
    headers = {"HX-Request": "true", "HX-Target": "portfolio"}

    response = client.get(URL, {"band": "red"}, headers=headers)

    body = response.content.decode().strip()
    assert body.startswith('<div id="portfolio"')
    assert "<html" not in body
    assert 'class="tiles"' in body


def test_no_answer_is_kept_by_a_shared_cache(client, person):
    assert client.get(URL).headers["Cache-Control"] == "private, no-store"


def test_the_pager_leads_forwards_and_back(client, person):
    AccountFactory.create_batch(60, health_score=50)

    first = client.get(URL)
    second = client.get(first.context["next_url"])
    back = client.get(second.context["previous_url"])

    assert len(names(first)) == 50
    assert len(names(second)) == 10
    assert set(names(first)).isdisjoint(names(second))
    assert names(back) == names(first)
    assert "50 of 60 accounts" in first.content.decode()


def test_counts_stop_where_counting_would_cost(client, person, monkeypatch):
    monkeypatch.setattr("reports.portfolio_page.BULK_LIMIT", 3)
    AccountFactory.create_batch(5)
    headers = {"HX-Request": "true", "HX-Target": "rows"}

    part = client.get(URL, headers=headers)
    whole = client.get(URL)

    assert "5 of 3+ accounts" in part.content.decode()
    assert "5 of 5 accounts" in whole.content.decode()
    assert part.context["everything"] == whole.context["everything"] == 0


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
