"""Tasks: written down, changed by who was first, done, removed and brought back."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from events.models import Event
from organisation.clock import today
from organisation.models import Notification, Organisation
from playbooks.models import Task
from playbooks.queries import due_tasks
from playbooks.services import (
    StaleTask,
    assign_tasks,
    complete_task,
    complete_tasks,
    create_task,
    remove_task,
    reopen_task,
    reopen_tasks,
    restore_task,
    update_task,
)
from tests.factories.accounts import AccountFactory
from tests.factories.organisation import OrganisationFactory, UserFactory
from tests.factories.playbooks import TaskFactory

pytestmark = pytest.mark.django_db


def kinds():
    return list(Event.objects.order_by("pk").values_list("kind", flat=True))


def test_a_new_task_leaves_an_event_on_its_account():
    person, account = UserFactory(), AccountFactory()
    task = create_task(
        by=person, title="  Call   them ", account=account, due_on=date(2026, 3, 1)
    )
    assert (task.title, task.created_by, task.version) == ("Call them", person, 1)
    event = Event.objects.get()
    assert (event.kind, event.account_id, event.subject_id) == (
        "task_created", account.pk, task.pk,
    )  # fmt: skip


def test_a_task_without_words_is_refused():
    with pytest.raises(ValidationError) as refused:
        create_task(by=None, title="   ")
    assert "title" in refused.value.message_dict


def test_who_is_given_a_task_by_somebody_else_is_told_once():
    giver, owner = UserFactory(name="Mara"), UserFactory()
    task = create_task(by=giver, title="Call", owner=owner)
    create_task(by=owner, title="My own", owner=owner)
    update_task(task, by=giver, note="Soon")

    news = Notification.objects.get()
    assert news.person == owner
    assert news.title == "Mara gave you a task: Call"
    assert str(task.public_id) in news.path


def test_handing_over_tells_the_new_owner():
    giver, owner = UserFactory(), UserFactory()
    task = TaskFactory(owner=giver)
    update_task(task, by=giver, owner=owner)
    update_task(task, by=owner, owner=giver)
    assert set(Notification.objects.values_list("person", flat=True)) == {
        owner.pk, giver.pk,
    }  # fmt: skip


def test_nobody_is_given_what_they_may_not_see():
    OrganisationFactory(row_scope=Organisation.RowScope.BOOK)
    outsider, account = UserFactory(name="Ann"), AccountFactory()
    with pytest.raises(ValidationError) as refused:
        create_task(by=None, title="Call", account=account, owner=outsider)
    assert refused.value.message_dict["owner"] == ["Ann may not see this account."]
    task = TaskFactory(account=account)
    assert assign_tasks(Task.objects.all(), owner=outsider, by=None) == []
    task.refresh_from_db()
    assert task.owner is None


def test_a_change_names_what_differs_and_raises_the_version():
    task = TaskFactory(title="Call")
    update_task(task, by=None, title="Write", due_on=date(2026, 3, 1))
    task.refresh_from_db()
    assert (task.title, task.version) == ("Write", 2)
    assert Event.objects.get().data == {
        "title": ["Call", "Write"], "due_on": [None, "2026-03-01"],
    }  # fmt: skip


def test_changing_nothing_records_nothing():
    task = TaskFactory(title="Call")
    update_task(task, by=None, title=" Call ")
    assert (task.version, kinds()) == (1, [])


def test_who_was_second_is_told_of_the_other_version():
    task = TaskFactory(title="Call")
    update_task(task, by=None, expected_version=1, title="Write")
    with pytest.raises(StaleTask) as stale:
        update_task(task, by=None, expected_version=1, title="Visit")
    assert stale.value.current.title == "Write"


def test_only_known_fields_can_be_changed():
    with pytest.raises(TypeError):
        update_task(TaskFactory(), by=None, done_at=None)


def test_a_task_goes_through_its_life_and_back():
    person, task = UserFactory(), TaskFactory()
    for act in (complete_task, reopen_task, remove_task, restore_task):
        act(task, by=person)
        act(task, by=person)
    assert kinds() == [
        "task_completed", "task_reopened", "task_removed", "task_restored",
    ]  # fmt: skip
    task.refresh_from_db()
    assert (task.done_at, task.done_by, task.removed_at, task.version) == (
        None, None, None, 5,
    )  # fmt: skip


def test_many_are_finished_and_opened_again(django_assert_num_queries):
    person = UserFactory()
    TaskFactory.create_batch(5)
    done = complete_task(TaskFactory(), by=person)

    with django_assert_num_queries(5):
        changed = complete_tasks(Task.objects.all(), by=person)

    assert (len(changed), Task.objects.open().count()) == (5, 0)
    assert len(reopen_tasks(Task.objects.exclude(pk=done.pk), by=person)) == 5
    assert kinds().count("task_completed") == 6


def test_many_are_given_to_somebody_who_is_told_once():
    giver, owner = UserFactory(name="Mara"), UserFactory()
    TaskFactory.create_batch(3)
    TaskFactory(owner=owner)

    assert len(assign_tasks(Task.objects.all(), owner=owner, by=giver)) == 3

    assert Notification.objects.get().title == "Mara gave you 3 tasks"
    assert assign_tasks(Task.objects.all(), owner=owner, by=giver) == []
    assert len(assign_tasks(Task.objects.all(), owner=None, by=giver)) == 4


@pytest.mark.parametrize(
    "wrong",
    [{"title": ""}, {"origin": "x"}, {"done_by": True}, {"removed_by": True}],
)
def test_the_database_refuses_a_task_that_cannot_be(wrong):
    values = {key: UserFactory() if v is True else v for key, v in wrong.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskFactory(**values)


def test_the_badge_counts_what_the_list_shows():
    person = UserFactory()
    archived = AccountFactory(owner=person, archived_at=timezone.now())
    TaskFactory(owner=person, account=archived, due_on=today())
    TaskFactory(owner=person, account=AccountFactory(owner=person), due_on=today())

    assert due_tasks(person).count() == 1
