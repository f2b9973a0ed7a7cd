"""The import pages: send a file, say what its columns are, check it, start it."""

from __future__ import annotations

import json
from uuid import UUID

from celery import current_app
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from core.http import AuthenticatedRequest
from core.toasts import toast
from integrations import queries
from integrations.custom import custom_fields, unknown_field
from integrations.fields import Field, Kind
from integrations.forms import MappingForm, UploadForm
from integrations.kinds import KINDS
from integrations.models import ImportRun
from integrations.outcome import OUTCOMES
from integrations.reading import FileRefused
from integrations.run_page import run_context
from integrations.services import (
    AlreadyStarted,
    check_file,
    start_import,
    upload_file,
)
from organisation.access import require
from organisation.exports import told
from organisation.permissions import Permission

WORK_TASK = "integrations.tasks.work_on_import"
_RUNS_PER_PAGE = 50


@require_GET
@require(Permission.RUN_IMPORTS)
def imports(request: AuthenticatedRequest) -> HttpResponse:
    """Every file that was sent, the newest first."""
    pages = Paginator(queries.run_list(), _RUNS_PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [(run, KINDS[run.kind].label) for run in page.object_list],
        "waiting": queries.waiting_count(),
    }
    return render(request, "integrations/imports.html", context)


@require(Permission.RUN_IMPORTS)
def import_create(request: AuthenticatedRequest) -> HttpResponse:
    """Send a file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run = upload_file(by=request.user, **form.cleaned_data)
        except FileRefused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("integrations:import_mapping", run.public_id)
    context = {
        "form": form,
        "sources": queries.known_sources(),
        "kinds": KINDS.values(),
    }
    status = 422 if form.errors else 200
    return render(request, "integrations/import_create.html", context, status=status)


@require(Permission.RUN_IMPORTS)
def import_mapping(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Say which column is which field, then have the file checked."""
    run = _run(public_id)
    try:
        table = queries.table_of(run)
    except (FileRefused, OSError, ValueError):
        raise Http404 from None
    kind = KINDS[run.kind]
    form = MappingForm(
        request.POST or None,
        kind=kind,
        table=table,
        mapping=run.mapping,
        custom=_custom(kind, run.mapping.get("columns", {})),
    )
    if request.method == "POST" and form.is_valid():
        try:
            check_file(run, mapping=form.mapping(), by=request.user)
        except FileRefused as refusal:
            form.add_error(None, str(refusal))
        except AlreadyStarted:
            return redirect("integrations:import_run", run.public_id)
        else:
            _send(run)
            return redirect("integrations:import_run", run.public_id)
    context = {
        "form": form,
        "run": run,
        "kind": kind,
        "rows": _mapping_rows(form, queries.samples_of(table)),
        "columns": [name for name in table.columns if name],
    }
    status = 422 if form.errors else 200
    return render(request, "integrations/import_mapping.html", context, status=status)


def _custom(kind: Kind, columns: dict[str, str]) -> list[Field]:
    """Custom fields, also those that are gone by now: so they can be left out."""
    found = custom_fields(kind)
    known = {item.name for item in [*kind.visible_fields, *found]}
    gone = [unknown_field(name) for name in columns if name not in known]
    return [*found, *gone]


def _mapping_rows(form: MappingForm, samples: dict[str, list[str]]) -> list[dict]:
    """One line per field: its select, whether it is needed, and sample values."""
    needed = {name for group in form.kind.requires_one_of for name in group}
    rows = []
    for item in form.items:
        bound = form[f"column_{item.name}"]
        chosen = bound.value() or ""
        rows.append(
            {
                "field": bound,
                "name": item.name,
                "is_required": item.is_required
                or (item.name == "external_id" and form.kind.id_required),
                "is_one_of": item.name in needed,
                "sample": ", ".join(v for v in samples.get(chosen, []) if v)[:80],
                "constant": form.base.get("constants", {}).get(item.name, ""),
            }
        )
    return rows


@require_GET
@vary_on_headers("HX-Request")
@require(Permission.RUN_IMPORTS)
def import_run(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """How far a file is, what was found in it, and what became of its rows."""
    context = run_context(_run(public_id), request.GET.get("page", ""))
    template = "integrations/import_run.html" + ("#state" if request.htmx else "")
    return render(request, template, context)


@require_POST
@require(Permission.RUN_IMPORTS)
def import_start(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Apply a checked file in the background."""
    run = _run(public_id)
    try:
        start_import(run, by=request.user)
    except AlreadyStarted:
        toast(request, _("This import was started already."))
    else:
        _send(run)
    return redirect("integrations:import_run", run.public_id)


@require_GET
@require(Permission.RUN_IMPORTS)
def import_rows(
    request: AuthenticatedRequest, public_id: UUID, outcome: str
) -> StreamingHttpResponse:
    """The rows of a file with one outcome, or its problems, as CSV."""
    run = _run(public_id)
    if outcome == "problems":
        lines = queries.problem_lines(run) if run.problems_file else None
    elif outcome == "rejected":
        lines = queries.rejected_lines(run)
    elif outcome in OUTCOMES:
        lines = queries.rows_with_outcome(run, outcome)
    else:
        lines = None
    if lines is None:
        raise Http404
    what = _("Import: %(outcome)s") % {"outcome": outcome.replace("_", " ")}
    taken = told(lines, request=request, what=what, about=run, heading=1)
    response = StreamingHttpResponse(taken, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{run.kind}-{outcome}.csv"'
    return response


@require_GET
@require(Permission.RUN_IMPORTS)
def import_mapping_file(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """The mapping of a run as a file for the command line."""
    run = _run(public_id)
    body = json.dumps(run.mapping, indent=2, ensure_ascii=False) + "\n"
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{run.kind}-mapping.json"'
    return response


def _run(public_id: UUID) -> ImportRun:
    run = queries.run_by_id(public_id)
    if run is None:
        raise Http404
    return run


def _send(run: ImportRun) -> None:
    """Hand the run to a worker. Without a broker it waits for the next sweep."""
    transaction.on_commit(
        lambda: current_app.send_task(WORK_TASK, args=[run.pk]), robust=True
    )
