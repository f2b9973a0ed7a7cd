"""One ticket: its page, and everything that is done to it there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from core import public_ids
from core.http import AuthenticatedRequest
from core.paging import CursorRefused
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from tickets import services
from tickets.ask_forms import AskForm
from tickets.asks import ASKS
from tickets.models import BulkChange, Ticket
from tickets.queries.conversation import target_of, tickets_for_page
from tickets.queue_page import QueueState, beside_context
from tickets.ticket_page import conversation_context, ticket_context

#: What can stand in the way of a change, said beside the ticket.
REFUSALS = (
    services.AlreadyClaimed,
    services.CannotMerge,
    services.CustomerWroteMeanwhile,
    services.MoveNotAllowed,
    services.StaleTicket,
    services.TicketIsClosed,
    services.TicketIsMerged,
    services.TicketIsSpam,
)


def ticket_for(request: AuthenticatedRequest, public_id: UUID) -> Ticket:
    """The ticket, or 404 for one this person may not see."""
    return get_object_or_404(tickets_for_page(request.user), public_id=public_id)


@require_safe
@vary_on_headers("HX-Request")
@require(Permission.VIEW_TICKETS)
def ticket(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Conversation, clocks and details, with the queue beside them."""
    found = ticket_for(request, public_id)
    target = None if "stay" in request.GET else target_of(found, request.user)
    if target is not None:
        return redirect("tickets:ticket", target.public_id)
    if request.htmx and "earlier" in request.GET:
        state = QueueState(request.user, request.GET, timezone.now())
        context = {"ticket": found} | conversation_context(request, found, state)
        return render(request, "tickets/ticket_entries.html", context)
    if request.htmx:
        return pane(request, found)
    state = QueueState(request.user, request.GET, timezone.now())
    try:
        beside = beside_context(state)
    except CursorRefused:
        return redirect("tickets:ticket", public_id)
    context = beside | ticket_context(request, found, now=state.now)
    return render(request, "tickets/ticket.html", context)


