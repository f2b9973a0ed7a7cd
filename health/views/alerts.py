"""The inbox of alerts, and the page of one."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from core.http import AuthenticatedRequest
from health.alert_inbox import Inbox
from health.queries.alert_detail import deliveries, moments, visible_alert
from organisation.access import require
from organisation.permissions import Permission


@vary_on_headers("HX-Request")
@require(Permission.VIEW_HEALTH)
def alerts(request: AuthenticatedRequest) -> HttpResponse:
    """What waits for this person and others, in tabs; what is over on demand."""
    inbox = Inbox(request.GET, request.user)
    template = "health/alerts.html" + ("#inbox" if request.htmx else "")
    return render(request, template, inbox.context())


@require(Permission.VIEW_HEALTH)
def alert(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """What happened, why, who knows and what can be done."""
    row = visible_alert(request.user, public_id)
    if row is None:
        raise Http404
    may_handle = request.user.has_perm_code(Permission.HANDLE_ALERTS)
    context = {
        "alert": row,
        "drivers": row.drivers,
        "largest": max((abs(driver["points"]) for driver in row.drivers), default=1.0),
        "moments": moments(row),
        "deliveries": deliveries(row),
        "may_act": may_handle and row.closed_at is None,
    }
    return render(request, "health/alert.html", context)
