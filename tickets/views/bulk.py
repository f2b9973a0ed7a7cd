"""Changes of many tickets at once, from the queue, with a way back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core.formatting import number
from core.http import AuthenticatedRequest
from core.paging import capped_count
from core.public_ids import public_id, public_ids
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from tickets import services
from tickets.bulk_forms import BulkChangeForm, BulkCloseForm
from tickets.models import BulkChange, Ticket, TicketQuerySet
from tickets.queue_page import QueueState
from tickets.services import bulk as many
from tickets.services.bulk_merging import bulk_merge
from tickets.services.bulk_rows import Chosen
from tickets.services.bulk_undo import undo_bulk
from tickets.services.parting import stayed_behind
from tickets.views.tickets import REFUSALS

MOST_AT_ONCE = 500


class NothingToChange(Exception):
    """No ticket was chosen, or far too many were."""


def chosen(request: AuthenticatedRequest) -> list[Ticket]:
    """The tickets whose boxes were ticked, or all of the list; those one may see.

    Raises NothingToChange with the words to show.
    """
    # The services read and lock them anew; here they are only named.
    named = _named(request).only("public_id", "number", "subject", "opened_at")
    return _some_but_not_too_many(named)


def _chosen_ids(request: AuthenticatedRequest) -> list[Chosen]:
    """The same, without what they are called."""
    return _some_but_not_too_many(_named(request).values_list("pk", named=True))


def _some_but_not_too_many(named: QuerySet[Any, Any]) -> list[Any]:
    tickets = list(named[: MOST_AT_ONCE + 1])
    if not tickets:
        raise NothingToChange(_("Choose a ticket first."))
    if len(tickets) > MOST_AT_ONCE:
        words = _("That is more than %(n)s tickets. Narrow the list down first.")
        raise NothingToChange(words % {"n": MOST_AT_ONCE})
    return tickets


def _named(request: AuthenticatedRequest) -> TicketQuerySet:
    if "everything" in request.POST:
        query = QueryDict(request.POST.get("back", ""))
        state = QueueState(request.user, query, timezone.now())
        return state.tickets(state.form)
    ids = public_ids(request.POST.getlist("chosen"))
    return Ticket.objects.visible_to(request.user).filter(public_id__in=ids)


@require_safe
@require(Permission.EDIT_TICKETS)
def queue_matching(request: AuthenticatedRequest) -> HttpResponse:
    """How many tickets "all that match" would change; asked when somebody chooses."""
    state = QueueState(request.user, request.GET, timezone.now())
    found = capped_count(state.tickets(state.form), cap=MOST_AT_ONCE)
    if found.is_capped:
        words = _("all that match (more than %(n)s, too many at once)")
    else:
        words = _("all %(n)s that match")
    return HttpResponse(escape(words % {"n": number(found.value)}))


@require_POST
@require(Permission.EDIT_TICKETS)
def queue_bulk(request: AuthenticatedRequest) -> HttpResponse:
    """Assign, move along, prioritise, tag or merge the chosen tickets."""
    try:
        if request.POST.get("verb") == "merge":
            return _merged(request, chosen(request))
        tickets = _chosen_ids(request)
    except NothingToChange as nothing:
        toast(request, str(nothing), level=messages.WARNING)
        return back(request)
    form = BulkChangeForm(request.POST)
    if not form.is_valid():
        toast(request, _("Choose what should change."))
        return back(request)
    for change in _changes(request, tickets, form.cleaned_data):
        _tell(request, change)
    return back(request)


def _changes(
    request: AuthenticatedRequest, tickets: list[Chosen], data: dict[str, Any]
) -> list[BulkChange]:
    """One change for each field that was chosen."""
    made = []
    user = request.user
    try:
        if data["assignee"] or data["is_nobody"]:
            made.append(many.bulk_assign(tickets, to=data["assignee"], by=user))
        if data["priority"]:
            made.append(many.bulk_priority(tickets, priority=data["priority"], by=user))
        if data["tag"]:
            made.append(many.bulk_add_tag(tickets, tag=data["tag"], by=user))
        if data["status"]:
            made.append(many.bulk_status(tickets, status=data["status"], by=user))
    except ValidationError as error:
        toast(request, " ".join(error.messages))
    return made


def _tell(request: AuthenticatedRequest, change: BulkChange) -> None:
    words = ngettext(
        "%(n)s ticket changed.", "%(n)s tickets changed.", change.ticket_count
    )
    undo = _undo_url(request, change) if change.ticket_count else ""
    toast(request, words % {"n": number(change.ticket_count)}, undo_url=undo)


def _undo_url(request: AuthenticatedRequest, change: BulkChange) -> str:
    """Where the change is taken back, and the list one was on comes back with it."""
    query = urlencode({"back": request.POST.get("back", "")})
    return f"{reverse('tickets:queue_undo', args=[change.public_id])}?{query}"


def _merged(request: AuthenticatedRequest, tickets: list[Ticket]) -> HttpResponse:
    """The oldest of the chosen tickets takes in the others."""
    if "everything" in request.POST:
        toast(request, _("Choose the tickets to merge one by one."))
        return back(request)
    if len(tickets) < 2:
        toast(request, _("Choose at least two tickets to merge."))
        return back(request)
    oldest, *others = sorted(tickets, key=lambda ticket: (ticket.opened_at, ticket.pk))
    try:
        change = bulk_merge(others, into=oldest, by=request.user)
    except REFUSALS as refusal:
        toast(request, str(refusal))
        return back(request)
    words = _("Merged into %(number)s, the oldest of them.")
    undo = _undo_url(request, change)
    toast(request, words % {"number": oldest.number}, undo_url=undo)
    return back(request)


@require_POST
@require(Permission.EDIT_TICKETS)
def queue_close(request: AuthenticatedRequest) -> HttpResponse:
    """Ask for the message to the customers, then close the chosen tickets with it."""
    try:
        tickets = chosen(request)
    except NothingToChange as nothing:
        toast(request, str(nothing), level=messages.WARNING)
        return back(request)
    form = BulkCloseForm(request.POST if "message" in request.POST else None)
    if form.is_valid():
        change = many.bulk_close(
            tickets, message=form.cleaned_data["message"], by=request.user
        )
        _tell(request, change)
        return back(request)
    context = {
        "form": form,
        "tickets": tickets,
        "back": request.POST.get("back", ""),
    }
    status = 422 if form.errors else 200
    return render(request, "tickets/queue_close.html", context, status=status)


@require_POST
@require(Permission.EDIT_TICKETS)
def queue_undo(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Take a bulk change back, where nobody has changed the ticket since."""
    change = get_object_or_404(
        BulkChange.objects.filter(made_by=request.user), public_id=public_id
    )
    try:
        undone = undo_bulk(change, by=request.user)
    except services.AlreadyUndone:
        toast(request, _("This was undone before."))
        return after_undo(request)
    except services.ChangedSince as changed:
        toast(request, str(changed))
        return after_undo(request)
    except services.TooLateToUndo as late:
        words = _("A change can be undone for %(n)s minutes.")
        toast(request, words % {"n": late.minutes})
        return after_undo(request)
    words = ngettext("%(n)s ticket as before.", "%(n)s tickets as before.", undone)
    toast(request, words % {"n": number(undone)} + _stayed(change))
    return after_undo(request)


def _stayed(change: BulkChange) -> str:
    """What does not go back with a merge that is undone."""
    count, target = stayed_behind(change)
    if target is None or not count:
        return ""
    words = ngettext(
        " %(n)s message written since stays on %(number)s.",
        " %(n)s messages written since stay on %(number)s.",
        count,
    )
    return words % {"n": number(count), "number": target.number}


def after_undo(request: AuthenticatedRequest) -> HttpResponse:
    """To the ticket whose page made the change, else to the list it was made in."""
    ticket = public_id(request.GET.get("ticket", ""))
    if ticket is None:
        return back(request)
    return back(request, reverse("tickets:ticket", args=[ticket]))


def back(request: AuthenticatedRequest, address: str = "") -> HttpResponse:
    """To the queue as it was: view, filters, order and page; or elsewhere with it."""
    asked = request.POST.get("back") or request.GET.get("back", "")
    words = QueryDict(asked).urlencode()
    address = address or reverse("tickets:queue")
    return redirect(address + (f"?{words}" if words else ""))
