"""The portfolio in figures as of any day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.drawing import BAND_ORDER
from core.formatting import money, money_compact, number
from core.http import AuthenticatedRequest
from organisation.access import require
from organisation.clock import today
from organisation.permissions import Permission
from reports.queries import portfolio_summary


@require_safe
@cache_control(private=True, no_store=True)
@require(Permission.VIEW_HEALTH)
def portfolio_as_of(request: AuthenticatedRequest) -> HttpResponse:
    """Accounts, subscriptions, revenue and bands as they were on a day."""
    day = _day(request)
    summary = portfolio_summary(day, user=request.user)
    context = {
        "day": day,
        "tiles": [_tile(summary, band) for band in BAND_ORDER],
        "counts": {
            band: total["accounts"] for band, total in summary["by_band"].items()
        },
        "figures": _figures(summary),
        "others": [
            (code, money(amounts["mrr"], code), money(amounts["arr"], code))
            for code, amounts in summary.get("other_currencies", {}).items()
        ],
    }
    return render(request, "reports/portfolio_as_of.html", context)


def _day(request: AuthenticatedRequest) -> date:
    asked = request.GET.get("day", "")
    if not asked:
        return today()
    try:
        return date.fromisoformat(asked)
    except ValueError:
        text = _("“%(day)s” is not a day, so this is today. Write it as 2024-12-31.")
        messages.warning(request, text % {"day": asked[:40]})
        return today()


def _tile(summary: dict[str, Any], band: str) -> dict[str, Any]:
    total = summary["by_band"][band]
    arr = total["arr"]
    said = "" if arr is None else money_compact(arr, summary["currency"])
    return {
        "band": band,
        "count": total["accounts"],
        "note": _("%(arr)s ARR") % {"arr": said} if said else "",
    }


def _figures(summary: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Label, value and what it is made of."""
    trials = number(summary["active_trials"])
    figures = [
        (_("Accounts"), number(summary["accounts"]), _("first seen by that day")),
        (
            _("Active accounts"),
            number(summary["active_accounts"]),
            _("with at least one active subscription"),
        ),
        (
            _("Active subscriptions"),
            number(summary["active_subscriptions"]),
            _("%(trials)s of them trials") % {"trials": trials},
        ),
        (_("Seats"), number(summary["seats"]), _("of active subscriptions")),
    ]
    if summary["mrr"] is not None:
        currency = summary["currency"]
        figures += [
            (_("MRR"), money(summary["mrr"], currency), _("trials count as 0")),
            (_("ARR"), money(summary["arr"], currency), _("12 × MRR")),
        ]
    return figures
