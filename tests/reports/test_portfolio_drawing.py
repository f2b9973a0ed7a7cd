"""How the portfolio is drawn: tiles, columns, board, parts for HTMX, the pager."""

from decimal import Decimal

import pytest
from django.utils import timezone

from tests.factories.accounts import AccountFactory, SegmentFactory
from tests.reports.portfolio_reading import URL, names

pytestmark = pytest.mark.django_db


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
