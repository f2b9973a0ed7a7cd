"""What customers see: the form, and the page of their ticket behind a signed link."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.http import client_address
from core.toasts import toast
from organisation.models import Organisation
from tickets import services
from tickets.addresses import link_of_token, public_path
from tickets.conversation_lines import Line, author_of
from tickets.downloads import download
from tickets.models import Ticket
from tickets.public_forms import AnswerForm, RatingForm, SubmitForm
from tickets.queries.conversation import message_named, newest_of
from tickets.rendering import safe_html
from tickets.services.public_side import (
    FormIsOff,
    Submission,
    TooManyRequests,
    answer,
    close_by_customer,
    rate_by_customer,
    reopen_by_customer,
    shown_attachments,
    shown_messages,
    submit_form,
)
from tickets.services.rows import support_settings, survivor_of

BUSY = gettext_noop(
    "You have written very often in a short time. Please try again in a while."
)
CHANGED = gettext_noop("This has changed meanwhile. Please look again.")
#: What may have happened while the customer looked at the page.
_MEANWHILE = (
    services.MoveNotAllowed,
    services.NotRateable,
    services.TicketIsClosed,
    services.TicketIsMerged,
    services.TicketIsSpam,
)


def for_customers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nobody who is signed in here speaks as the customer."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@never_cache
@login_not_required
def support_form(request: HttpRequest) -> HttpResponse:
    """Where a customer asks for help without signing in."""
    data = request.POST if request.method == "POST" else None
    form = SubmitForm(data)
    if data is not None and form.is_valid():
        sent = Submission(**form.cleaned_data)
        try:
            ticket = submit_form(sent, address=client_address(request) or "")
            return _thanks(request, ticket)
        except FormIsOff as off:
            raise Http404 from off
        except TooManyRequests:
            form.add_error(None, _(BUSY))
        except ValidationError as error:
            form.take_errors(error)
    elif not support_settings().has_public_form:
        raise Http404
    context = {"form": form, "company": company()}
    status = 422 if form.errors else 200
    return render(request, "tickets/support_form.html", context, status=status)


def _thanks(request: HttpRequest, ticket: Ticket | None) -> HttpResponse:
    """Thank everybody; only a stranger's request is opened by a link at once.

    Nobody has shown that the address is theirs. What we write to a known customer must
    not be read by whoever typed it.
    """
    link = ""
    if ticket is not None and ticket.account_id is None:
        link = request.build_absolute_uri(public_path(ticket))
    context = {
        "company": company(),
        "link": link,
        "number": ticket.number if ticket else "",
    }
    return render(request, "tickets/support_thanks.html", context)


def company() -> str:
    """Whom the customer writes to."""
    return Organisation.objects.values_list("name", flat=True).first() or ""


def tickets_behind(token: str) -> tuple[Ticket, Ticket]:
    """The ticket of a link, and the end of its merges; 404 for any other link, and for
    the link of whoever had the ticket before it became another customer's."""
    link = link_of_token(token)
    if link is None:
        raise Http404
    present = survivor_of(link.ticket)
    if present.spam_at is not None or not link.opens(present):
        raise Http404
    return link.ticket, present


def ticket_behind(token: str) -> Ticket:
    """What the link shows: the ticket at the end of its merges."""
    return tickets_behind(token)[1]


@never_cache
@login_not_required
@require_safe
def public_ticket(request: HttpRequest, token: str) -> HttpResponse:
    """Read the conversation; write, close, reopen and rate below it."""
    return _page(request, ticket_behind(token), token)


def _page(
    request: HttpRequest,
    ticket: Ticket,
    token: str,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    written = shown_messages(ticket)
    before = message_named(written, request.GET.get("earlier", ""))
    messages, has_earlier = newest_of(written, before=before)
    lines = [
        Line(
            message.sent_at,
            message=message,
            author=author_of(message),
            html=safe_html(message.html),
            attachments=tuple(message.attachments.all()),
        )
        for message in messages
    ]
    context = {
        "ticket": ticket,
        "token": token,
        "lines": lines,
        "earlier": messages[0].public_id if has_earlier else "",
        "is_past": before is not None,
        "company": company(),
        "is_staff_here": request.user.is_authenticated,
        "is_done": ticket.status in ("resolved", "closed"),
        "may_rate": services.may_rate(ticket),
        "form": AnswerForm(),
        "rating": RatingForm(),
        **more,
    }
    return render(request, "tickets/public_ticket.html", context, status=status)


@never_cache
@login_not_required
@require_POST
@for_customers
def public_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The customer writes; on a closed ticket a new one begins and is opened."""
    named, ticket = tickets_behind(token)
    form = AnswerForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            message = answer(
                named,
                text=form.cleaned_data["text"],
                address=client_address(request) or "",
                uploads=form.cleaned_data["uploads"],
            )
            toast(request, _("Thank you. We have your message."))
            if message.ticket_id == ticket.pk:
                return redirect("tickets:public_ticket", token)
            return redirect(public_path(message.ticket))
        except TooManyRequests:
            return _page(request, ticket, token, status=429, form=form, problem=_(BUSY))
        except services.TicketIsMerged:
            form.add_error(None, _(CHANGED))
        except ValidationError as error:
            form.take_errors(error)
    return _page(request, ticket, token, status=422, form=form)


def _step(
    request: HttpRequest, token: str, act: Callable[..., Any], words: str
) -> HttpResponse:
    ticket = ticket_behind(token)
    try:
        act(ticket, address=client_address(request) or "")
        toast(request, words)
    except TooManyRequests:
        return _page(request, ticket, token, status=429, problem=_(BUSY))
    except _MEANWHILE:
        toast(request, _(CHANGED))
    return redirect("tickets:public_ticket", token)


@never_cache
@login_not_required
@require_POST
@for_customers
def public_close(request: HttpRequest, token: str) -> HttpResponse:
    """The customer says that it is solved."""
    return _step(request, token, close_by_customer, _("Thank you. It is closed."))


@never_cache
@login_not_required
@require_POST
@for_customers
def public_reopen(request: HttpRequest, token: str) -> HttpResponse:
    """The customer says that it is not solved."""
    words = _("It is open again. We will look at it.")
    return _step(request, token, reopen_by_customer, words)


@never_cache
@login_not_required
@require_POST
@for_customers
def public_rate(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the rating; opening the link alone never does."""
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket_behind(token), token, status=422, rating=form)
    data = form.cleaned_data

    def act(ticket: Ticket, *, address: str) -> None:
        rate_by_customer(
            ticket, score=data["score"], comment=data["comment"], address=address
        )

    return _step(request, token, act, _("Thank you for telling us."))


@never_cache
@login_not_required
@require_safe
def public_attachment(
    request: HttpRequest, token: str, public_id: UUID
) -> HttpResponseBase:
    """A file of the conversation, as a download."""
    files = shown_attachments(ticket_behind(token))
    return download(get_object_or_404(files, public_id=public_id))
