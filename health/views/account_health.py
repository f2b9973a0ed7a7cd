"""The health tab of an account: how it was known on each day, and what changed."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.access import account_for
from accounts.account_page import account_page
from core.http import AuthenticatedRequest
from core.spreadsheets import csv_lines
from health.account_history import LONG_DAYS, SHORT_DAYS, course, day_sheet
from health.forms import HistoryForm
from health.queries.changes import explain_change
from health.queries.override_lists import override_in_force, past_overrides
from health.queries.recommendations import recent_decisions, recommendations_for
from health.queries.snapshots import history, latest_snapshot, snapshot_on
from organisation.access import check_permission, require
from organisation.exports import told
from organisation.permissions import Permission

PERIODS = {"90d": SHORT_DAYS}
CSV_HEADER = (
    "day", "score", "band", "coverage", "scorecard", "version", "provisional",
    "by_hand", "computed_score", "computed_band",
)  # fmt: skip


@require(Permission.VIEW_HEALTH)
def account_health(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """The course of the score, one day in full, and two days compared."""
    account = account_for(request, public_id, Permission.VIEW_HEALTH)
    context = account_page(request, account)
    newest = latest_snapshot(account)
    context |= {
        "newest": newest,
        "in_force": override_in_force(account),
        "past": past_overrides(account),
        "may_override": account.archived_at is None
        and request.user.has_perm_code(Permission.OVERRIDE_HEALTH),
    }
    if newest is None:
        return render(request, "health/account_health.html", context)
    points = history(account, newest.day - timedelta(days=LONG_DAYS), newest.day)
    form = HistoryForm(request.GET, last_day=newest.day)
    day, day_from, day_to = form.days()
    snapshot = snapshot_on(account, day)
    change = explain_change(account, day_from, day_to)
    period = request.GET.get("period", "")
    context |= {
        "course": course(newest, points, days=PERIODS.get(period, LONG_DAYS)),
        "is_short": period == "90d",
        "form": form,
        "day": day,
        "sheet": day_sheet(snapshot, points) if snapshot else None,
        "compared": (day_from, day_to),
        "change": change,
        "largest": max((abs(part.shown) for part in change.parts), default=1.0),
        "recommendations": recommendations_for(account, snapshot=newest),
        "decisions": recent_decisions(account),
        "may_decide": account.archived_at is None
        and request.user.has_perm_code(Permission.EDIT_TASKS),
        "may_export": request.user.has_perm_code(Permission.EXPORT_LISTS),
    }
    status = 422 if form.errors else 200
    return render(request, "health/account_health.html", context, status=status)


@require(Permission.VIEW_HEALTH)
def account_health_csv(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Every score of the account as known then, one line a day."""
    account = account_for(request, public_id, Permission.VIEW_HEALTH)
    check_permission(request.user, Permission.EXPORT_LISTS)
    rows = (
        (p.day, p.score, p.band, p.coverage, p.scorecard_name, p.version_number,
         p.is_provisional, p.is_by_hand, p.computed_score, p.computed_band)
        for p in history(account, date.min, date.max)
    )  # fmt: skip
    taken = told(rows, request=request, what=_("Health history"), about=account)
    text = "".join(csv_lines(CSV_HEADER, taken))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="health-{account.public_id}.csv"'
    )
    return response
