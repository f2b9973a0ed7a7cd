"""The calculator: type raw values for a scorecard, read the score."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from accounts.access import named_account_for
from accounts.queries import account_options
from core.http import AuthenticatedRequest
from health.definition import parse_definition
from health.forms import CalculatorForm
from health.queries.account_values import AccountValues, newest_values
from health.queries.scorecard_pages import published_cards
from health.queries.scorecards import published_version
from health.result_sheet import ResultSheet, result_sheet
from health.scorecard_sheet import ScorecardSheet, scorecard_sheet
from health.scoring import score_one
from organisation.access import require
from organisation.permissions import Permission

DEFAULT_CARD = "calculator"


@vary_on_headers("HX-Request")
@require(Permission.VIEW_HEALTH)
def calculator(request: AuthenticatedRequest) -> HttpResponse:
    """The form and, as soon as there is a value, its result; live through HTMX."""
    data = request.POST if request.method == "POST" else request.GET
    cards = published_cards()
    slug = data.get("scorecard", "") or _default(cards)
    version = published_version(slug)
    if version is None:
        raise Http404
    sheet = scorecard_sheet(parse_definition(version.definition))
    filled = _filled(request, data.get("account", ""))
    form = CalculatorForm({**_texts(filled, sheet), **data.dict()}, sheet=sheet)
    context = {
        "cards": cards,
        "version": version,
        "form": form,
        "filled": filled,
        "outcome": _outcome(form, sheet),
        "find": data.get("find", ""),
        "found": account_options(request.user, data.get("find", "")),
    }
    page = "calculator_live" if request.htmx else "calculator"
    status = 422 if form.errors else 200
    return render(request, f"health/{page}.html", context, status=status)


@require(Permission.VIEW_HEALTH)
def calculator_accounts(request: AuthenticatedRequest) -> HttpResponse:
    """Accounts whose name begins like the typed text, to fill the form from."""
    found = account_options(request.user, request.GET.get("find", ""))
    context = {"found": found, "scorecard": request.GET.get("scorecard", "")}
    return render(request, "health/calculator_accounts.html", context)


def _default(cards: list[tuple[str, str]]) -> str:
    slugs = [slug for slug, _ in cards]
    return DEFAULT_CARD if DEFAULT_CARD in slugs else next(iter(slugs), "")


def _filled(request: AuthenticatedRequest, account_id: str) -> AccountValues | None:
    """The newest values of the account in the address, if there is one."""
    if not account_id:
        return None
    return newest_values(named_account_for(request, account_id, Permission.VIEW_HEALTH))


def _texts(filled: AccountValues | None, sheet: ScorecardSheet) -> dict[str, Any]:
    """An account's values as a person would type them, for this scorecard's fields."""
    if filled is None:
        return {}
    wanted = sheet.definition.sources()
    return {
        key: f"{round(filled.values[key], 4):.10g}"
        for key in wanted
        if key in filled.values
    }


def _outcome(form: CalculatorForm, sheet: ScorecardSheet) -> ResultSheet | None:
    """The result of the typed values; None while there is none or one is wrong."""
    if not form.is_valid() or not form.values():
        return None
    return result_sheet(sheet, score_one(sheet.definition, form.values()))
