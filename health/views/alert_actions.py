"""What people do with alerts, one by one or many at once.

Every action takes the ``chosen`` alerts and answers where it was started: with the
inbox drawn again, or by asking the page of an alert or account to load again.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from health.alert_forms import CloseAlertForm
from health.alert_inbox import Inbox, list_url
from health.models import Alert
from health.queries.alert_lists import chosen_alerts
from health.services import AlertAlreadyClosed, acknowledge_alert, close_alert
from organisation.access import require
from organisation.permissions import Permission

#: Where an action may be started, besides the inbox.
ON_ALERT, ON_ACCOUNT = "alert", "account"


@require_POST
@require(Permission.HANDLE_ALERTS)
def alerts_acknowledge(request: AuthenticatedRequest) -> HttpResponse:
    """Say that one deals with the chosen alerts."""
    chosen = _chosen(request)
    if not chosen:
        return _nothing_chosen(request)
    done = _each(chosen, lambda alert: acknowledge_alert(alert, by=request.user))
    words = ngettext("%(n)s alert acknowledged.", "%(n)s alerts acknowledged.", done)
    toast(request, words % {"n": done})
    return _back(request, chosen)


@require(Permission.HANDLE_ALERTS)
def alerts_close(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for the reason, then close the chosen alerts with it."""
    chosen = _chosen(request)
    if not chosen:
        return _nothing_chosen(request)
    form = CloseAlertForm(request.POST if "reason" in request.POST else None)
    if not form.is_valid():
        return _ask(request, "close", form, chosen)
    reason = form.cleaned_data["reason"]
    done = _each(chosen, lambda a: close_alert(a, by=request.user, reason=reason))
    words = ngettext("%(n)s alert closed.", "%(n)s alerts closed.", done)
    toast(request, words % {"n": done})
    return _back(request, chosen)


def _data(request: AuthenticatedRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _chosen(request: AuthenticatedRequest) -> list[Alert]:
    return chosen_alerts(request.user, _data(request).getlist("chosen"))


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


def _nothing_chosen(request: AuthenticatedRequest) -> HttpResponse:
    toast(request, _("Choose an open alert first."), level=messages.WARNING)
    return _back(request, [])


def _ask(
    request: AuthenticatedRequest, action: str, form: Any, chosen: list[Alert]
) -> HttpResponse:
    """The form of an action: in a dialog, or as a page where nothing opens one."""
    data = _data(request)
    context = {
        "form": form,
        "chosen": chosen,
        "action": reverse(f"health:alerts_{action}"),
        "place": data.get("place", ""),
        "back": data.get("back", ""),
        "back_url": _address(request, chosen),
        "title": _title(action, len(chosen)),
        "submit": _SUBMIT[action],
        "is_danger": action == "close",
    }
    status = 422 if form.errors else 200
    if not request.htmx:
        return render(request, "health/alerts_ask.html", context, status=status)
    answer = render(request, "health/alerts_ask_dialog.html", context, status=status)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#modal-body", "innerHTML"
    return answer


_SUBMIT = {
    "close": gettext_lazy("Close"),
    "assign": gettext_lazy("Assign"),
    "snooze": gettext_lazy("Snooze"),
}


def _title(action: str, count: int) -> str:
    if action == "close":
        words = ngettext("Close this alert", "Close %(n)s alerts", count)
    elif action == "assign":
        words = ngettext("Assign this alert", "Assign %(n)s alerts", count)
    else:
        words = ngettext("Snooze this alert", "Snooze %(n)s alerts", count)
    return words % {"n": count}


def _back(request: AuthenticatedRequest, chosen: list[Alert]) -> HttpResponse:
    """To where the action was started, as it stood."""
    data = _data(request)
    if not request.htmx:
        return redirect(_address(request, chosen))
    if data.get("place"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    inbox = Inbox(QueryDict(data.get("back", "")), request.user)
    answer = render(request, "health/alerts_again.html", inbox.context())
    answer["HX-Retarget"], answer["HX-Reswap"] = "#inbox", "outerHTML"
    answer["HX-Trigger"] = "closeModal"
    return answer


def _address(request: AuthenticatedRequest, chosen: list[Alert]) -> str:
    data = _data(request)
    place = data.get("place", "")
    if chosen and place == ON_ALERT:
        return reverse("health:alert", args=[chosen[0].public_id])
    if chosen and place == ON_ACCOUNT:
        return reverse("reports:account", args=[chosen[0].account.public_id])
    return list_url(QueryDict(data.get("back", "")).urlencode())
