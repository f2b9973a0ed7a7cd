"""The contacts, segments, plans, users and teams resources."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, Contact, Segment
from tests.api.conftest import program_of
from tests.factories.accounts import (
    AccountFactory,
    ContactFactory,
    ContactRoleFactory,
    CustomFieldFactory,
    PlanFactory,
)
from tests.factories.organisation import TeamFactory, UserFactory

CONTACTS = "/api/v1/contacts/"
SEGMENTS = "/api/v1/segments/"


def one(contact: Contact) -> str:
    return f"{CONTACTS}{contact.public_id}/"


def ids(answer) -> list[str]:
    return [row["id"] for row in answer.json()["results"]]


def test_a_contact_is_created_read_changed_archived_and_restored(api):
    account = AccountFactory()

    made = api.post(CONTACTS, {
        "account": str(account.public_id), "name": "Mia", "email": "mia@example.com",
        "roles": ["champion", "key_contact"], "source": "crm", "external_id": "C-1",
        "is_opted_out_email": True,
    })  # fmt: skip

    assert made.status_code == 201, made.content
    assert made.json()["roles"] == ["champion", "key_contact"]
    address = made["Location"]
    changed = api.patch(address, {"roles": ["champion"], "title": "CTO"})
    body = changed.json()
    assert (body["roles"], body["title"]) == (["champion"], "CTO")
    assert (body["is_opted_out_email"], changed["ETag"]) == (True, '"2"')
    assert ids(api.get(CONTACTS, {"role": "champion"})) == [body["id"]]
    assert ids(api.get(CONTACTS, {"role": "key_contact"})) == []
    assert api.delete(address).status_code == 204
    assert ids(api.get(CONTACTS)) == []
    assert api.patch(address, {"title": "x"}).status_code == 409
    assert api.get(address).json()["roles"] == []
    assert api.post(f"{address}restore/").json()["archived_at"] is None


def test_contacts_are_found_by_account_words_and_address(api):
    mia = ContactFactory(name="Mia Wolf", email="mia@example.com")
    ContactFactory(name="Otto")

    for query in (
        {"account": str(mia.account.public_id)}, {"q": "wol"},
        {"email": "MIA@example.com"},
    ):  # fmt: skip
        assert ids(api.get(CONTACTS, query)) == [str(mia.public_id)]
    assert api.get(CONTACTS, {"account": "x"}).status_code == 400


def test_a_contact_cannot_be_moved_or_given_a_version(api):
    contact, other = ContactFactory(), AccountFactory()

    answer = api.patch(
        one(contact), {"account": str(other.public_id), "version": 9, "name": "New"}
    )

    assert answer.status_code == 200
    contact.refresh_from_db()
    assert contact.account_id != other.pk
    assert contact.version == 2


def test_a_stale_contact_is_412(api):
    contact = ContactFactory()
    tag = api.get(one(contact))["ETag"]
    api.patch(one(contact), {"title": "A"})

    stale = api.patch(one(contact), {"title": "B"}, headers={"If-Match": tag})

    assert stale.status_code == 412
    assert stale["ETag"] == '"2"'


def test_merged_contacts_are_told_to_those_who_keep_copies(api):
    account = AccountFactory()
    kept, gone = (ContactFactory(account=account) for _ in range(2))
    start = timezone.now() - timedelta(minutes=1)

    merged = api.post(f"{one(kept)}merge/", {"duplicate": str(gone.public_id)})

    assert merged.status_code == 200
    answer = api.get(f"{CONTACTS}gone/", {"since": start.isoformat()})
    (row,) = answer.json()["results"]
    assert row["id"] == str(gone.public_id)
    assert row["replaced_by"] == str(kept.public_id)
    assert api.get(one(gone)).status_code == 404
    assert api.get(f"{CONTACTS}gone/").status_code == 400
    assert api.get(f"{CONTACTS}gone/", {"since": "x"}).status_code == 400


def test_contacts_of_two_accounts_do_not_become_one(api):
    kept, gone = ContactFactory(), ContactFactory()

    answer = api.post(f"{one(kept)}merge/", {"duplicate": str(gone.public_id)})

    assert answer.status_code == 409
    assert Contact.objects.count() == 2


def test_the_list_of_contacts_costs_the_same_for_few_and_for_many(
    api, django_assert_max_num_queries
):
    for _ in range(12):
        ContactRoleFactory()
    api.get(CONTACTS)

    with django_assert_max_num_queries(5):
        api.get(CONTACTS)


def test_a_segment_is_made_moved_changed_and_removed_and_accounts_follow(api):
    Segment.objects.all().delete()
    account = AccountFactory(employees=5000)
    values = {
        "name": "Giants", "coverage_model": "high_touch", "touch_cadence_days": 14,
        "rules": [{"field": "employees", "op": "gt", "value": 1000}],
    }  # fmt: skip

    made = api.post(SEGMENTS, values)

    assert made.status_code == 201, made.content
    body = made.json()
    account.refresh_from_db()
    assert str(account.segment.public_id) == body["id"]
    everything = api.post(SEGMENTS, {"name": "Rest", "rules": []}).json()
    moved = api.post(f"{SEGMENTS}{everything['id']}/move/", {"direction": "up"})
    assert moved.json()["priority"] < body["priority"] + 10
    account.refresh_from_db()
    assert account.segment.name == "Rest"
    address = f"{SEGMENTS}{everything['id']}/"
    api.patch(address, {"rules": [{"field": "employees", "op": "lt", "value": 3}]})
    account.refresh_from_db()
    assert account.segment.name == "Giants"
    assert api.delete(address).status_code == 204
    assert Segment.objects.count() == 1


@pytest.mark.parametrize("rules", [
    [{"field": "owner__password", "op": "eq", "value": "x"}],
    [{"field": "employees", "op": "raw", "value": 1}],
    [{"field": "employees", "op": "gt", "value": "many"}],
    [{}], "x", [1], [{"any": []}], [{"field": "arr", "op": "gt", "value": 1}] * 21,
    [{"field": "custom.x'; drop", "op": "eq", "value": "x"}],
])  # fmt: skip
def test_a_rule_that_means_nothing_is_refused(api, rules):
    before = Segment.objects.count()

    answer = api.post(SEGMENTS, {"name": "x", "rules": rules})

    assert answer.status_code == 400
    assert Segment.objects.count() == before


def test_plans_custom_fields_users_and_teams_are_read(api, admin):
    plan, team = PlanFactory(), TeamFactory()
    field = CustomFieldFactory()
    person = UserFactory(role="csm", team=team)

    assert str(plan.public_id) in ids(api.get("/api/v1/plans/"))
    assert api.get(f"/api/v1/plans/{plan.public_id}/").json()["name"] == plan.name
    assert ids(api.get("/api/v1/custom-fields/")) == [str(field.public_id)]
    assert ids(api.get("/api/v1/users/", {"role": "csm"})) == [str(person.public_id)]
    shown = api.get(f"/api/v1/users/{person.public_id}/", {"expand": "team"}).json()
    assert shown["team"]["name"] == team.name
    assert "password" not in shown
    assert api.get("/api/v1/users/me/").json()["id"] == str(admin.public_id)
    assert ids(api.get("/api/v1/teams/")) == [str(team.public_id)]
    assert api.get(f"/api/v1/teams/{team.public_id}/").status_code == 200
    by_team = api.get("/api/v1/users/", {"team": str(team.public_id)})
    assert ids(by_team) == [str(person.public_id)]


def test_tokens_are_listed_without_secrets_and_revoked(api, admin):
    other = program_of(admin)

    rows = api.get("/api/v1/tokens/").json()["results"]

    assert len(rows) == 2
    assert "secret" not in str(rows)
    gone = api.post(f"/api/v1/tokens/{rows[1]['id']}/revoke/")
    assert gone.json()["revoked_at"] is not None
    assert other.get("/api/v1/plans/").status_code == 401
    csm = program_of(UserFactory(role="csm"))
    assert csm.get("/api/v1/tokens/").status_code == 403
    assert api.post(f"/api/v1/tokens/{uuid.uuid4()}/revoke/").status_code == 404


def test_nothing_is_written_by_a_refused_request(organisation):
    organisation.row_scope = "book"
    organisation.save()
    hidden = ContactFactory()
    before = (
        list(Account.objects.order_by("pk").values()),
        list(Contact.objects.order_by("pk").values()),
    )
    program = program_of(UserFactory(role="csm"))

    refused = [
        program.patch(one(hidden), {"name": "x"}),
        program.delete(one(hidden)),
        program.post(f"{one(hidden)}restore/"),
        program.post(f"{one(hidden)}merge/", {"duplicate": str(hidden.public_id)}),
        program.post(CONTACTS, {"account": str(hidden.account.public_id), "name": "x"}),
    ]

    assert [answer.status_code for answer in refused] == [404, 404, 404, 404, 400]
    assert before == (
        list(Account.objects.order_by("pk").values()),
        list(Contact.objects.order_by("pk").values()),
    )
