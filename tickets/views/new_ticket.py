"""Opening a ticket by hand, and the replies one uses again and again."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from tickets import services
from tickets.merge_fields import FIELDS
from tickets.models import CannedReply
from tickets.new_ticket_form import CannedReplyForm, NewTicketForm
from tickets.services.canned_replies import delete_canned_reply, save_canned_reply


@require(Permission.EDIT_TICKETS)
def ticket_create(request: AuthenticatedRequest) -> HttpResponse:
    """Write down what a customer asked for, or write to a customer first."""
    data = request.POST if request.method == "POST" else None
    form = NewTicketForm(data, initial=request.GET.dict(), user=request.user)
    if data is not None and form.is_valid():
        try:
            ticket = services.create_ticket(by=request.user, **form.opening())
            toast(request, _("%(number)s opened.") % {"number": ticket.number})
            return redirect("tickets:ticket", ticket.public_id)
        except ValidationError as error:
            form.take_errors(error)
    status = 422 if form.errors else 200
    return render(request, "tickets/ticket_create.html", {"form": form}, status=status)


@require_safe
@require(Permission.EDIT_TICKETS)
def canned_replies(request: AuthenticatedRequest) -> HttpResponse:
    """Shared replies, and one's own."""
    rows = CannedReply.objects.filter(
        Q(owner__isnull=True) | Q(owner=request.user)
    ).order_by("owner", "name")
    may_share = request.user.has_perm_code(Permission.EDIT_SUPPORT)
    context = {
        "shared": [row for row in rows if row.owner_id is None],
        "own": [row for row in rows if row.owner_id is not None],
        "may_share": may_share,
    }
    return render(request, "tickets/canned_replies.html", context)


@require(Permission.EDIT_TICKETS)
def canned_reply(
    request: AuthenticatedRequest, public_id: UUID | None = None
) -> HttpResponse:
    """Write a reply, or change one."""
    row = None
    if public_id is not None:
        usable = Q(owner__isnull=True) | Q(owner=request.user)
        row = get_object_or_404(CannedReply.objects.filter(usable), public_id=public_id)
    data = request.POST if request.method == "POST" else None
    form = CannedReplyForm(data, reply=row, user=request.user)
    if data is not None and form.is_valid():
        try:
            save_canned_reply(row, by=request.user, **form.cleaned_data)
            toast(request, _("Saved."))
            return redirect("tickets:canned_replies")
        except ValidationError as error:
            form.take_errors(error)
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "reply": row,
        "fields": [f"{{{{{name}}}}}" for name in FIELDS],
        "cancel_url": reverse("tickets:canned_replies"),
    }
    status = 422 if form.errors else 200
    return render(request, "tickets/canned_reply.html", context, status=status)


@require_POST
@require(Permission.EDIT_TICKETS)
def canned_reply_delete(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """Remove a reply; what was written with it stays."""
    usable = Q(owner__isnull=True) | Q(owner=request.user)
    row = get_object_or_404(CannedReply.objects.filter(usable), public_id=public_id)
    delete_canned_reply(row, by=request.user)
    toast(request, _("“%(name)s” removed.") % {"name": row.name})
    return redirect("tickets:canned_replies")
