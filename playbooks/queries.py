"""Tasks as lists show them: whose, in which state, how urgent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from core.paging import Order, Page, keyset_page
from organisation.clock import today
from organisation.models import User
from playbooks.models import Task, TaskQuerySet

MINE, TEAM, ALL = "mine", "team", "all"
OPEN, DONE = "open", "done"
BY_DUE_DAY = Order("due", "due_on")
BY_DONE = Order("done", "done_at", is_descending=True, is_nullable=False)
WEEK = timedelta(days=7)
# The number beside the word in the side bar is for a glance.

GROUP_WORDS: dict[str, Promise] = {
    "overdue": _("Overdue"),
    "today": _("Today"),
    "week": _("Next 7 days"),
    "later": _("Later"),
    "none": _("No due day"),
}


@dataclass(frozen=True)
class TaskGroup:
    """Tasks that are equally urgent, under their heading."""

    key: str
    label: Promise | str
    tasks: list[Task]


def task_list(
    user: User,
    *,
    whose: str = MINE,
    state: str = OPEN,
    due: str = "",
    owner: str = "",
    origin: str = "",
) -> TaskQuerySet:
    """Tasks this person may see, narrowed by each given choice.

    ``whose`` is "mine", "team" (people of one's team) or "all"; ``due`` one of the
    groups' keys; ``owner`` a person's public id, "none" or empty.
    """
    found = Task.objects.visible_to(user)
    found = found.open() if state == OPEN else found.done()
    if whose == MINE:
        found = found.filter(owner=user)
    elif whose == TEAM:
        found = found.filter(_of_team(user))
    if due:
        found = found.filter(_due(due, today()))
    if owner == "none":
        found = found.filter(owner__isnull=True)
    elif owner:
        found = found.filter(owner__public_id=owner)
    if origin:
        found = found.filter(origin=origin)
    return found


def task_page(
    tasks: TaskQuerySet, *, state: str = OPEN, after: str = "", before: str = ""
) -> Page[Task]:
    """One page: open ones by due day, done ones the newest first."""
    order = BY_DUE_DAY if state == OPEN else BY_DONE
    return keyset_page(tasks.with_people(), order=order, after=after, before=before)


def grouped(tasks: Iterable[Task]) -> list[TaskGroup]:
    """Open tasks under overdue, today, this week, later and no due day."""
    day = today()
    return [
        TaskGroup(key, GROUP_WORDS[key], list(rows))
        for key, rows in groupby(tasks, key=lambda task: due_group(task.due_on, day))
    ]


def due_group(due_on: date | None, day: date) -> str:
    """How urgent a due day is on a day of the organisation."""
    if due_on is None:
        return "none"
    if due_on < day:
        return "overdue"
    if due_on == day:
        return "today"
    return "week" if due_on <= day + WEEK else "later"


def tasks_of(account: Account, *, state: str = OPEN) -> TaskQuerySet:
    """The tasks of an account, which the page has already made sure one may see."""
    found = Task.objects.filter(account=account)
    return found.open() if state == OPEN else found.done()


def open_task_count(account: Account) -> int:
    """How much is still to be done for an account."""
    return Task.objects.filter(account=account).open().count()


def due_tasks(user: User) -> TaskQuerySet:
    """One's own tasks that are due today or late."""
    visible = Task.objects.visible_to(user)
    return visible.filter(owner=user).open().filter(due_on__lte=today())


def chosen_tasks(user: User, public_ids: Sequence[UUID]) -> TaskQuerySet:
    """The tasks of these ids that this person may see."""
    return Task.objects.visible_to(user).filter(public_id__in=public_ids)


def _of_team(user: User) -> Q:
    if user.team_id is None:
        return Q(owner=user)
    return Q(owner__team_id=user.team_id)


def _due(group: str, day: date) -> Q:
    return {
        "overdue": Q(due_on__lt=day),
        "today": Q(due_on=day),
        "week": Q(due_on__gt=day, due_on__lte=day + WEEK),
        "later": Q(due_on__gt=day + WEEK),
        "none": Q(due_on__isnull=True),
    }[group]
