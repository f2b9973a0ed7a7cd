"""The record of runs, and the button that starts one."""

from __future__ import annotations

from uuid import UUID

from celery import current_app
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from core.http import AuthenticatedRequest
from core.paging import CursorRefused
from core.toasts import toast
from health.forms import RecomputeForm
from health.models import HealthRun
from health.queries.run_lists import (
    account_errors,
    is_any_running,
    run_by_id,
    run_page,
)
from health.services import start_run
from organisation.access import require
from organisation.clock import today
from organisation.permissions import Permission

CONTINUE_TASK = "health.tasks.continue_run"


@vary_on_headers("HX-Request")
@require(Permission.VIEW_RUNS)
def runs(request: AuthenticatedRequest) -> HttpResponse:
    """Every run, the newest first; the table looks again while one works.

    Runs after a change are many and have a page of their own.
    """
    after, before = request.GET.get("cursor", ""), request.GET.get("before", "")
    is_after_change = request.GET.get("kind") == "changes"
    try:
        page = run_page(after=after, before=before, is_after_change=is_after_change)
    except CursorRefused:
        return redirect("health:runs")
    context = {
        "page": page,
        "is_after_change": is_after_change,
        "is_running": is_any_running(is_after_change=is_after_change),
        "form": RecomputeForm(today=today()),
        "may_start": request.user.has_perm_code(Permission.EDIT_SCORECARDS),
    }
    template = "health/runs.html" + ("#rows" if request.htmx else "")
    return render(request, template, context)


@vary_on_headers("HX-Request")
@require(Permission.VIEW_RUNS)
def run(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """One run: what it did, and the accounts that could not be scored."""
    found = run_by_id(public_id)
    if found is None:
        raise Http404
    context = {"run": found, "errors": account_errors(found, request.user)}
    template = "health/run.html" + ("#facts" if request.htmx else "")
    return render(request, template, context)


@require_POST
@require(Permission.EDIT_SCORECARDS)
def run_start(request: AuthenticatedRequest) -> HttpResponse:
    """Compute a day now, for all accounts; a worker does it."""
    form = RecomputeForm(request.POST, today=today())
    if not form.is_valid():
        page = {"page": run_page(), "is_running": is_any_running(), "may_start": True}
        return render(request, "health/runs.html", page | {"form": form}, status=422)
    started = start_run(
        trigger=HealthRun.Trigger.PERSON, by=request.user, **form.cleaned_data
    )
    # By name: tasks call services as pages do, neither knows the other. Without a
    # broker the run waits for the sweep that continues whatever nobody works on.
    transaction.on_commit(
        lambda: current_app.send_task(CONTINUE_TASK, [started.pk]), robust=True
    )
    toast(request, _("The scores are being computed."))
    return redirect("health:run", started.public_id)
