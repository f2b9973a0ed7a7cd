"""What stands around a ticket: who is told of it, who asks, what it is linked to."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.forms.account import AccountField
from accounts.models import Account, Contact
from core.http import AuthenticatedRequest
from core.toasts import toast
from organisation.access import require
from organisation.permissions import Permission
from tickets import services
from tickets.ask_forms import MOST_OFFERED
from tickets.customer_form import contact_label
from tickets.models import TicketLink
from tickets.views.tickets import after_change, ticket_for
from tickets.watcher_form import person_label, possible_watchers


@require_safe
@require(Permission.EDIT_TICKETS)
def watcher_options(request: AuthenticatedRequest, public_id: UUID) -> HttpResponse:
    """People who could be told too, while a name is typed."""
    found = possible_watchers(
        ticket_for(request, public_id), request.GET.get("person", "")
    )
    options = [person_label(person) for person in found]
    return render(request, "tickets/options.html", {"options": options})


@require_POST
@require(Permission.EDIT_TICKETS)
def watcher_remove(
    request: AuthenticatedRequest, public_id: UUID, pk: int
) -> HttpResponse:
    """Somebody is told no longer."""
    found = ticket_for(request, public_id)
    row = get_object_or_404(found.watchers.select_related("person"), pk=pk)
    services.unwatch(found, by=request.user, person=row.person, email=row.email)
    name = row.person.label if row.person else row.email
    toast(request, _("%(name)s is told no longer.") % {"name": name})
    return after_change(request, public_id)


@require_safe
@require(Permission.EDIT_TICKETS)
def contact_options(request: AuthenticatedRequest) -> HttpResponse:
    """People at customers while a name is typed; of one account where it is named."""
    words = request.GET.get("contact", "").strip()[:100]
    found = []
    if words:
        seen = Account.objects.live().visible_to(request.user)
        rows = Contact.objects.filter(
            Q(name__icontains=words) | Q(email__istartswith=words),
            archived_at__isnull=True,
            account__in=seen,
        )
        account = _account_named(request)
        if account is not None:
            rows = rows.filter(account=account)
        found = list(rows.order_by("name", "pk")[:MOST_OFFERED])
    options = [contact_label(contact) for contact in found]
    return render(request, "tickets/options.html", {"options": options})


def _account_named(request: AuthenticatedRequest) -> Account | None:
    field = AccountField(required=False)
    field.user = request.user
    return field.found(request.GET.get("account", ""))


@require_POST
@require(Permission.EDIT_TICKETS)
def ticket_unlink(
    request: AuthenticatedRequest, public_id: UUID, pk: int
) -> HttpResponse:
    """Take a link to another ticket away."""
    found = ticket_for(request, public_id)
    link = get_object_or_404(TicketLink, pk=pk)
    if found.pk not in (link.ticket_id, link.other_id):
        raise Http404
    other = link.other if found.pk == link.ticket_id else link.ticket
    services.unlink_tickets(found, other=other, kind=link.kind, by=request.user)
    toast(request, _("Link removed."))
    return after_change(request, public_id)
