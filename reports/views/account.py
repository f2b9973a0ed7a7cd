"""The overview tab of an account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import account_for
from accounts.account_page import account_page
from accounts.custom_fields import fields_for
from accounts.models import Account
from accounts.queries import custom_values, family, key_people
from accounts.timeline import hidden_groups, timeline
from core.http import AuthenticatedRequest
from health.queries.alert_lists import open_alerts_of
from health.queries.recommendations import recent_decisions
from organisation.access import require
from organisation.permissions import Permission
from reports.queries.account_overview import (
    PERIODS,
    RANGES,
    health_overview,
)

LATEST = 6
SHOWN_ALERTS = 6


@require_safe
@require(Permission.VIEW_ACCOUNTS)
def account(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Score, what changed, dimensions, alerts, people and what happened lately."""
    row = account_for(request, public_id)
    page = account_page(request, row)
    hidden = hidden_groups(request.user)
    above, below = family(row, request.user)
    context = page | {
        "people": key_people(row),
        "latest": timeline(row, hidden=hidden, size=LATEST).entries,
        "custom": custom_values(row.custom, fields_for("account")),
        "external_ids": row.external_ids.all(),
        "above": above,
        "below": below,
    }
    if page["may_see_health"]:
        context |= _health(request, row)
    return render(request, "reports/account.html", context)


def _health(request: AuthenticatedRequest, row: Account) -> dict[str, Any]:
    chosen = request.GET.get("range", "")
    range_key = chosen if chosen in RANGES else "18m"
    text = request.GET.get("days", "")
    days = int(text) if text in {str(period) for period in PERIODS} else 30
    return {
        "health": health_overview(row, range_key=range_key, days=days),
        "alerts": open_alerts_of(row)[:SHOWN_ALERTS],
        "may_act": request.user.has_perm_code(Permission.HANDLE_ALERTS),
        "range_key": range_key,
        "days": days,
        "periods": PERIODS,
        "decisions": recent_decisions(row),
        "may_decide": row.archived_at is None
        and request.user.has_perm_code(Permission.EDIT_TASKS),
    }
