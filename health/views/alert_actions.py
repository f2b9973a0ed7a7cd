"""What people do with alerts, one by one or many at once.

Every action takes the ``chosen`` alerts and answers where it was started: with the
inbox drawn again, or by asking the page of an alert or account to load again.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from core.http import AuthenticatedRequest
from core.toasts import toast
from health.alert_forms import AssignAlertsForm, CloseAlertForm, SnoozeAlertsForm
from health.alert_inbox import Inbox, list_url
from health.alert_undo import CannotUndo, undo, undo_assigning, undo_snoozing
from health.models import Alert
from health.queries.alert_lists import chosen_alerts
from health.services.alerts import (
    CannotHandleAlert,
    acknowledge_alerts,
    assign_alerts,
    close_alerts,
    snooze_alerts,
    wake_alerts,
)
from organisation.access import require
from organisation.clock import today
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
    done = acknowledge_alerts(_rows(chosen), by=request.user)
    words = ngettext(
        "%(n)s alert acknowledged.", "%(n)s alerts acknowledged.", len(done)
    )
    _say(request, words, done)
    return _back(request, chosen)


@require_POST
@require(Permission.HANDLE_ALERTS)
def alerts_wake(request: AuthenticatedRequest) -> HttpResponse:
    """End the snooze of the chosen alerts."""
    chosen = _chosen(request)
    if not chosen:
        return _nothing_chosen(request)
    done = wake_alerts(_rows(chosen), by=request.user)
    _say(
        request, ngettext("%(n)s alert woken.", "%(n)s alerts woken.", len(done)), done
    )
    return _back(request, chosen)


@require(Permission.HANDLE_ALERTS)
def alerts_assign(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for a person, then give them the chosen alerts."""
    chosen = _chosen(request)
    if not chosen:
        return _nothing_chosen(request)
    data = request.POST if "to" in request.POST else None
    form = AssignAlertsForm(data, by=request.user)
    if not form.is_valid():
        return _ask(request, "assign", form, chosen)
    to = form.cleaned_data["to"]
    try:
        done = assign_alerts(_rows(chosen), to=to, by=request.user)
    except CannotHandleAlert as wrong:
        form.add_error("to", str(wrong))
        return _ask(request, "assign", form, chosen)
    if to is None:
        words = ngettext(
            "%(n)s alert is nobody's own now.", "%(n)s alerts are nobody's own now.",
            len(done),
        )  # fmt: skip
    else:
        words = ngettext(
            "%(n)s alert given to %(who)s.", "%(n)s alerts given to %(who)s.", len(done)
        )
    before = [alert for alert in chosen if alert.pk in {each.pk for each in done}]
    _say(request, words, done, undo_assigning(before, to=to, by=request.user), who=to)
    return _back(request, chosen)


@require(Permission.HANDLE_ALERTS)
def alerts_snooze(request: AuthenticatedRequest) -> HttpResponse:
    """Ask until when, then let the chosen alerts be quiet."""
    chosen = _chosen(request)
    if not chosen:
        return _nothing_chosen(request)
    data = request.POST if "until" in request.POST else None
    form = SnoozeAlertsForm(data, today=today())
    if not form.is_valid():
        return _ask(request, "snooze", form, chosen)
    done = snooze_alerts(_rows(chosen), by=request.user, until=form.until_day())
    words = ngettext("%(n)s alert snoozed.", "%(n)s alerts snoozed.", len(done))
    _say(request, words, done, undo_snoozing(done, by=request.user))
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
    done = close_alerts(_rows(chosen), by=request.user, reason=reason)
    _say(
        request,
        ngettext("%(n)s alert closed.", "%(n)s alerts closed.", len(done)),
        done,
    )
    return _back(request, chosen)


@require_POST
@require(Permission.HANDLE_ALERTS)
def alerts_undo(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Take back what was just assigned or snoozed."""
    try:
        done = undo(token, by=request.user)
    except CannotUndo:
        text = _("This can no longer be undone here. The alert says what was before.")
        toast(request, text, level=messages.ERROR)
    else:
        words = ngettext("Undone for %(n)s alert.", "Undone for %(n)s alerts.", done)
        toast(request, words % {"n": done})
    return redirect(_came_from(request))


def _data(request: AuthenticatedRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _chosen(request: AuthenticatedRequest) -> list[Alert]:
    return chosen_alerts(request.user, _data(request).getlist("chosen"))


def _rows(chosen: list[Alert]) -> Any:
    return Alert.objects.filter(pk__in=[alert.pk for alert in chosen])


def _say(
    request: AuthenticatedRequest,
    words: str,
    done: list[Alert],
    undo_token: str = "",
    who: Any = "",
) -> None:
    """What was done to how many, with a way back where there is one."""
    if not done:
        text = _("Nothing changed: these alerts were like that already.")
        toast(request, text, level=messages.INFO)
        return
    address = reverse("health:alerts_undo", args=[undo_token]) if undo_token else ""
    toast(request, words % {"n": len(done), "who": who}, undo_url=address)


def _nothing_chosen(request: AuthenticatedRequest) -> HttpResponse:
    toast(request, _("Choose an open alert first."), level=messages.WARNING)
    return _back(request, [])


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


def _came_from(request: AuthenticatedRequest) -> str:
    """The page with the undo button, if it is one of ours."""
    address = request.META.get("HTTP_REFERER", "")
    if url_has_allowed_host_and_scheme(
        address, {request.get_host()}, request.is_secure()
    ):
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}".rstrip("?")
    return reverse("health:alerts")
