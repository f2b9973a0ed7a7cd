"""Files of conversations, for people who work here."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.http import AuthenticatedRequest
from organisation.access import require
from organisation.permissions import Permission
from tickets.downloads import download
from tickets.models import Attachment, Ticket


@require_safe
@require(Permission.VIEW_TICKETS)
def attachment(request: AuthenticatedRequest, public_id: UUID) -> HttpResponseBase:
    """The file, if its ticket may be seen."""
    visible = Ticket.objects.visible_to(request.user)
    files = Attachment.objects.filter(ticket__in=visible)
    return download(get_object_or_404(files, public_id=public_id))
