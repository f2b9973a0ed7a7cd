"""The portfolio: the list itself, its tags, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from django.http import (
    FileResponse,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.http import AuthenticatedRequest
from core.spreadsheets import Cell, csv_lines, write_workbook
from organisation.access import require
from organisation.exports import told
from organisation.permissions import Permission, Role
from reports.portfolio_page import page_context, rows_context
from reports.portfolio_state import PortfolioState
from reports.queries.portfolio import common_tags

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT_CHUNK = 2000

fresh = cache_control(private=True, no_store=True)


@require_safe
def home(request: AuthenticatedRequest) -> HttpResponse:
    """The first screen after signing in: the whole for leaders, accounts for others."""
    is_leader = request.user.role == Role.LEADER
    page = "reports:analytics" if is_leader else "reports:portfolio"
    return HttpResponseRedirect(reverse(page))


@require_safe
@fresh
@require(Permission.VIEW_ACCOUNTS)
def portfolio(request: AuthenticatedRequest) -> HttpResponse:
    """The list of accounts as its address says; HTMX asks for parts of it."""
    state = state_of(request, request.GET)
    target = request.htmx.target if request.htmx else ""
    if target == "rows":
        context, part = rows_context(state), "#rows"
    else:
        context, part = page_context(state), "#portfolio" * (target == "portfolio")
    response = render(request, f"reports/portfolio.html{part}", context)
    if part:
        place = [
            (key, request.GET[key])
            for key in ("cursor", "before")
            if key in request.GET
        ]
        response["HX-Push-Url"] = _address(state, place)
    return response


@require_safe
@fresh
@require(Permission.VIEW_ACCOUNTS)
def portfolio_tags(request: AuthenticatedRequest) -> HttpResponse:
    """Tags to choose from, for the tag filter and the bulk bar."""
    state = state_of(request, QueryDict())
    tags = common_tags(state.visible.live())
    return render(request, "reports/portfolio_tags.html", {"tags": tags})


@require_safe
@fresh
@require(Permission.EXPORT_LISTS)
def portfolio_export(request: AuthenticatedRequest) -> HttpResponseBase:
    """Exactly the list and columns of the address, as CSV or Excel."""
    params = request.GET.copy()
    kind = (params.pop("format", None) or ["csv"])[-1]
    if kind not in {"csv", "xlsx"}:
        return HttpResponseBadRequest(_("Ask for csv or xlsx."))
    state = state_of(request, params)
    name = f"portfolio-{timezone.localdate():%Y-%m-%d}.{kind}"
    rows = told(_cells(state), request=request, what=_("Accounts"), kind=kind)
    header = [str(column.label) for column in state.columns]
    if kind == "csv":
        lines = csv_lines(header, rows)
        response: HttpResponseBase = StreamingHttpResponse(lines, content_type=CSV)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    file = TemporaryFile()  # noqa: SIM115 - the response closes it when it is sent
    write_workbook(file, title=_("Portfolio"), header=header, rows=rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def state_of(request: AuthenticatedRequest, params: QueryDict) -> PortfolioState:
    """The reading of a list's parameters by the person of this request."""
    return PortfolioState(params=params, user=request.user, today=timezone.localdate())


def _cells(state: PortfolioState) -> Iterator[list[Cell]]:
    rows = state.all_rows().iterator(chunk_size=EXPORT_CHUNK)
    for account in rows:
        yield [column.value(account) for column in state.columns]


def _address(state: PortfolioState, place: list[tuple[str, Any]]) -> str:
    query = state.query_with(**dict(place))
    return f"{reverse('reports:portfolio')}?{query}".rstrip("?")
