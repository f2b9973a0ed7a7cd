"""Setting health by hand, what is set now, and whether it was right."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import open_account_for
from accounts.account_page import account_page
from accounts.models import Account
from core.http import AuthenticatedRequest
from core.paging import CursorRefused
from core.spreadsheets import csv_lines
from core.toasts import toast
from health.definition import parse_definition
from health.definition_parts import DEFAULT_BANDS
from health.models import HealthOverride, Snapshot
from health.override_forms import OverrideForm
from health.queries.override_lists import override_in_force, overrides_in_force
from health.queries.override_report import (
    ReportRow,
    every_report_row,
    override_totals,
    report_page,
)
from health.queries.snapshots import latest_snapshot
from health.services import (
    OverrideHasEnded,
    compute_at_once,
    lift_override,
    set_override,
)
from organisation.access import check_permission, require
from organisation.clock import today
from organisation.exports import told
from organisation.permissions import Permission

CSV_HEADER = (
    "account", "set_by", "set_on", "ends_on", "ended_on", "end", "reason",
    "computed_score", "computed_band", "set_score", "set_band", "score_at_end",
    "band_at_end", "score_later", "band_later", "later_on", "customer_left",
    "direction", "verdict",
)  # fmt: skip


@require(Permission.OVERRIDE_HEALTH)
def override_set(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Set score or band of an account by hand; also answers as a modal."""
    account = open_account_for(request, public_id, Permission.OVERRIDE_HEALTH)
    newest = latest_snapshot(account)
    form = OverrideForm(request.POST or None, today=today(), bands=_bands(newest))
    if request.method == "POST" and form.is_valid():
        try:
            set_override(account, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take_errors(error)
        else:
            compute_at_once([account.pk])
            toast(request, _("Health is set by hand."))
            if _is_modal(request):
                return HttpResponse(status=204, headers={"HX-Refresh": "true"})
            return redirect("health:account_health", account.public_id)
    status = 422 if form.errors else 200
    context: dict[str, Any] = {
        "form": form,
        "newest": newest,
        "in_force": override_in_force(account),
    }
    if _is_modal(request):
        modal = {
            "title": _("Set health by hand"),
            "body_template": "health/override_fields.html",
            "action": request.path,
            "submit": _("Set by hand"),
        }
        context |= modal
        return render(request, "components/modal.html", context, status=status)
    context |= account_page(request, account)
    return render(request, "health/override.html", context, status=status)


def _bands(newest: Snapshot | None):
    """The bands of the scorecard in use, in its words."""
    if newest is None:
        return DEFAULT_BANDS
    return parse_definition(newest.version.definition).bands


def _is_modal(request: AuthenticatedRequest) -> bool:
    return bool(request.htmx) and request.htmx.target == "modal-body"


@require_POST
@require(Permission.OVERRIDE_HEALTH)
def override_lift(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """End an override before its day."""
    seen = HealthOverride.objects.visible_to(request.user)
    override = seen.select_related("account").filter(public_id=public_id).first()
    if override is None:
        raise Http404
    try:
        lift_override(override, by=request.user)
    except OverrideHasEnded:
        toast(request, _("This was no longer in force."))
    else:
        compute_at_once([override.account_id])
        toast(request, _("The computed score is shown again."))
    return _back(request, override.account)


def _back(request: AuthenticatedRequest, account: Account) -> HttpResponse:
    if request.POST.get("next") == "list":
        return redirect("health:overrides")
    return redirect("health:account_health", account.public_id)


@require(Permission.VIEW_HEALTH)
def overrides(request: AuthenticatedRequest) -> HttpResponse:
    """What is set by hand now, the next to end first."""
    after, before = request.GET.get("cursor", ""), request.GET.get("before", "")
    try:
        page = overrides_in_force(request.user, after=after, before=before)
    except CursorRefused:
        return redirect("health:overrides")
    may_lift = request.user.has_perm_code(Permission.OVERRIDE_HEALTH)
    context = {"page": page, "may_lift": may_lift}
    return render(request, "health/overrides.html", context)


@require(Permission.VIEW_HEALTH)
def overrides_report(request: AuthenticatedRequest) -> HttpResponse:
    """Whether past overrides were right."""
    after, before = request.GET.get("cursor", ""), request.GET.get("before", "")
    day = today()
    try:
        page, rows = report_page(request.user, today=day, after=after, before=before)
    except CursorRefused:
        return redirect("health:overrides_report")
    context = {
        "report": override_totals(request.user, today=day),
        "page": page,
        "rows": rows,
        "may_export": request.user.has_perm_code(Permission.EXPORT_LISTS),
    }
    return render(request, "health/overrides_report.html", context)


@require(Permission.VIEW_HEALTH)
def overrides_report_csv(request: AuthenticatedRequest) -> StreamingHttpResponse:
    """Every override of the report, one line each."""
    check_permission(request.user, Permission.EXPORT_LISTS)
    rows = (_csv_row(row) for row in every_report_row(request.user, today=today()))
    taken = told(rows, request=request, what=_("Health set by hand"))
    response = StreamingHttpResponse(
        csv_lines(CSV_HEADER, taken),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="overrides.csv"'
    return response


def _csv_row(row: ReportRow) -> tuple[Any, ...]:
    override = row.override
    return (
        override.account.name,
        override.set_by.label if override.set_by else "",
        override.starts_on,
        override.ends_on,
        override.ended_on,
        override.end_kind,
        override.reason,
        row.at_first.score,
        row.at_first.band,
        override.score,
        override.band,
        row.at_end.score,
        row.at_end.band,
        row.later.score,
        row.later.band,
        row.later_on,
        row.has_left,
        row.judgement.direction,
        row.judgement.verdict,
    )
