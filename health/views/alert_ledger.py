"""Why alerts did not open: the ledger, and the rules of one account."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.vary import vary_on_headers

from accounts.access import account_for
from accounts.account_page import account_page
from core.http import AuthenticatedRequest
from core.paging import capped_count
from health.alert_forms import LedgerForm
from health.alert_rules import find_rule
from health.models import AlertLedgerEntry, LedgerReason
from health.queries.alert_ledger import OPEN, OPENS, QUIET, RuleReading
from health.queries.alert_lists import open_alerts_of
from health.queries.alert_quiet import ledger, ledger_page, readings_of
from organisation.access import require
from organisation.permissions import Permission

_FILTERS = ("rule", "reason", "day")
_STATES = {
    OPEN: gettext_lazy("Open"),
    OPENS: gettext_lazy("Opens next"),
    QUIET: gettext_lazy("Does not hold"),
}


@vary_on_headers("HX-Request")
@require(Permission.VIEW_HEALTH)
def alert_ledger(request: AuthenticatedRequest) -> HttpResponse:
    """Evaluations in which a rule held and yet no alert was opened."""
    form = LedgerForm(request.GET)
    choice = form.chosen()
    found = ledger(request.user, **choice)
    page = ledger_page(
        found,
        after=request.GET.get("cursor", ""),
        before=request.GET.get("before", ""),
    )
    pairs = [(name, request.GET.get(name, "")) for name in choice]
    context = {
        "form": form,
        "is_filtered": bool(choice),
        "filters": [_filter(form, name, choice, pairs) for name in _FILTERS],
        "has_account": "account" in choice,
        "without_account": _url(pairs, account=""),
        "lines": [(entry, _said(entry)) for entry in page.rows],
        "count": capped_count(found),
        "next_url": _url(pairs, cursor=page.next) if page.next else "",
        "previous_url": _url(pairs, before=page.previous) if page.previous else "",
    }
    template = "health/alert_ledger.html" + ("#ledger" if request.htmx else "")
    return render(request, template, context)


def _url(pairs: list[tuple[str, str]], **changes: str) -> str:
    wanted = dict(pairs) | changes
    query = urlencode({name: value for name, value in wanted.items() if value})
    base = reverse("health:alert_ledger")
    return f"{base}?{query}" if query else base


def _filter(
    form: LedgerForm,
    name: str,
    choice: dict[str, Any],
    pairs: list[tuple[str, str]],
) -> dict[str, Any]:
    value = choice.get(name, "")
    if name == "reason" and value:
        value = LedgerReason(value).label
    return {
        "label": form.fields[name].label,
        "value": value,
        "field": form[name],
        "clear_url": _url(pairs, **{name: ""}),
    }


def _said(entry: AlertLedgerEntry) -> str:
    """The value that was read, with its unit."""
    rule = find_rule(entry.rule.key)
    return rule.say(entry.value) if rule and entry.value is not None else ""


@vary_on_headers("HX-Request")
@require(Permission.VIEW_HEALTH)
def account_alert_rules(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Each rule about one account now: why it opened an alert, or why it did not."""
    account = account_for(request, public_id, Permission.VIEW_HEALTH)
    context: dict[str, Any] = {
        "account": account,
        "readings": [(each, state_words(each)) for each in readings_of(account)],
    }
    if request.htmx:
        return render(request, "health/account_alert_readings.html", context)
    context |= account_page(request, account) | {
        "alerts": open_alerts_of(account),
        "may_act": request.user.has_perm_code(Permission.HANDLE_ALERTS),
    }
    return render(request, "health/account_alert_rules.html", context)


def state_words(reading: RuleReading) -> Any:
    """The state of a rule in a word or two."""
    if reading.state in _STATES:
        return _STATES[reading.state]
    return LedgerReason(reading.state).label
