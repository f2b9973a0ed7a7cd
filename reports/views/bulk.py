"""Bulk changes from the portfolio, and taking them back."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.querysets import AccountQuerySet
from core.formatting import number
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from reports.forms import BulkForm
from reports.portfolio_page import BULK_LIMIT
from reports.services import (
    BulkChange,
    CannotUndo,
    assign_in_bulk,
    tag_in_bulk,
    undo_in_bulk,
    untag_in_bulk,
)
from reports.views.portfolio import state_of


@require_POST
@require(Permission.EDIT_ACCOUNTS)
def portfolio_bulk(request: AuthenticatedRequest) -> HttpResponse:
    """Assign or tag the chosen accounts, or all of the list."""
    form = BulkForm(request.POST)
    back = HttpResponseRedirect(_list_address(request))
    if not form.is_valid():
        _say_errors(request, [str(each[0]) for each in form.errors.values()])
        return back
    accounts = _chosen(request, form)
    if form.cleaned_data["everything"] and accounts.count() > BULK_LIMIT:
        too_many = _("That are more than %(n)s accounts. Narrow the list down first.")
        _say_errors(request, [too_many % {"n": number(BULK_LIMIT)}])
        return back
    try:
        change = _apply(form, accounts, request)
    except ValidationError as wrong:
        _say_errors(request, wrong.messages)
        return back
    _say_done(request, form, change)
    return back


@require_POST
@require(Permission.EDIT_ACCOUNTS)
def portfolio_undo(request: AuthenticatedRequest, token: str) -> HttpResponse:
    """Take a bulk change back."""
    try:
        undone = undo_in_bulk(token, by=request.user)
    except CannotUndo:
        text = _(
            "This can no longer be undone here. The timeline says what was before."
        )
        _say_errors(request, [text])
        return HttpResponseRedirect(_came_from(request))
    if undone:
        text = ngettext(
            "Undone for %(n)s account.", "Undone for %(n)s accounts.", undone
        )
        toast(request, text % {"n": number(undone)})
    else:
        text = _("Nothing was left to undo.")
        toast(request, text, level=messages.INFO)
    return HttpResponseRedirect(_came_from(request))


def _chosen(request: AuthenticatedRequest, form: BulkForm) -> AccountQuerySet:
    """Only what this person sees: a foreign id changes nothing."""
    state = state_of(request, form.list_params())
    if form.cleaned_data["everything"]:
        return state.accounts.live()
    return state.visible.live().filter(public_id__in=form.cleaned_data["chosen"])


def _apply(
    form: BulkForm, accounts: AccountQuerySet, request: AuthenticatedRequest
) -> BulkChange:
    data = form.cleaned_data
    if data["action"] == form.ASSIGN:
        return assign_in_bulk(accounts, owner=data["owner"], by=request.user)
    apply = tag_in_bulk if data["action"] == form.TAG else untag_in_bulk
    return apply(accounts, tag=data["tag"], by=request.user)


def _say_done(
    request: AuthenticatedRequest, form: BulkForm, change: BulkChange
) -> None:
    if not change.changed:
        text = _("Nothing changed: these accounts were like that already.")
        toast(request, text, level=messages.INFO)
        return
    n = change.changed
    data = form.cleaned_data
    if data["action"] == form.ASSIGN and data["owner"] is None:
        text = ngettext(
            "%(n)s account has no owner now.", "%(n)s accounts have no owner now.", n
        )
    elif data["action"] == form.ASSIGN:
        text = ngettext(
            "%(n)s account given to %(who)s.", "%(n)s accounts given to %(who)s.", n
        )
    elif data["action"] == form.TAG:
        text = ngettext(
            "%(n)s account tagged “%(tag)s”.", "%(n)s accounts tagged “%(tag)s”.", n
        )
    else:
        text = ngettext(
            "Tag “%(tag)s” removed from %(n)s account.",
            "Tag “%(tag)s” removed from %(n)s accounts.",
            n,
        )
    words = {"n": number(n), "tag": data["tag"], "who": data["owner"]}
    undo = reverse("reports:portfolio_undo", args=[change.undo_token])
    toast(request, text % words, undo_url=undo)


def _say_errors(request: AuthenticatedRequest, errors: list[str]) -> None:
    for error in errors:
        toast(request, error, level=messages.ERROR)


def _list_address(request: AuthenticatedRequest) -> str:
    query = request.POST.get("query", "")
    base = reverse("reports:portfolio")
    return f"{base}?{query}" if query else base


def _came_from(request: AuthenticatedRequest) -> str:
    """The page with the undo button, if it is one of ours."""
    address = request.META.get("HTTP_REFERER", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(address, hosts, request.is_secure()):
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}".rstrip("?")
    return reverse("reports:portfolio")
