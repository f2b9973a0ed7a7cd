"""Alerts: the list, and what people do with them, one by one or many at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from core.http import AuthenticatedRequest
from core.paging import CursorRefused, capped_count
from core.toasts import toast
from health.forms import AlertFilterForm, CloseAlertForm
from health.models import Alert
from health.queries.alert_lists import alert_list, alert_page, chosen_alerts
from health.services import AlertAlreadyClosed, acknowledge_alert, close_alert
from organisation.access import require
from organisation.permissions import Permission


@vary_on_headers("HX-Request")
@require(Permission.VIEW_HEALTH)
def alerts(request: AuthenticatedRequest) -> HttpResponse:
    """Open alerts, the newest first; closed ones on demand."""
    form = AlertFilterForm(request.GET)
    choice = form.chosen()
    found = alert_list(request.user, **choice)
    is_open = choice["state"] == AlertFilterForm.OPEN
    after, before = request.GET.get("cursor", ""), request.GET.get("before", "")
    try:
        page = alert_page(found, is_open=is_open, after=after, before=before)
    except CursorRefused:
        return redirect(_list_url(_without_place(request.GET)))
    context = _list_context(request.GET, form, choice) | {
        "page": page,
        "count": capped_count(found),
        "is_open": is_open,
        "next_url": _page_url(request.GET, "cursor", page.next),
        "previous_url": _page_url(request.GET, "before", page.previous),
        "may_handle": is_open and request.user.has_perm_code(Permission.HANDLE_ALERTS),
    }
    template = "health/alerts.html" + ("#rows" if request.htmx else "")
    return render(request, template, context)


@require_POST
@require(Permission.HANDLE_ALERTS)
def alerts_acknowledge(request: AuthenticatedRequest) -> HttpResponse:
    """Say that one deals with the chosen alerts."""
    done = _each(
        chosen_alerts(request.user, request.POST.getlist("chosen")),
        lambda alert: acknowledge_alert(alert, by=request.user),
    )
    words = ngettext("%(n)s alert acknowledged.", "%(n)s alerts acknowledged.", done)
    toast(request, words % {"n": done} if done else _("Choose an open alert first."))
    return _back(request)


@require(Permission.HANDLE_ALERTS)
def alerts_close(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for the reason, then close the chosen alerts with it."""
    data = request.POST if request.method == "POST" else request.GET
    chosen = chosen_alerts(request.user, data.getlist("chosen"))
    if not chosen:
        toast(request, _("Choose an open alert first."))
        return _back(request)
    form = CloseAlertForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        done = _each(chosen, lambda a: close_alert(a, by=request.user, reason=reason))
        words = ngettext("%(n)s alert closed.", "%(n)s alerts closed.", done)
        toast(request, words % {"n": done})
        return _back(request)
    context = {"form": form, "chosen": chosen, "back": data.get("back", "")}
    page = "alerts_close_dialog" if request.htmx else "alerts_close"
    status = 422 if form.errors else 200
    return render(request, f"health/{page}.html", context, status=status)


def _each(chosen: list[Alert], act: Any) -> int:
    """Do something to each alert; one that somebody closed meanwhile is passed over."""
    done = 0
    for alert in chosen:
        try:
            act(alert)
        except AlertAlreadyClosed:
            continue
        done += 1
    return done


def _back(request: AuthenticatedRequest) -> HttpResponse:
    """To the list as it was filtered; a dialog asks the page to load again."""
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    data = request.POST if request.method == "POST" else request.GET
    return redirect(_list_url(QueryDict(data.get("back", ""))))


def _list_url(query: QueryDict) -> str:
    words = query.urlencode()
    return reverse("health:alerts") + (f"?{words}" if words else "")


def _without_place(query: QueryDict, **changes: str) -> QueryDict:
    """The address without its page, and with these filters changed ("" removes)."""
    kept = query.copy()
    for name in ("cursor", "before", *changes):
        kept.pop(name, None)
    for name, value in changes.items():
        if value:
            kept[name] = value
    return kept


def _page_url(query: QueryDict, place: str, cursor: str) -> str:
    return _list_url(_without_place(query, **{place: cursor})) if cursor else ""


def _list_context(
    query: QueryDict, form: AlertFilterForm, choice: dict[str, Any]
) -> dict[str, Any]:
    """The bar above the list: open or closed, and the filters with what is chosen."""
    return {
        "form": form,
        "filters": [
            {
                "label": form.fields[name].label,
                "value": _words(form, name, choice.get(name)),
                "field": form[name],
                "clear_url": _list_url(_without_place(query, **{name: ""})),
            }
            for name in ("severity", "rule", "owner")
        ],
        "is_filtered": bool(choice.keys() - {"state"}),
        "all_url": _list_url(_without_place(QueryDict(), state=choice["state"])),
        "states": [
            {
                "label": label,
                "href": _list_url(_without_place(query, state=value)),
                "is_on": choice["state"] == value,
            }
            for value, label in AlertFilterForm.STATES
        ],
    }


def _words(form: AlertFilterForm, name: str, value: Any) -> str:
    """A choice as a person reads it, "" when nothing is chosen."""
    if not value:
        return ""
    choices: Any = getattr(form.fields[name], "choices", ())
    return (
        dict(choices).get(value, str(value)) if isinstance(value, str) else str(value)
    )
