"""What this room writes: tasks, one by one and many at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from accounts.services.differences import differences
from events.services import Actor, build_event, record_event, record_events
from organisation.models import User
from organisation.notifications import notify
from playbooks.models import Task, TaskOrigin

EDITABLE = frozenset({"title", "note", "due_on", "owner"})


class StaleTask(Exception):
    """Somebody else changed the task meanwhile; ``current`` is how it is now."""

    def __init__(self, current: Task) -> None:
        super().__init__(f"{current} was changed meanwhile.")
        self.current = current


@transaction.atomic
def create_task(
    *,
    by: Actor | None,
    title: str,
    account: Account | None = None,
    due_on: date | None = None,
    owner: User | None = None,
    note: str = "",
    origin: str = TaskOrigin.PERSON,
    playbook: str = "",
) -> Task:
    """Write down what is to be done; whoever else is to do it is told.

    Raises ValidationError with messages per field, also for an owner who may not see
    the account.
    """
    task = Task(
        title=" ".join(title.split()),
        account=account,
        due_on=due_on,
        owner=owner,
        note=note.strip(),
        origin=origin,
        playbook=playbook,
        created_by_id=getattr(by, "pk", None),
    )
    _check(task)
    task.save()
    _record("task_created", task, by, {"due_on": _plain_day(due_on)})
    _tell_owner(task, by)
    task.refresh_from_db()
    return task


@transaction.atomic
def update_task(
    task: Task, *, by: Actor | None, expected_version: int | None = None, **changed: Any
) -> Task:
    """Change title, note, due day or owner; nothing happens when nothing differs.

    Raises StaleTask when ``expected_version`` is no longer the version, and
    ValidationError with messages per field.
    """
    unknown = set(changed) - EDITABLE
    if unknown:
        raise TypeError(f"Not editable: {', '.join(sorted(unknown))}")
    current = _locked(task)
    if expected_version is not None and current.version != expected_version:
        raise StaleTask(current)
    before = Task.objects.select_related("owner").get(pk=current.pk)
    for name, value in changed.items():
        setattr(current, name, " ".join(value.split()) if name == "title" else value)
    found = differences(before, current, EDITABLE)
    if not found:
        return current
    _check(current)
    _save(current, *found)
    _record("task_updated", current, by, found)
    if "owner" in found:
        _tell_owner(current, by)
    return current


@transaction.atomic
def complete_task(task: Task, *, by: Actor | None, now: datetime | None = None) -> Task:
    """Say that it is done; a second time changes nothing."""
    current = _locked(task)
    if current.done_at is None:
        current.done_at = now or timezone.now()
        current.done_by_id = getattr(by, "pk", None)
        _save(current, "done_at", "done_by")
        _record("task_completed", current, by)
    return current


@transaction.atomic
def reopen_task(task: Task, *, by: Actor | None) -> Task:
    """It is to be done after all."""
    current = _locked(task)
    if current.done_at is not None:
        current.done_at = current.done_by = None
        _save(current, "done_at", "done_by")
        _record("task_reopened", current, by)
    return current


@transaction.atomic
def remove_task(task: Task, *, by: Actor | None) -> Task:
    """Out of every list; it can be brought back."""
    current = _locked(task)
    if current.removed_at is None:
        current.removed_at = timezone.now()
        current.removed_by_id = getattr(by, "pk", None)
        _save(current, "removed_at", "removed_by")
        _record("task_removed", current, by)
    return current


@transaction.atomic
def restore_task(task: Task, *, by: Actor | None) -> Task:
    """Bring a removed task back as it was."""
    current = _locked(task)
    if current.removed_at is not None:
        current.removed_at = current.removed_by = None
        _save(current, "removed_at", "removed_by")
        _record("task_restored", current, by)
    return current


# --- many at once: a constant number of statements -----------------------------------


@transaction.atomic
def complete_tasks(tasks: QuerySet[Task], *, by: Actor | None) -> list[Task]:
    """Say of these tasks that they are done; returns those that were open."""
    rows = _all_locked(tasks.open())  # type: ignore[attr-defined]
    now = timezone.now()
    _write(rows, done_at=now, done_by=getattr(by, "pk", None))
    _record_all("task_completed", rows, by)
    return rows


@transaction.atomic
def reopen_tasks(tasks: QuerySet[Task], *, by: Actor | None) -> list[Task]:
    """They are to be done after all; returns those that were done."""
    rows = _all_locked(tasks.done())  # type: ignore[attr-defined]
    _write(rows, done_at=None, done_by=None)
    _record_all("task_reopened", rows, by)
    return rows


@transaction.atomic
def assign_tasks(
    tasks: QuerySet[Task], *, owner: User | None, by: Actor | None
) -> list[Task]:
    """Give these tasks to a person (or nobody); returns those that changed.

    Tasks of accounts the person may not see stay where they are.
    """
    target = owner.pk if owner else None
    rows = [row for row in _all_locked(tasks) if row.owner_id != target]
    if owner is not None:
        ids = {row.account_id for row in rows if row.account_id}
        seen = Account.objects.live().visible_to(owner).filter(pk__in=ids)
        allowed = {*seen.values_list("pk", flat=True), None}
        rows = [row for row in rows if row.account_id in allowed]
    owners = User.objects.in_bulk({row.owner_id for row in rows if row.owner_id})
    data = {}
    for row in rows:
        before = owners.get(row.owner_id or 0)
        data[row.pk] = {
            "owner": [before.label if before else None, owner.label if owner else None]
        }
    _write(rows, owner=target)
    _record_all("task_updated", rows, by, data)
    if owner is not None and rows and owner.pk != getattr(by, "pk", None):
        _tell_of_many(rows, owner, by)
    return rows


def _check(task: Task) -> None:
    task.full_clean(validate_constraints=False)
    if not task.title:
        raise ValidationError({"title": _("Say what is to be done.")})
    if task.owner is None or task.account is None:
        return
    if not task.owner.is_active:
        raise ValidationError({"owner": _("This person may not sign in any more.")})
    seen = Account.objects.visible_to(task.owner)
    if not seen.filter(pk=task.account.pk).exists():
        words = _("%(name)s may not see this account.") % {"name": task.owner.label}
        raise ValidationError({"owner": words})


def _locked(task: Task) -> Task:
    rows = Task.objects.select_for_update(of=("self",))
    return rows.select_related("account", "owner").get(pk=task.pk)


def _all_locked(tasks: QuerySet[Task]) -> list[Task]:
    """The rows in one order, so two bulk changes never wait for each other."""
    ids = tasks.order_by().values("pk")
    found = Task.objects.present().filter(pk__in=ids)
    return list(found.order_by("pk").select_for_update())


def _save(task: Task, *names: str) -> None:
    task.version += 1
    task.save(update_fields=[*names, "version", "updated_at"])


def _write(rows: Iterable[Task], **values: Any) -> None:
    found = Task.objects.filter(pk__in=[row.pk for row in rows])
    found.update(**values, version=F("version") + 1, updated_at=timezone.now())


def _record(
    kind: str, task: Task, by: Actor | None, data: dict[str, Any] | None = None
) -> None:
    record_event(kind, by=by, subject=task, account_id=task.account_id, data=data)


def _record_all(
    kind: str,
    rows: Iterable[Task],
    by: Actor | None,
    data: dict[int, dict[str, Any]] | None = None,
) -> None:
    record_events(
        build_event(
            kind,
            by=by,
            subject=row,
            account_id=row.account_id,
            data=(data or {}).get(row.pk),
        )
        for row in rows
    )


def _tell_owner(task: Task, by: Actor | None) -> None:
    """Whoever is given a task by somebody else hears of it."""
    owner = task.owner
    if owner is None or owner.pk == getattr(by, "pk", None):
        return
    giver = by.label if by is not None else _("The platform")
    notify(
        [owner],
        key=f"task-{task.pk}-{task.version}",
        kind="task_assigned",
        title=_("%(who)s gave you a task: %(title)s")
        % {"who": giver, "title": task.title},
        body=task.account.name if task.account else "",
        path=reverse("playbooks:task", args=[_public_id(task)]),
    )


def _tell_of_many(rows: list[Task], owner: User, by: Actor | None) -> None:
    giver = by.label if by is not None else _("The platform")
    words = ngettext(
        "%(who)s gave you %(n)s task", "%(who)s gave you %(n)s tasks", len(rows)
    )
    notify(
        [owner],
        key=f"tasks-{rows[0].pk}-{rows[0].version + 1}-{len(rows)}",
        kind="task_assigned",
        title=words % {"who": giver, "n": len(rows)},
        body=", ".join(row.title for row in rows[:3]),
        path=reverse("playbooks:tasks"),
    )


def _public_id(task: Task) -> Any:
    """The public id, which the database gives a new row."""
    return Task.objects.values_list("public_id", flat=True).get(pk=task.pk)


def _plain_day(day: date | None) -> str | None:
    return day.isoformat() if day else None
