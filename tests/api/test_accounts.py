"""The accounts resource: what it says, what it takes, what it refuses."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import Account
from accounts.services import update_account
from events.models import Event
from tests.api.conftest import program_of
from tests.factories.accounts import (
    AccountExternalIdFactory,
    AccountFactory,
    CustomFieldFactory,
    PlanFactory,
)
from tests.factories.organisation import TeamFactory, UserFactory

ADDRESS = "/api/v1/accounts/"


def one(account: Account) -> str:
    return f"{ADDRESS}{account.public_id}/"


def ids(answer) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


def errors(answer) -> list[str]:
    return [
        error.get("pointer", error.get("parameter"))
        for error in answer.json()["errors"]
    ]


def test_an_account_is_created_read_changed_archived_and_restored(api, admin):
    owner, team, plan = UserFactory(), TeamFactory(), PlanFactory()
    CustomFieldFactory(key="tier", kind="text")

    made = api.post(ADDRESS, {
        "name": "Nordwind", "domain": "https://www.Nordwind.example/x",
        "owner": str(owner.public_id), "team": str(team.public_id),
        "plan": str(plan.public_id), "seats": 12, "employees": 80, "tags": ["b", "a"],
        "custom": {"tier": "gold"}, "stage": "adoption", "country": "DE",
        "first_seen_on": "2024-02-03",
        "external_ids": [{"source": "crm", "external_id": "A-1"}],
    })  # fmt: skip

    assert made.status_code == 201, made.content
    body = made.json()
    assert made["Location"] == f"{ADDRESS}{body['id']}/"
    assert made["ETag"] == '"1"'
    assert body["domain"] == "nordwind.example"
    assert (body["owner"], body["plan"]) == (str(owner.public_id), str(plan.public_id))
    assert body["tags"] == ["a", "b"]
    assert body["external_ids"] == [{"source": "crm", "external_id": "A-1"}]
    address = made["Location"]
    changed = api.patch(address, {"name": "Nordwind AG", "owner": None})
    assert changed.json()["name"] == "Nordwind AG"
    assert changed.json()["owner"] is None
    assert changed.json()["seats"] == 12
    assert changed["ETag"] == '"2"'
    assert api.delete(address).status_code == 204
    assert api.get(address).json()["archived_at"] is not None
    assert ids(api.get(ADDRESS)) == []
    assert api.patch(address, {"name": "x"}).status_code == 409
    assert api.post(f"{address}restore/").json()["archived_at"] is None
    kinds = list(
        Event.objects.filter(account_id__isnull=False)
        .order_by("id").values_list("kind", "actor_id")
    )  # fmt: skip
    assert kinds == [
        (kind, admin.pk)
        for kind in ("account_created", "account_updated", "account_archived",
                     "account_restored")
    ]  # fmt: skip


def test_amounts_and_scores_are_json_numbers(api):
    account = AccountFactory(arr_amount="1200.50", health_score="68.5")

    body = api.get(one(account)).json()

    assert body["arr_amount"] == 1200.5
    assert body["health_score"] == 68.5


def test_who_may_not_see_revenue_reads_null(api):
    account = AccountFactory(arr_amount="1200.50")
    agent = program_of(UserFactory(role="agent"))

    body = agent.get(one(account)).json()

    assert body["arr_amount"] is None
    assert body["has_subscription"] is None
    assert agent.get(ADDRESS, {"ordering": "-arr"}).status_code == 400
    assert ids(agent.get(ADDRESS, {"ordering": "name"})) == [str(account.public_id)]


@pytest.mark.parametrize(("body", "pointer"), [
    ({}, "/name"),
    ({"name": ""}, "/name"),
    ({"name": "x" * 201}, "/name"),
    ({"name": "a\u0000b"}, None),
    ({"name": None}, "/name"),
    ({"name": "x", "seats": -1}, "/seats"),
    ({"name": "x", "seats": 10**12}, "/seats"),
    ({"name": "x", "employees": "many"}, "/employees"),
    ({"name": "x", "timezone": "Mars/Base"}, "/timezone"),
    ({"name": "x", "stage": "lost"}, "/stage"),
    ({"name": "x", "owner": str(uuid.uuid4())}, "/owner"),
    ({"name": "x", "owner": "x"}, "/owner"),
    ({"name": "x", "owner": {"id": 1}}, "/owner"),
    ({"name": "x", "owner": 1}, "/owner"),
    ({"name": "x", "first_seen_on": "03/02/2024"}, "/first_seen_on"),
    ({"name": "x", "tags": "a"}, "/tags"),
    ({"name": "x", "tags": ["t" * 61]}, "/tags/0"),
    ({"name": "x", "custom": {"nothing": 1}}, "/custom_nothing"),
    ({"name": "x", "external_ids": [{"source": "crm"}]}, "/external_ids/0/external_id"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_and_named(api, body, pointer):
    answer = api.post(ADDRESS, body)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert pointer is None or pointer in errors(answer)
    assert Account.objects.count() == 0


def test_an_external_id_somebody_else_has_is_refused(api):
    AccountExternalIdFactory(source="crm", external_id="A-1")

    answer = api.post(ADDRESS, {
        "name": "x", "external_ids": [{"source": "crm", "external_id": "A-1"}],
    })  # fmt: skip

    assert answer.status_code == 400
    assert errors(answer) == ["/external_ids"]
    assert Account.objects.count() == 1


@pytest.mark.parametrize("extra", [
    {"id": 7}, {"health_score": 99}, {"health_band": "green"}, {"arr_amount": 1e6},
    {"version": 40}, {"created_at": "2000-01-01T00:00Z"}, {"merged_into": 1},
    {"archived_at": "2000-01-01T00:00Z"}, {"segment": str(uuid.uuid4())},
    {"is_superuser": True}, {"role": "admin"}, {"public_id": str(uuid.uuid4())},
    {"is_churned": True}, {"search": "x"}, {"owner_id": 1},
])  # fmt: skip
def test_what_is_not_the_callers_to_set_stays_as_it_is(api, extra):
    account = AccountFactory()
    before = Account.objects.filter(pk=account.pk).values().get()

    answer = api.patch(one(account), extra)

    assert answer.status_code in (200, 400)
    assert Account.objects.filter(pk=account.pk).values().get() == before
    made = api.post(ADDRESS, {"name": "New", **extra})
    assert made.status_code == 201
    fresh = Account.objects.get(name="New")
    assert (fresh.health_score, fresh.arr_amount, fresh.version) == (None, 0, 1)
    assert fresh.archived_at is None


def test_a_parent_nobody_may_see_is_like_one_that_does_not_exist(organisation):
    organisation.row_scope = "book"
    organisation.save()
    me = UserFactory(role="csm")
    mine, foreign = AccountFactory(owner=me), AccountFactory()
    program = program_of(me)

    hidden = program.patch(one(mine), {"parent": str(foreign.public_id)})
    absent = program.patch(one(mine), {"parent": str(uuid.uuid4())})

    assert hidden.status_code == absent.status_code == 400
    assert errors(hidden) == errors(absent) == ["/parent"]
    mine.refresh_from_db()
    assert mine.parent is None


def test_a_stale_if_match_is_412_with_the_present_tag_and_changes_nothing(api, admin):
    account = AccountFactory(name="First")
    tag = api.get(one(account))["ETag"]
    update_account(account, by=admin, name="Second")

    stale = api.patch(one(account), {"name": "Third"}, headers={"If-Match": tag})

    assert stale.status_code == 412
    assert stale["ETag"] == '"2"'
    account.refresh_from_db()
    assert account.name == "Second"
    fresh = api.patch(
        one(account), {"name": "Third"}, headers={"If-Match": stale["ETag"]}
    )
    assert fresh.status_code == 200
    anyway = api.patch(one(account), {"name": "Fourth"}, headers={"If-Match": "*"})
    assert anyway.status_code == 200


def test_put_by_external_id_creates_then_changes_then_finds(api):
    address = f"{ADDRESS}by-external-id/crm/A%2F1%20x/"

    assert api.get(address).status_code == 404
    assert api.put(address, {"seats": 3}).status_code == 400
    made = api.put(address, {"name": "Nordwind"})
    assert made.status_code == 201
    changed = api.put(address, {"seats": 3})
    assert changed.status_code == 200
    body = api.get(address).json()
    assert (body["name"], body["seats"]) == ("Nordwind", 3)
    assert body["external_ids"] == [{"source": "crm", "external_id": "A/1 x"}]


def test_put_by_the_external_id_of_an_invisible_account_is_404(organisation):
    organisation.row_scope = "book"
    organisation.save()
    row = AccountExternalIdFactory(source="crm", external_id="A-1")
    program = program_of(UserFactory(role="csm"))

    answer = program.put(f"{ADDRESS}by-external-id/crm/A-1/", {"name": "Mine"})

    assert answer.status_code == 404
    row.account.refresh_from_db()
    assert row.account.name != "Mine"


@pytest.mark.django_db(transaction=True)
def test_many_puts_for_one_new_name_at_once_make_one_account(organisation, admin):
    program = program_of(admin)

    def put(number: int) -> int:
        try:
            return program.put(
                f"{ADDRESS}by-external-id/crm/A-1/", {"name": f"N{number}"}
            ).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(put, range(4)))

    assert sorted(statuses) == [200, 200, 200, 201]
    assert Account.objects.count() == 1


def test_merging_moves_everything_and_old_names_lead_to_the_survivor(api):
    kept = AccountFactory(name="Kept")
    row = AccountExternalIdFactory(source="crm", external_id="A-1")
    gone = row.account

    answer = api.post(f"{one(kept)}merge/", {"duplicate": str(gone.public_id)})

    assert answer.status_code == 200, answer.content
    named = api.get(f"{ADDRESS}by-external-id/crm/A-1/").json()
    assert named["id"] == str(kept.public_id)
    again = api.post(f"{one(kept)}merge/", {"duplicate": str(gone.public_id)})
    assert again.status_code == 400
    itself = api.post(f"{one(kept)}merge/", {"duplicate": str(kept.public_id)})
    assert itself.status_code == 409
    assert api.patch(one(gone), {"name": "x"}).status_code == 409


def test_merging_needs_its_own_permission():
    kept, gone = AccountFactory(), AccountFactory()
    csm = program_of(UserFactory(role="csm"))

    answer = csm.post(f"{one(kept)}merge/", {"duplicate": str(gone.public_id)})

    assert answer.status_code == 403
    gone.refresh_from_db()
    assert gone.merged_into is None


def test_bulk_answers_per_row_and_applies_the_rows_that_are_right(api):
    known = AccountFactory(name="Known")
    named = AccountExternalIdFactory(source="crm", external_id="A-1").account
    items = [
        {"name": "New"},
        {"id": str(known.public_id), "seats": 5},
        {"source": "crm", "external_id": "A-1", "name": "Renamed"},
        {"source": "crm", "external_id": "A-2", "name": "Made"},
        {"seats": 1},
        {"id": str(uuid.uuid4()), "seats": 1},
        {"name": "Bad", "seats": -1},
        {"name": "Half", "source": "crm"},
    ]

    answer = api.post(f"{ADDRESS}bulk/", {"items": items})

    assert answer.status_code == 200, answer.content
    results = answer.json()["results"]
    assert [row["index"] for row in results] == list(range(8))
    assert [row["status"] for row in results] == [
        201, 200, 200, 201, 400, 404, 400, 400,
    ]  # fmt: skip
    assert results[6]["errors"][0]["pointer"] == "/seats"
    known.refresh_from_db()
    named.refresh_from_db()
    assert (known.seats, named.name) == (5, "Renamed")
    assert not Account.objects.filter(name__in=["Bad", "Half"]).exists()


@pytest.mark.parametrize("items", [[], [{"name": "x"}] * 1001, "x", [1], None])
def test_bulk_takes_between_one_and_a_thousand_objects(api, items):
    answer = api.post(f"{ADDRESS}bulk/", {"items": items})

    assert answer.status_code == 400
    assert Account.objects.count() == 0
