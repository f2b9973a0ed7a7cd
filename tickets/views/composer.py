"""Writing on a ticket: reply, note, draft, canned replies, and who else is writing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import public_ids
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from tickets import services
from tickets.composer_form import ComposerForm
from tickets.models import CannedReply, MessageKind, Ticket
from tickets.queries.conversation import newest_message, tickets_for_page
from tickets.queries.offered import agents
from tickets.queue_page import QueueState, beside_context
from tickets.services.attachments import stored_together
from tickets.services.canned_replies import filled_replies
from tickets.services.drafts import follow_composer, forget_other_side
from tickets.services.messages import sent_with
from tickets.services.presence import leave, note_presence
from tickets.ticket_page import ticket_context
from tickets.views.tickets import REFUSALS, after_change, pane, ticket_for

MOST_SUGGESTED = 8


@require_POST
@require(Permission.EDIT_TICKETS)
def ticket_write(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Send a reply or keep a note, with its files; nothing is lost when it fails."""
    found = ticket_for(request, public_id)
    form = ComposerForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            _write(found, form.cleaned_data, request.user)
        except ValidationError as error:
            form.take_errors(error)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
    if form.errors:
        return _again(request, found, form)
    toast(request, _said(form.cleaned_data))
    return after_change(request, public_id)


def _write(ticket: Ticket, data: dict[str, Any], user: Any) -> None:
    """Write it once; the same text from the same composer was sent before."""
    kind, text, key = data["kind"], data["text"], data["key"]
    with transaction.atomic():
        Ticket.objects.held().only("pk").get(pk=ticket.pk)
        before = sent_with(key, by=user)
        if before is not None and (before.kind, before.text) == (kind, text.strip()):
            return
        with stored_together(ticket, data["uploads"], by=user) as files:
            if kind == MessageKind.NOTE:
                services.add_note(
                    ticket, by=user, text=text, attachments=files, key=key
                )
            else:
                services.refuse_unread(ticket, seen=data["seen"])
                services.reply(
                    ticket,
                    by=user,
                    text=text,
                    cc=data["cc"],
                    status=data["then"] or None,
                    attachments=files,
                    key=key,
                )
            forget_other_side(ticket, by=user, kind=kind, begun_as=data["begun_as"])


def _said(data: dict[str, Any]) -> str:
    if data["kind"] == MessageKind.NOTE:
        return _("Note added.")
    words = {
        "waiting": _("Sent. Waiting for the customer."),
        "resolved": _("Sent and resolved."),
    }
    return words.get(data["then"], _("Sent."))


def _again(
    request: AuthenticatedRequest, found: Ticket, form: ComposerForm
) -> HttpResponse:
    """The page with what was typed and what is wrong with it."""
    more = {
        "composer": form,
        "written": form.data.get("text", ""),
        "mode": form.data.get("kind", ""),
        "begun_as": form.data.get("begun_as", ""),
    }
    if request.htmx:
        return pane(request, found, status=422, **more)
    state = QueueState(request.user, request.GET, timezone.now())
    context = beside_context(state) | ticket_context(request, found, now=state.now)
    return render(request, "tickets/ticket.html", context | more, status=422)


@require_POST
@require(Permission.EDIT_TICKETS)
def ticket_draft(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Keep what is written so far; the page asks for it while somebody types."""
    found = ticket_for(request, public_id)
    kind, text = request.POST.get("kind", ""), request.POST.get("text", "")
    if kind not in MessageKind.values:
        return HttpResponse(status=400)
    key = public_ids.public_id(request.POST.get("key", ""))
    begun_as = request.POST.get("begun_as", "")
    follow_composer(
        found, by=request.user, kind=kind, text=text, begun_as=begun_as, key=key
    )
    return HttpResponse(_("Draft kept") if text.strip() else "")


@require_safe
@require(Permission.VIEW_TICKETS)
def ticket_presence(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Who else is here, and whether something new was said since the page was drawn."""
    found = get_object_or_404(
        tickets_for_page(request.user).select_related(None), public_id=public_id
    )
    others = note_presence(
        found, person=request.user, is_typing=request.GET.get("typing") == "1"
    )
    last = newest_message(found)
    is_news = last is not None and str(last.public_id) != request.GET.get("seen", "")
    context = {"others": others, "is_news": is_news, "ticket": found}
    return render(request, "tickets/presence.html", context)


@require_POST
@require(Permission.VIEW_TICKETS)
def ticket_leave(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """The page of the ticket is left: nobody else sees its reader there any longer."""
    visible = Ticket.objects.visible_to(request.user)
    leave(get_object_or_404(visible, public_id=public_id), person=request.user)
    return HttpResponse(status=204)


@require_safe
@require(Permission.EDIT_TICKETS)
def canned_search(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Canned replies whose name contains the words, filled in for this ticket."""
    found = ticket_for(request, public_id)
    usable = Q(owner__isnull=True) | Q(owner=request.user)
    words = request.GET.get("q", "")[:60]
    replies = CannedReply.objects.filter(usable, name__icontains=words)
    rows = replies.order_by("owner", "name")[:MOST_SUGGESTED]
    texts = filled_replies(rows, found, by=request.user)
    lines = [
        {"label": reply.name, "text": text}
        for reply, text in zip(rows, texts, strict=True)
    ]
    return JsonResponse({"results": lines})


@require_safe
@require(Permission.EDIT_TICKETS)
def people(request: AuthenticatedRequest) -> HttpResponse:
    """People who can be mentioned, by what was typed behind the @."""
    words = request.GET.get("q", "")[:60]
    found = agents().filter(Q(name__icontains=words) | Q(email__istartswith=words))
    lines = [
        {"label": person.label, "text": f"@{person.label} "}
        for person in found[:MOST_SUGGESTED]
    ]
    return JsonResponse({"results": lines})
