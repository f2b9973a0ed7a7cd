"""One task, or many: added, changed, done, removed, and the way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.access import open_account_for
from accounts.forms.conflict import conflict_rows
from accounts.models import Account
from core.http import AuthenticatedRequest
from core.public_ids import public_ids
from core.toasts import toast
from organisation.access import require
from organisation.clock import today
from organisation.permissions import Permission
from playbooks.access import task_for
from playbooks.forms import BulkTaskForm, TaskForm, task_values
from playbooks.models import Task
from playbooks.queries import chosen_tasks
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

_UNDO_SALT, _UNDO_SECONDS = "playbooks.undo", 3600


@require(Permission.EDIT_TASKS)
def task_create(request: AuthenticatedRequest) -> HttpResponse:
    """A new task, from the line above the list or from a dialog."""
    return _create(request, None)


@require(Permission.EDIT_TASKS)
def account_task_create(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """A new task for an account."""
    return _create(request, open_account_for(request, public_id, Permission.EDIT_TASKS))


def _create(request: AuthenticatedRequest, account: Account | None) -> HttpResponse:
    person = request.user
    initial = {"due_on": today(), "owner": person.public_id}
    form = TaskForm(
        request.POST or None,
        user=person,
        has_account=account is not None,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if account is not None:
            values["account"] = account
        if "owner" not in request.POST:
            values["owner"] = person
        try:
            task = create_task(by=person, **values)
        except ValidationError as error:
            form.take_errors(error)
        else:
            removal = reverse("playbooks:task_remove", args=[task.public_id])
            toast(request, _("The task is added."), undo_url=removal)
            return _back(request, account)
    return _form_answer(request, form, title=_("Add task"), account=account)


@require(Permission.VIEW_TASKS)
def task(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One task in full; changed by who was second only knowingly."""
    is_post = request.method == "POST"
    needed = Permission.EDIT_TASKS if is_post else Permission.VIEW_TASKS
    row = task_for(request, public_id, needed)
    form = TaskForm(
        request.POST or None,
        user=request.user,
        has_account=True,
        initial=task_values(row),
    )
    extra: dict[str, Any] = {"task": row, "account": row.account}
    status = 0
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            update_task(row, by=request.user, expected_version=version, **form.values())
        except ValidationError as error:
            form.take_errors(error)
        except StaleTask as stale:
            form, extra["conflict"] = _both(request, form, stale.current)
            status = 409
        else:
            toast(request, _("The task is saved."))
            return _back(request, row.account)
    return _form_answer(request, form, title=_("Task"), status=status, **extra)


def _both(
    request: AuthenticatedRequest, mine: TaskForm, current: Task
) -> tuple[TaskForm, Any]:
    """The form to be sent again, and both versions where they differ."""
    theirs = TaskForm(user=request.user, has_account=True, initial=task_values(current))
    again = TaskForm(mine.resent(current.version), user=request.user, has_account=True)
    return again, conflict_rows(mine, theirs)


@require_POST
@require(Permission.EDIT_TASKS)
def task_done(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """It is done; the message offers the way back."""
    row = complete_task(task_for(request, public_id), by=request.user)
    undo = reverse("playbooks:task_reopen", args=[row.public_id])
    toast(request, _("“%(title)s” is done.") % {"title": row.title}, undo_url=undo)
    return _back(request, row.account)


@require_POST
@require(Permission.EDIT_TASKS)
def task_reopen(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """It is to be done after all."""
    row = reopen_task(task_for(request, public_id), by=request.user)
    toast(request, _("“%(title)s” is open again.") % {"title": row.title})
    return _back(request, row.account)


@require_POST
@require(Permission.EDIT_TASKS)
def task_remove(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Out of every list; the message offers the way back."""
    row = remove_task(task_for(request, public_id), by=request.user)
    undo = reverse("playbooks:task_restore", args=[row.public_id])
    toast(request, _("“%(title)s” is removed.") % {"title": row.title}, undo_url=undo)
    return _back(request, row.account)


@require_POST
@require(Permission.EDIT_TASKS)
def task_restore(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Bring a removed task back."""
    row = restore_task(task_for(request, public_id, is_removed=True), by=request.user)
    toast(request, _("“%(title)s” is back.") % {"title": row.title})
    return _back(request, row.account)


@require_POST
@require(Permission.EDIT_TASKS)
def tasks_bulk(request: AuthenticatedRequest) -> HttpResponse:
    """Finish or hand over the chosen tasks."""
    chosen = chosen_tasks(request.user, public_ids(request.POST.getlist("chosen")))
    form = BulkTaskForm(request.POST)
    if not form.is_valid():
        words = next(iter(form.errors.values()))[0]
        toast(request, str(words), level=messages.ERROR)
        return _back(request)
    if form.cleaned_data["action"] == BulkTaskForm.COMPLETE:
        done = complete_tasks(chosen, by=request.user)
        words = ngettext("%(n)s task is done.", "%(n)s tasks are done.", len(done))
        ids = [row.pk for row in done]
        token = signing.dumps([request.user.pk, ids], salt=_UNDO_SALT, compress=True)
        undo = reverse("playbooks:tasks_undo", args=[token]) if done else ""
    else:
        owner = form.cleaned_data["owner"]
        done = assign_tasks(chosen, owner=owner, by=request.user)
        words = ngettext("%(n)s task changed hands.", "%(n)s tasks changed hands.",
                         len(done))  # fmt: skip
        undo = ""
    said = words % {"n": len(done)} if done else _("Nothing changed.")
    toast(request, said, undo_url=undo)
    return _back(request)


@require_POST
@require(Permission.EDIT_TASKS)
def tasks_undo(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Open again what a bulk action of this person finished within the hour."""
    try:
        person, ids = signing.loads(token, salt=_UNDO_SALT, max_age=_UNDO_SECONDS)
    except signing.BadSignature:
        person, ids = None, []
    if person != request.user.pk:
        toast(request, _("This can no longer be undone."), level=messages.WARNING)
        return _back(request)
    found = Task.objects.visible_to(request.user).filter(pk__in=ids)
    back = reopen_tasks(found, by=request.user)
    words = ngettext("%(n)s task is open again.", "%(n)s tasks are open again.",
                     len(back))  # fmt: skip
    toast(request, words % {"n": len(back)})
    return _back(request)


def _form_answer(
    request: AuthenticatedRequest,
    form: TaskForm,
    *,
    title: str,
    status: int = 0,
    **extra: Any,
) -> HttpResponse:
    """The form as a dialog or as a page."""
    status = status or (422 if form.errors else 200)
    may_edit = request.user.has_perm_code(Permission.EDIT_TASKS)
    context = {
        "form": form,
        "title": title,
        "submit": _("Save"),
        "action": request.path if may_edit else "",
        "body_template": "playbooks/task_fields.html",
        "back": request.POST.get("back", ""),
        **extra,
    }
    is_dialog = request.htmx and request.htmx.target == "modal-body"
    template = "components/modal.html" if is_dialog else "playbooks/task.html"
    return render(request, template, context, status=status)


def _back(
    request: AuthenticatedRequest, account: Account | None = None
) -> HttpResponse:
    """Where one came from; a dialog asks the page to load again."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    hosts = {request.get_host()}
    for address in (request.POST.get("back", ""), request.headers.get("Referer", "")):
        is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=hosts)
        if is_ours and urlsplit(address).path != request.path:
            return redirect(address)
    if account is not None:
        return redirect("playbooks:account_tasks", account.public_id)
    return redirect("playbooks:tasks")
