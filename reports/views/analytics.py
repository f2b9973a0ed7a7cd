"""The portfolio as a whole: bands over time, who moved, ARR at risk, cohorts."""

from __future__ import annotations

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.http import AuthenticatedRequest
from core.paging import CursorRefused, capped_count
from core.spreadsheets import csv_lines
from organisation.access import check_permission, require
from organisation.exports import told
from organisation.permissions import Permission
from reports.analytics_files import sheet
from reports.analytics_page import BLOCKS, AnalyticsPage
from reports.analytics_words import band_label
from reports.queries.analytics import BANDS
from reports.queries.analytics_movement import (
    BEFORE,
    moved_accounts,
    moved_page,
    standings_of,
)

fresh = cache_control(private=True, no_store=True)


@require_safe
@fresh
@require(Permission.VIEW_HEALTH)
def analytics(request: AuthenticatedRequest) -> HttpResponse:
    """Bands over time, movement, ARR at risk by group, cohorts."""
    page = AnalyticsPage(request.GET, request.user)
    context = page.context() | {
        "may_export": request.user.has_perm_code(Permission.EXPORT_LISTS)
    }
    return render(request, "reports/analytics.html", context)


@require_safe
@fresh
@require(Permission.VIEW_HEALTH)
def analytics_moved(request: AuthenticatedRequest) -> HttpResponse:
    """The accounts of one cell of the matrix."""
    page = AnalyticsPage(request.GET, request.user)
    before, after = request.GET.get("before", ""), request.GET.get("after", "")
    if before not in BEFORE or after not in BANDS or not page.days:
        raise Http404
    days = page.days[0], page.days[-1]
    found = moved_accounts(page.scope, page.moved_ids(before, after))
    cursor, back = request.GET.get("cursor", ""), request.GET.get("back", "")
    try:
        rows = moved_page(
            found, sees_revenue=page.scope.sees_revenue, after=cursor, before=back
        )
    except CursorRefused:
        return redirect(page.address("analytics_moved", cursor="", back=""))
    standings = standings_of([account.pk for account in rows.rows], days)
    context = {
        "rows": [
            (row, standings.get((row.pk, days[0])), standings.get((row.pk, days[1])))
            for row in rows.rows
        ],
        "count": capped_count(found),
        "first": days[0],
        "last": days[1],
        "before": band_label(before),
        "after": band_label(after),
        "sees_revenue": page.scope.sees_revenue,
        "back_url": page.address(before="", after="", cursor="", back="") + "#movement",
        "next_url": _place(page, "cursor", rows.next),
        "previous_url": _place(page, "back", rows.previous),
    }
    return render(request, "reports/analytics_moved.html", context)


@require_safe
@fresh
@require(Permission.EXPORT_LISTS)
def analytics_csv(request: AuthenticatedRequest, key: str) -> StreamingHttpResponse:
    """One block of the page as a file, with the same filters."""
    check_permission(request.user, Permission.VIEW_HEALTH)
    if key not in BLOCKS:
        raise Http404
    page = AnalyticsPage(request.GET, request.user)
    header, rows = sheet(page, key)
    what = _("Analytics: %(block)s") % {"block": key}
    lines = csv_lines(header, told(rows, request=request, what=what))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    day = f"{page.newest:%Y-%m-%d}" if page.newest else "empty"
    name = f"analytics-{key}-{day}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _place(page: AnalyticsPage, name: str, cursor: str) -> str:
    if not cursor:
        return ""
    changes = {"cursor": "", "back": "", name: cursor}
    return page.address("analytics_moved", **changes)
