"""The usage tab of an account."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import account_for
from accounts.account_page import account_page
from accounts.models import Account
from core.formatting import number
from core.http import AuthenticatedRequest
from core.paging import CursorRefused, Order, Page, keyset_page
from organisation.access import require
from organisation.clock import today
from organisation.permissions import Permission
from usage.charts import daily_figure
from usage.models import ProductUser, UsageFeed
from usage.queries import (
    SHOWN_FEATURES,
    active_users_between,
    adoption,
    days_of,
    feature_uses,
    feed_of,
    last_active_days,
    product_users,
    weekly_active_users,
)

RANGES = (30, 90, 365)
BY_EVENTS = Order("events", F("events"), is_descending=True, is_nullable=False)
USERS_PER_PAGE = 20


@require_safe
@require(Permission.VIEW_USAGE)
def account_usage(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Who uses what, how often, and which core features lie idle."""
    account = account_for(request, public_id, Permission.VIEW_USAGE)
    context = account_page(request, account)
    feed = feed_of(account)
    if feed is not None:
        last = _last_day(account, feed)
        context |= _figures(account, feed, last) | _chart(request, account, feed, last)
        context |= _users(request, account, last)
    return render(request, "usage/account_usage.html", context)


def _last_day(account: Account, feed: UsageFeed) -> date:
    """The last complete day that means something: silence counts up to the score's day.

    An account whose history ends in the past is shown as of then.
    """
    known = max(feed.last_day, account.health_day or feed.last_day)
    return min(known, today() - timedelta(days=1))


def _figures(account: Account, feed: UsageFeed, last: date) -> dict[str, Any]:
    weeks = weekly_active_users(account, last)
    month = days_of(account, last - timedelta(days=59), last)
    uses = feature_uses(account, last)
    seats = account.licensed_seats if account.licensed_seats else account.seats
    active = active_users_between(account, last - timedelta(days=29), last)
    sessions = sum(day.sessions for day in month[30:])
    return {
        "feed": feed,
        "last": last,
        "weeks": weeks,
        "active": active,
        "seats": seats,
        "seat_share": 100 * active / seats if seats else None,
        "sessions": sessions,
        "sessions_before": sum(day.sessions for day in month[:30]),
        "sessions_trend": [
            sum(day.sessions for day in month[at : at + 7]) for at in range(4, 60, 7)
        ],
        "uses": uses[:SHOWN_FEATURES],
        "most_events": max((use.events for use in uses), default=0) or 1,
        "adoption": adoption(account, uses, last),
    }


def _chart(
    request: AuthenticatedRequest, account: Account, feed: UsageFeed, last: date
) -> dict[str, Any]:
    words = {
        "active_users": _("Active users"),
        "sessions": _("Sessions"),
        "events": _("Events"),
    }
    metric = request.GET.get("metric", "")
    metric = metric if metric in words else "active_users"
    text = request.GET.get("days", "")
    count = int(text) if text in {str(each) for each in RANGES} else 90
    days = days_of(account, last - timedelta(days=count - 1), last)
    return {
        "figure": daily_figure(days, metric, words[metric]),
        "table_head": [_("Day"), words[metric]],
        "table": [
            [f"{day.day:%Y-%m-%d}", number(getattr(day, metric))]
            for day in reversed(days)
        ],
        "metric": metric,
        "metrics": list(words.items()),
        "chart_title": words[metric],
        "range": count,
        "ranges": RANGES,
    }


def _users(
    request: AuthenticatedRequest, account: Account, last: date
) -> dict[str, Any]:
    rows = product_users(account, last)
    try:
        page: Page[ProductUser] = keyset_page(
            rows,
            order=BY_EVENTS,
            after=request.GET.get("cursor", ""),
            before=request.GET.get("before", ""),
            size=USERS_PER_PAGE,
        )
    except CursorRefused:
        page = keyset_page(rows, order=BY_EVENTS, size=USERS_PER_PAGE)
    seen = last_active_days(page.rows)
    return {"page": page, "users": [(user, seen.get(user.pk)) for user in page.rows]}
