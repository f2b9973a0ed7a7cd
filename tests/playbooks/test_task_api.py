"""Tasks over the API."""

import uuid

import pytest

from organisation.models import Organisation
from playbooks.models import Task
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.playbooks import TaskFactory

pytestmark = pytest.mark.django_db
TASKS = "/api/v1/tasks/"


@pytest.fixture
def csm(client):
    person = UserFactory(role="csm")
    client.force_login(person)
    return person


def send(client, method, address, body=None, **headers):
    return getattr(client, method)(
        address, body or {}, content_type="application/json", headers=headers
    )


def listed(client, **params):
    return {row["title"] for row in client.get(TASKS, params).json()["results"]}


def test_a_task_is_created_once_however_often_it_is_sent(client, csm):
    account = AccountFactory()
    body = {
        "title": "Call", "account": str(account.public_id), "due_on": "2026-03-01",
        "owner": str(csm.public_id),
    }  # fmt: skip
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = send(client, "post", TASKS, body, **key)
    second = send(client, "post", TASKS, body, **key)

    assert (first.status_code, first.json()) == (201, second.json())
    assert first["Location"].endswith(f"/tasks/{first.json()['id']}/")
    assert Task.objects.count() == 1


@pytest.mark.usefixtures("csm")
def test_wrong_values_are_named(client):
    answer = send(client, "post", TASKS, {"title": "", "due_on": "soon"})
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert (answer.status_code, pointers) == (400, {"/title", "/due_on"})


def test_a_list_is_narrowed_and_a_misspelt_filter_refused(client, csm):
    TaskFactory(title="mine", owner=csm, due_on="2026-03-01")
    TaskFactory(title="nobody's")
    TaskFactory(title="done", owner=csm, done_at="2026-03-01T10:00Z")

    assert listed(client) == {"mine", "nobody's"}
    assert listed(client, owner="me", state="all") == {"mine", "done"}
    assert listed(client, owner="none") == {"nobody's"}
    assert listed(client, due_until="2026-03-01") == {"mine"}
    assert listed(client, ordering="-due") == {"mine", "nobody's"}
    assert client.get(TASKS, {"owners": "me"}).status_code == 400
    assert client.get(TASKS, {"owner": "x"}).status_code == 400


@pytest.mark.usefixtures("csm")
def test_a_change_insists_on_the_version_it_read(client):
    task = TaskFactory()
    address = f"{TASKS}{task.public_id}/"
    etag = client.get(address)["ETag"]
    changed = send(client, "patch", address, {"title": "Write"}, **{"If-Match": etag})
    late = send(client, "patch", address, {"title": "Visit"}, **{"If-Match": etag})

    assert (changed.status_code, changed.json()["title"]) == (200, "Write")
    assert (late.status_code, late["ETag"]) == (412, '"2"')


@pytest.mark.usefixtures("csm")
def test_the_life_of_a_task(client):
    task = TaskFactory()
    address = f"{TASKS}{task.public_id}/"
    assert send(client, "post", f"{address}done/").json()["done_at"]
    assert send(client, "post", f"{address}reopen/").json()["done_at"] is None
    assert send(client, "delete", address).status_code == 204
    assert client.get(address).status_code == 404
    assert send(client, "post", f"{address}restore/").status_code == 200
    assert client.get(address).status_code == 200


def test_what_is_out_of_sight_does_not_exist(client, csm):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    task, account = TaskFactory(), AccountFactory()
    assert client.get(f"{TASKS}{task.public_id}/").status_code == 404
    body = {"title": "Call", "account": str(account.public_id)}
    assert send(client, "post", TASKS, body).status_code == 400


def test_more_tasks_take_no_more_queries(client, csm, django_assert_max_num_queries):
    TaskFactory.create_batch(3, owner=csm, created_by=csm)
    with django_assert_max_num_queries(20) as few:
        client.get(TASKS)
    for _ in range(5):
        TaskFactory(owner=UserFactory(), created_by=UserFactory())
    with django_assert_max_num_queries(len(few)):
        client.get(TASKS)
