"""Saved views over the API."""

import pytest

from organisation.models import SavedView
from tests.api.conftest import program_of
from tests.factories.organisation import UserFactory

VIEWS = "/api/v1/saved-views/"


def view_of(owner, **values):
    defaults = {"page": "tickets", "name": "Late", "query": "view=late"}
    return SavedView.objects.create(owner=owner, **defaults | values)


def test_a_view_is_saved_renamed_shared_and_deleted(api, admin):
    body = {"page": "tickets", "name": "Mine, late", "query": "view=mine&order=due"}
    made = api.post(VIEWS, body)

    assert made.status_code == 201, made.content
    found = made.json()
    assert {name: found[name] for name in body} == body
    assert (found["owner"], found["is_shared"]) == (str(admin.public_id), False)
    assert api.get(made["Location"]).json() == found
    changed = api.patch(made["Location"], {"is_shared": True}).json()
    assert (changed["name"], changed["is_shared"]) == ("Mine, late", True)
    assert api.patch(made["Location"], {"name": "Late"}).json()["name"] == "Late"
    assert api.delete(made["Location"]).status_code == 204
    assert api.get(made["Location"]).status_code == 404


def test_one_sees_ones_own_views_and_the_shared_ones():
    agent, other = UserFactory(role="agent"), UserFactory(role="agent")
    view_of(agent, name="own")
    view_of(agent, name="tasks", page="tasks")
    shared = view_of(other, name="shared", is_shared=True)
    view_of(other, name="private")
    api = program_of(agent)
    rows = api.get(VIEWS, {"page": "tickets", "ordering": "name", "fields": "name"})

    assert rows.json()["results"] == [{"name": "own"}, {"name": "shared"}]
    address = f"{VIEWS}{shared.public_id}/"
    assert api.get(address).status_code == 200
    assert api.patch(address, {"name": "x"}).status_code == 404
    assert api.delete(address).status_code == 404
    hidden = SavedView.objects.get(name="private")
    assert api.get(f"{VIEWS}{hidden.public_id}/").status_code == 404


def test_who_may_not_share_keeps_views_to_themselves():
    agent = UserFactory(role="agent")
    api, view = program_of(agent), view_of(agent)
    assert not agent.has_perm_code("share_views")

    answer = api.patch(f"{VIEWS}{view.public_id}/", {"is_shared": True})

    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/is_shared"]
    assert not SavedView.objects.filter(is_shared=True).exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"page": "weather"}, "/page"),
        ({"name": ""}, "/name"),
        ({"query": "x" * 2001}, "/query"),
    ],
)
def test_a_view_that_cannot_be_names_the_field(api, body, pointer):
    answer = api.post(VIEWS, {"page": "tickets", "name": "Late"} | body)

    assert answer.status_code == 400
    assert pointer in {each["pointer"] for each in answer.json()["errors"]}


def test_a_name_is_used_once(api, admin):
    view_of(admin, name="Late")
    answer = api.post(VIEWS, {"page": "tickets", "name": "late"})

    assert answer.status_code == 400
    assert "already have a view" in answer.content.decode()


def test_a_token_needs_the_scope_of_reports():
    agent = UserFactory(role="agent")
    body = {"page": "tickets", "name": "Late"}

    assert program_of(agent, scopes=("tickets:read",)).get(VIEWS).status_code == 403
    reader = program_of(agent, scopes=("reports:read",))
    assert reader.get(VIEWS).status_code == 200
    assert reader.post(VIEWS, body).status_code == 403
