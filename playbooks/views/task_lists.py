"""Lists of tasks: everybody's page, and the tab of an account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_for
from accounts.account_page import account_page
from core.http import AuthenticatedRequest
from core.paging import CursorRefused, capped_count
from organisation.access import require
from organisation.clock import today
from organisation.models import SavedView
from organisation.permissions import Permission
from playbooks.forms import TaskFilterForm, TaskForm, people_choices
from playbooks.queries import DONE, OPEN, grouped, task_list, task_page, tasks_of

fresh = cache_control(private=True, no_store=True)
_FILTERS = ("due", "owner", "origin")


@require_safe
@fresh
@vary_on_headers("HX-Request")
@require(Permission.VIEW_TASKS)
def tasks(request: AuthenticatedRequest) -> HttpResponse:
    """What is to be done: mine, my team's or all; open or done."""
    form = TaskFilterForm(request.GET)
    choice = form.chosen()
    found = task_list(request.user, **choice)
    try:
        page = _page(request, found, choice["state"])
    except CursorRefused:
        return redirect(_list_url(_without_place(request.GET)))
    may_edit = request.user.has_perm_code(Permission.EDIT_TASKS)
    context = (
        _bar(request, form, choice)
        | page
        | {
            "count": capped_count(found),
            "add_form": TaskForm(user=request.user) if may_edit else None,
            "owners": people_choices() if may_edit else [],
            "me": str(request.user.public_id),
        }
    )
    template = "playbooks/tasks.html" + ("#rows" if request.htmx else "")
    return render(request, template, context)


@require_safe
@fresh
@require(Permission.VIEW_TASKS)
def account_tasks(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """The tasks of an account."""
    account = account_for(request, public_id, Permission.VIEW_TASKS)
    state = DONE if request.GET.get("state") == DONE else OPEN
    try:
        page = _page(request, tasks_of(account, state=state), state)
    except CursorRefused:
        return redirect("playbooks:account_tasks", account.public_id)
    may_edit = page["may_edit"] and account.archived_at is None
    context = (
        account_page(request, account)
        | page
        | {
            "state": state,
            "states": TaskFilterForm.STATES,
            "may_edit_tasks": may_edit,
            "may_edit_rows": may_edit,
        }
    )
    return render(request, "playbooks/account_tasks.html", context)


def _page(request: AuthenticatedRequest, found: Any, state: str) -> dict[str, Any]:
    """The rows of the address, in their groups, and where the pager leads."""
    after, before = request.GET.get("cursor", ""), request.GET.get("before", "")
    page = task_page(found, state=state, after=after, before=before)
    is_open = state == OPEN
    may_edit = request.user.has_perm_code(Permission.EDIT_TASKS)
    return {
        "page": page,
        "groups": grouped(page.rows) if is_open else [],
        "is_open": is_open,
        "next_url": _place_url(request, "cursor", page.next),
        "previous_url": _place_url(request, "before", page.previous),
        "may_edit": may_edit,
        "may_edit_rows": may_edit,
        "here": request.get_full_path(),
        "today": today(),
    }


def _bar(
    request: AuthenticatedRequest, form: TaskFilterForm, choice: dict[str, str]
) -> dict[str, Any]:
    """The bar above the list: whose, open or done, filters, saved views."""
    query = request.GET
    return {
        "form": form,
        "choice": choice,
        "whose": _chips(query, "whose", TaskFilterForm.WHOSE, choice["whose"]),
        "states": _chips(query, "state", TaskFilterForm.STATES, choice["state"]),
        "filters": [
            {
                "label": form.fields[name].label,
                "value": _words(form, name, choice.get(name, "")),
                "field": form[name],
                "clear_url": _list_url(_without_place(query, **{name: ""})),
            }
            for name in _FILTERS
            if name != "due" or choice["state"] == OPEN
        ],
        "is_filtered": bool(choice.keys() & set(_FILTERS)),
        "all_url": _list_url(_without_place(query, due="", owner="", origin="")),
        "views": [
            (view.name, _list_url(QueryDict(view.query)))
            for view in SavedView.objects.for_page("tasks", request.user)
        ],
        "query": _without_place(query).urlencode(),
        "may_share": request.user.has_perm_code(Permission.SHARE_VIEWS),
    }


def _chips(query: QueryDict, name: str, choices: Any, now: str) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "href": _list_url(_without_place(query, **{name: value})),
            "is_on": value == now,
        }
        for value, label in choices
    ]


def _words(form: TaskFilterForm, name: str, value: str) -> str:
    choices: Any = form.fields[name].choices  # type: ignore[attr-defined]
    return str(dict(choices).get(value, "")) if value else ""


def _list_url(query: QueryDict) -> str:
    words = query.urlencode()
    return reverse("playbooks:tasks") + (f"?{words}" if words else "")


def _without_place(query: QueryDict, **changes: str) -> QueryDict:
    """The address without its page, and with these filters changed ("" removes)."""
    kept = query.copy()
    for name in ("cursor", "before", *changes):
        kept.pop(name, None)
    for name, value in changes.items():
        if value:
            kept[name] = value
    return kept


def _place_url(request: AuthenticatedRequest, place: str, cursor: str) -> str:
    if not cursor:
        return ""
    query = _without_place(request.GET, **{place: cursor})
    return f"{request.path}?{query.urlencode()}"
