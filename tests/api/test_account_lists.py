"""Lists of accounts for programs: fields, filters, orders, pages, what changed."""

import pytest

from accounts.models import Account
from accounts.services import archive_account, merge_accounts
from tests.factories.accounts import (
    AccountExternalIdFactory,
    AccountFactory,
    PlanFactory,
    SegmentFactory,
)
from tests.factories.organisation import TeamFactory, UserFactory

ADDRESS = "/api/v1/accounts/"


def ids(answer) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


def test_a_list_shows_fields_and_spells_out_what_is_asked_for(api):
    owner = UserFactory(name="Mia")
    AccountFactory(owner=owner, segment=SegmentFactory(name="Big"))

    answer = api.get(ADDRESS, {"fields": "id,owner,segment,name", "expand": "owner"})

    (row,) = answer.json()["results"]
    assert set(row) == {"id", "owner", "segment", "name"}
    assert row["owner"] == {
        "id": str(owner.public_id), "name": "Mia", "email": owner.email,
    }  # fmt: skip
    assert isinstance(row["segment"], str)
    expanded = api.get(ADDRESS, {"expand": "segment,plan"}).json()["results"][0]
    assert expanded["segment"]["name"] == "Big"
    assert expanded["plan"] is None


@pytest.mark.parametrize("query", [
    "fields=password", "fields=owner__password", "expand=contacts",
    "owner__password__startswith=a", "search=x", "ordering=password",
    "ordering=owner__password", "ordering=name;drop", "ordering=-", "owner=robert'--",
    "band=purple", "segment=nowhere", "score_min=1e9", "score_min=NaN",
    "score_max=Infinity", "updated_since=yesterday", "archived=yes", "limit=0",
    "limit=-1", "limit=ten", "limit=1e3", "cursor=AAAA", "cursor=%F0%9F%98%80",
    "before=bm9uc2Vuc2U", "q=%00", "custom__tier=gold", "stage=x",
])  # fmt: skip
def test_a_parameter_that_is_not_declared_or_makes_no_sense_is_refused(api, query):
    answer = api.get(f"{ADDRESS}?{query}")

    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "text", ["%%%%", "' OR 1=1 --", "a:*&!|()<->", "\\", "x" * 100]
)
def test_odd_words_in_a_search_break_nothing(api, text):
    AccountFactory(name="Nordwind")

    assert api.get(ADDRESS, {"q": text}).status_code == 200


def test_the_list_filters_as_the_page_does(api, admin):
    segment = SegmentFactory(slug="big")
    red = AccountFactory(
        name="Rot GmbH", health_band="red", health_score=20, owner=admin,
        segment=segment, tags=["vip", "eu"], stage="adoption", domain="rot.example",
    )  # fmt: skip
    AccountFactory(name="Grün", health_band="green", health_score=90)

    def found(**query) -> bool:
        return ids(api.get(ADDRESS, query)) == [str(red.public_id)]

    assert found(band="red")
    assert found(segment="big")
    assert found(owner="me")
    assert found(owner=str(admin.public_id))
    assert not found(owner="none")
    assert found(tag="vip,eu")
    assert not found(tag="vip,us")
    assert found(score_max=50)
    assert found(q="rot")
    assert found(stage="adoption")
    assert found(domain="ROT.example")
    assert len(ids(api.get(ADDRESS, {"band": ["red", "green"]}))) == 2


def test_pages_neither_skip_nor_repeat_while_data_changes(api):
    accounts = AccountFactory.create_batch(25)
    seen, address = [], f"{ADDRESS}?limit=10"
    while address:
        answer = api.get(address).json()
        seen += [row["id"] for row in answer["results"]]
        # What is already read changes, and new accounts appear.
        Account.objects.filter(pk=accounts[0].pk).update(name="Changed")
        if len(seen) == 10:
            archive_account(accounts[3], by=None)
            AccountFactory()
        address = answer["next"]

    assert len(seen) == len(set(seen)) == 26
    assert {str(account.public_id) for account in accounts} <= set(seen)


@pytest.mark.parametrize("ordering", ["score", "-score", "name", "-updated", "renewal"])
def test_every_order_reaches_every_row_once_in_both_directions(api, ordering):
    for number in range(23):
        AccountFactory(
            health_score=None if number % 4 == 0 else number % 5,
            renewal_on=None if number % 3 else "2024-05-05",
        )
    pages, address = [], f"{ADDRESS}?limit=5&ordering={ordering}&fields=id"
    while address:
        answer = api.get(address).json()
        pages.append([row["id"] for row in answer["results"]])
        last, address = answer, answer["next"]

    flat = [row for page in pages for row in page]
    assert len(flat) == len(set(flat)) == 23
    back = [pages[-1]]
    while last["previous"]:
        last = api.get(last["previous"]).json()
        back.append([row["id"] for row in last["results"]])
    assert back[::-1] == pages


def test_a_cursor_of_another_order_is_refused(api):
    AccountFactory.create_batch(3)
    address = api.get(f"{ADDRESS}?limit=1&ordering=name").json()["next"]

    assert api.get(address.replace("=name", "=score")).status_code == 400


def test_a_page_has_at_most_two_hundred_rows(api):
    Account.objects.bulk_create(
        [Account(name=f"A{n}", first_seen_on="2024-01-01") for n in range(230)]
    )

    assert len(ids(api.get(ADDRESS, {"limit": 1000}))) == 200


def test_updated_since_tells_of_archived_and_merged_accounts_too(api, admin):
    old = AccountFactory()
    Account.objects.filter(pk=old.pk).update(updated_at="2020-01-01T00:00Z")
    archived, gone, kept = AccountFactory(), AccountFactory(), AccountFactory()
    archive_account(archived, by=admin)
    merge_accounts(survivor=kept, duplicate=gone, by=admin)

    rows = {
        row["id"]: row
        for row in api.get(
            ADDRESS, {"updated_since": "2021-01-01T00:00:00Z"}
        ).json()["results"]
    }  # fmt: skip

    assert set(rows) == {str(a.public_id) for a in (archived, gone, kept)}
    assert rows[str(archived.public_id)]["archived_at"] is not None
    assert rows[str(gone.public_id)]["merged_into"] == str(kept.public_id)


def test_the_list_costs_the_same_for_few_and_for_many(
    api, django_assert_max_num_queries
):
    def fill(count: int) -> None:
        for _ in range(count):
            row = AccountExternalIdFactory(
                account__owner=UserFactory(), account__plan=PlanFactory(),
                account__segment=SegmentFactory(), account__team=TeamFactory(),
            )  # fmt: skip
            AccountFactory(parent=row.account)

    fill(15)
    api.get(ADDRESS)
    with django_assert_max_num_queries(5):
        api.get(ADDRESS, {"expand": "owner,segment,plan,team"})
