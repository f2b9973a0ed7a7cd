"""The portfolio page: what it lists, how it is narrowed, ordered and drawn."""

import pytest
from django.utils import timezone

from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.factories.health import AlertFactory
from tests.factories.organisation import (
    TeamFactory,
    UserFactory,
)
from tests.reports.portfolio_reading import URL, days, listed, names

pytestmark = pytest.mark.django_db


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
