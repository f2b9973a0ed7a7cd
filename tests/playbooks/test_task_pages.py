"""Lists of tasks, the tab of an account, and what people do there."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from organisation.clock import today
from organisation.models import Organisation, SavedView
from playbooks.models import Task
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import OrganisationFactory, TeamFactory, UserFactory
from tests.factories.playbooks import TaskFactory

pytestmark = pytest.mark.django_db
PAGE = "/tasks/"
HTMX = {"HX-Request": "true", "HX-Target": "modal-body"}


@pytest.fixture
def csm(client):
    person = UserFactory(role="csm", name="Mara Okafor", team=TeamFactory())
    client.force_login(person)
    return person


def shown(client, **choice):
    return [task.title for task in client.get(PAGE, choice).context["page"].rows]


def test_mine_my_teams_and_all(client, csm):
    colleague = UserFactory(team=csm.team)
    TaskFactory(title="mine", owner=csm)
    TaskFactory(title="hers", owner=colleague)
    TaskFactory(title="theirs", owner=UserFactory())

    assert shown(client) == ["mine"]
    assert set(shown(client, whose="team")) == {"mine", "hers"}
    assert set(shown(client, whose="all")) == {"mine", "hers", "theirs"}
    assert shown(client, whose="nonsense") == ["mine"]


def test_open_ones_stand_in_groups_by_their_due_day(client, csm):
    day = today()
    for days in (None, 30, 3, 0, -2):
        due_on = None if days is None else day + timedelta(days=days)
        TaskFactory(title=str(days), owner=csm, due_on=due_on)

    groups = client.get(PAGE).context["groups"]

    assert [(group.key, [t.title for t in group.tasks]) for group in groups] == [
        ("overdue", ["-2"]), ("today", ["0"]), ("week", ["3"]), ("later", ["30"]),
        ("none", ["None"]),
    ]  # fmt: skip
    assert shown(client, due="overdue") == ["-2"]
    assert shown(client, due="none") == ["None"]


def test_today_is_the_organisations_day(client, csm):
    OrganisationFactory(timezone="Pacific/Auckland")
    with time_machine.travel(datetime(2026, 3, 1, 20, tzinfo=UTC), tick=False):
        client.force_login(csm)
        TaskFactory(owner=csm, due_on=datetime(2026, 3, 2, tzinfo=UTC).date())
        (group,) = client.get(PAGE).context["groups"]
    assert group.key == "today"


def test_done_ones_are_listed_the_newest_first(client, csm):
    now = timezone.now()
    TaskFactory(title="old", owner=csm, done_at=now - timedelta(days=2))
    TaskFactory(title="new", owner=csm, done_at=now)
    TaskFactory(title="open", owner=csm)
    assert shown(client, state="done") == ["new", "old"]


def test_tasks_out_of_sight_are_neither_shown_nor_touched(client, csm):
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    mine = TaskFactory(title="mine", account=AccountFactory(owner=csm))
    theirs = TaskFactory(title="theirs")
    private = TaskFactory(title="private", account=None, owner=UserFactory())

    assert shown(client, whose="all") == ["mine"]
    chosen = [mine.public_id, theirs.public_id, private.public_id, "no id"]
    client.post(f"{PAGE}bulk/", {"action": "complete", "chosen": chosen})
    assert set(Task.objects.open()) == {theirs, private}
    assert client.get(f"{PAGE}{theirs.public_id}/").status_code == 404
    assert client.post(f"{PAGE}{private.public_id}/done/").status_code == 404


def test_a_task_is_added_in_the_line_above_the_list(client, csm):
    account = AccountFactory(name="Northwind")
    answer = client.post(
        f"{PAGE}new/",
        {
            "title": "Call the sponsor", "account": "Northwind", "due_on": "2026-03-01",
            "owner": csm.public_id, "back": f"{PAGE}?whose=all",
        },
    )  # fmt: skip
    assert answer.url == f"{PAGE}?whose=all"
    task = Task.objects.get()
    assert (task.title, task.account, task.owner) == ("Call the sponsor", account, csm)


def test_a_wrong_task_is_asked_for_again(client, csm):
    answer = client.post(f"{PAGE}new/", {"title": " ", "account": "Nobody Inc"})
    assert answer.status_code == 422
    assert "There is no account of this name." in answer.content.decode()
    assert not Task.objects.exists()


@pytest.mark.usefixtures("csm")
def test_the_way_back_never_leads_to_another_site(client):
    task = TaskFactory()
    answer = client.post(
        f"{PAGE}{task.public_id}/done/", {"back": "https://elsewhere.example/"}
    )
    assert answer.url == f"/accounts/{task.account.public_id}/tasks/"


def test_done_offers_the_way_back(client, csm):
    task = TaskFactory(owner=csm, title="Call")
    page = client.post(f"{PAGE}{task.public_id}/done/", {"back": PAGE}, follow=True)
    assert "“Call” is done." in page.content.decode()
    assert f"{PAGE}{task.public_id}/reopen/" in page.content.decode()

    client.post(f"{PAGE}{task.public_id}/reopen/")
    task.refresh_from_db()
    assert task.done_at is None


def test_removed_is_gone_until_it_is_brought_back(client, csm):
    task = TaskFactory(owner=csm)
    client.post(f"{PAGE}{task.public_id}/remove/")
    assert shown(client) == []
    assert client.get(f"{PAGE}{task.public_id}/").status_code == 404
    client.post(f"{PAGE}{task.public_id}/restore/")
    assert shown(client) == [task.title]


def test_chosen_ones_are_finished_and_that_is_undone(client, csm):
    tasks = TaskFactory.create_batch(3, owner=csm)
    ids = [task.public_id for task in tasks[:2]]
    client.post(f"{PAGE}bulk/", {"action": "complete", "chosen": ids})
    page = client.get(PAGE)
    assert Task.objects.open().count() == 1

    undo = page.content.decode().split(f'action="{PAGE}undo/')[1].split('"')[0]
    client.post(f"{PAGE}undo/{undo}")
    assert Task.objects.open().count() == 3

    client.force_login(UserFactory(role="csm"))
    client.post(f"{PAGE}undo/{undo}")
    assert client.post(f"{PAGE}undo/nonsense/").status_code == 302


def test_chosen_ones_are_handed_over(client, csm):
    task, other = TaskFactory(owner=csm), UserFactory()
    chosen = {"action": "assign", "chosen": [task.public_id]}
    client.post(f"{PAGE}bulk/", chosen | {"owner": ""})
    task.refresh_from_db()
    assert task.owner == csm
    client.post(f"{PAGE}bulk/", chosen | {"owner": other.public_id})
    task.refresh_from_db()
    assert task.owner == other


def test_a_task_is_changed_in_a_dialog(client, csm):
    task = TaskFactory(owner=csm, title="Call")
    address = f"{PAGE}{task.public_id}/"
    dialog = client.get(address, headers=HTMX)
    sent = {"title": "Write", "owner": csm.public_id, "version": 1}
    saved = client.post(address, sent, headers=HTMX)
    stale = client.post(address, sent | {"title": "Visit"}, headers=HTMX)

    assert "<html" not in dialog.content.decode()
    assert (saved.status_code, saved["HX-Refresh"]) == (204, "true")
    assert stale.status_code == 409
    task.refresh_from_db()
    assert task.title == "Write"


def test_the_tab_of_an_account_shows_its_tasks_with_their_number(client, csm):
    account = AccountFactory(owner=csm)
    TaskFactory(title="Call", account=account)
    TaskFactory(title="Gone", account=account, done_at=timezone.now())
    TaskFactory(title="Elsewhere")

    page = client.get(f"/accounts/{account.public_id}/tasks/")

    (tab,) = [tab for tab in page.context["tabs"] if tab["label"] == "Tasks"]
    assert (tab["count"], tab["is_on"]) == (1, True)
    assert [task.title for task in page.context["page"].rows] == ["Call"]
    client.post(f"/accounts/{account.public_id}/tasks/new/", {"title": "Write"})
    assert Task.objects.get(title="Write").owner == csm


def test_a_leader_reads_and_changes_nothing(client):
    client.force_login(UserFactory(role="leader"))
    task = TaskFactory()
    page = client.get(PAGE, {"whose": "all"}).content.decode()
    assert task.title in page
    assert "What is to be done?" not in page
    assert client.get(f"{PAGE}{task.public_id}/").status_code == 200
    assert client.post(f"{PAGE}{task.public_id}/done/").status_code == 403


def test_pages_go_on_where_the_last_one_ended(client, csm):
    TaskFactory.create_batch(60, owner=csm)
    first = client.get(PAGE)
    second = client.get(first.context["next_url"])
    assert len(second.context["page"].rows) == 10
    assert client.get(PAGE, {"cursor": "damaged"}).url == PAGE


def test_a_list_is_kept_as_a_view_of_its_own(client, csm):
    client.post(
        "/views/new/", {"page": "tasks", "name": "Late", "query": "due=overdue"}
    )
    assert SavedView.objects.get().page == "tasks"
    assert "/tasks/?due=overdue" in client.get(PAGE).content.decode()


def test_more_tasks_take_no_more_queries(client, csm, django_assert_max_num_queries):
    def add():
        for _ in range(5):
            account = AccountFactory(owner=csm)
            TaskFactory(owner=csm, account=account, created_by=UserFactory())

    add()
    with django_assert_max_num_queries(40) as few:
        client.get(PAGE)
    add()
    with django_assert_max_num_queries(len(few)):
        client.get(PAGE)