def pane(
    request: AuthenticatedRequest,
    found: Ticket,
    *,
    problem: str = "",
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The ticket without the list, with whatever there is to tell."""
    context = ticket_context(request, found, now=timezone.now())
    context |= {"problem": problem, **more}
    return render(request, "tickets/ticket_pane.html", context, status=status)


def after_change(
    request: AuthenticatedRequest, public_id: UUID, *, is_dialog: bool = False
) -> HttpResponse:
    """The ticket as it is now: the pane to HTMX, the page to everybody else."""
    state = QueueState(request.user, request.GET, timezone.now())
    query = state.query_string(earlier="")
    if not request.htmx:
        return redirect(reverse("tickets:ticket", args=[public_id]) + query)
    found = ticket_for(request, public_id)
    target = target_of(found, request.user)
    if target is not None:
        found = ticket_for(request, target.public_id)
    answer = pane(request, found)
    answer["HX-Push-Url"] = reverse("tickets:ticket", args=[found.public_id]) + query
    if is_dialog:
        answer["HX-Retarget"], answer["HX-Reswap"] = "#ticket", "outerHTML"
        answer["HX-Trigger"] = "closeModal"
    return answer


Act = Callable[[Ticket, Any, datetime], Any]
#: Taken back as if it had not happened, and not by doing the opposite.
UNDO = "undo"
#: What happens at once: the service, the words afterwards, and what takes it back.
ACTS: dict[str, tuple[Act, Any, str]] = {
    "claim": (
        lambda ticket, user, at: services.claim(ticket, by=user, now=at),
        gettext_lazy("It is yours."),
        UNDO,
    ),
    "release": (
        lambda ticket, user, at: services.release(ticket, by=user, now=at),
        gettext_lazy("Given back to the queue."),
        UNDO,
    ),
    "wait": (
        lambda ticket, user, at: services.change_status(
            ticket, by=user, now=at, status="waiting"
        ),
        gettext_lazy("Waiting for the customer."),
        UNDO,
    ),
    "resume": (
        lambda ticket, user, at: services.change_status(
            ticket, by=user, now=at, status="in_progress"
        ),
        gettext_lazy("In progress again."),
        UNDO,
    ),
    "resolve": (
        lambda ticket, user, at: services.resolve(ticket, by=user, now=at),
        gettext_lazy("Resolved. The customer can confirm it on their page."),
        UNDO,
    ),
    "reopen": (
        lambda ticket, user, at: services.reopen(ticket, by=user, now=at),
        gettext_lazy("Reopened."),
        "",
    ),
    "close": (
        lambda ticket, user, at: services.close(ticket, by=user, now=at),
        gettext_lazy("Closed."),
        UNDO,
    ),
    "wake": (
        lambda ticket, user, at: services.wake(ticket, by=user, now=at),
        gettext_lazy("Awake again."),
        UNDO,
    ),
    "watch": (
        lambda ticket, user, at: services.watch(ticket, by=user, person=user),
        gettext_lazy("You are told from now on."),
        "unwatch",
    ),
    "unwatch": (
        lambda ticket, user, at: services.unwatch(ticket, by=user, person=user),
        gettext_lazy("You are told no longer."),
        "watch",
    ),
    "spam": (
        lambda ticket, user, at: services.mark_spam(ticket, by=user, now=at),
        gettext_lazy("Marked as spam."),
        "unspam",
    ),
    "unspam": (
        lambda ticket, user, at: services.unmark_spam(ticket, by=user, now=at),
        gettext_lazy("Back in the queue."),
        "",
    ),
}


@require_POST
@require(Permission.EDIT_TICKETS)
def ticket_act(
    request: AuthenticatedRequest, public_id: UUID, what: str
) -> HttpResponse:
    """Do one of the things that need no question."""
    if what not in ACTS:
        raise Http404
    words = ACTS[what][1]
    found = ticket_for(request, public_id)
    seen = public_ids.public_id(request.POST.get("seen", ""))
    try:
        with transaction.atomic():
            services.refuse_unread(found, seen=seen)
            back = _do(request, found, what)
    except REFUSALS as refusal:
        return refused(request, public_id, str(refusal))
    except ValidationError as error:
        return refused(request, public_id, " ".join(error.messages))
    toast(request, str(words), undo_url=back)
    return after_change(request, public_id)


def _do(request: AuthenticatedRequest, found: Ticket, what: str) -> str:
    """Do it; the address that takes it back, if there is one."""
    act, _words, back = ACTS[what]
    user, at = request.user, timezone.now()
    if back != UNDO:
        act(found, user, at)
        name = "tickets:ticket_act"
        return reverse(name, args=[found.public_id, back]) if back else ""
    change = services.do_undoably(
        found, lambda ticket, at: act(ticket, user, at), verb=what, by=user, now=at
    )
    return _undo_url(request, found, change)


def _undo_url(
    request: AuthenticatedRequest, found: Ticket, change: BulkChange | None
) -> str:
    """Where a change is taken back; one comes back to the ticket and its list."""
    if change is None or not change.ticket_count:
        return ""
    state = QueueState(request.user, request.GET, timezone.now())
    query = state.query_string(earlier="", write="").removeprefix("?")
    place = {"ticket": found.public_id} | ({"back": query} if query else {})
    address = reverse("tickets:queue_undo", args=[change.public_id])
    return f"{address}?{urlencode(place)}"


def refused(
    request: AuthenticatedRequest, public_id: UUID, problem: str
) -> HttpResponse:
    """Why it did not happen, beside the ticket as it is now."""
    found = ticket_for(request, public_id)
    if request.htmx:
        return pane(request, found, problem=problem, status=422)
    state = QueueState(request.user, request.GET, timezone.now())
    context = beside_context(state) | ticket_context(request, found, now=state.now)
    context["problem"] = problem
    return render(request, "tickets/ticket.html", context, status=409)


@vary_on_headers("HX-Request")
@require(Permission.EDIT_TICKETS)
def ticket_ask(
    request: AuthenticatedRequest, public_id: UUID, what: str
) -> HttpResponse:
    """Ask what has to be known first, then do it."""
    if what not in ASKS:
        raise Http404
    found = ticket_for(request, public_id)
    data = request.POST if request.method == "POST" else None
    form = ASKS[what](data, ticket=found, user=request.user)
    if data is not None and form.is_valid() and _is_done(form):
        toast(request, str(form.done), undo_url=_undo_url(request, found, form.change))
        return after_change(request, public_id, is_dialog=True)
    context = {
        "form": form,
        "ticket": found,
        "title": form.title,
        "submit": form.submit,
        "body_template": "tickets/ask_fields.html",
        "action": request.get_full_path(),
    }
    page = "components/modal.html" if request.htmx else "tickets/ask.html"
    return render(request, page, context, status=422 if form.errors else 200)


def _is_done(form: AskForm) -> bool:
    """Apply the form; what a service refuses stands beside the fields."""
    try:
        form.apply()
    except ValidationError as error:
        form.take_errors(error)
    except services.StaleTicket as stale:
        # Sent again, it stands over what was changed: whoever sends it was told.
        form.data = form.resent(stale.current.version)
        words = _("Close this to look at it, or save again to keep what you wrote.")
        form.add_error(None, f"{stale} {words}")
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
    return not form.errors
