"""The queue as a file: the list of the address, every column, line by line."""

from __future__ import annotations

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.http import AuthenticatedRequest
from core.spreadsheets import csv_lines
from organisation.access import require
from organisation.exports import told
from organisation.permissions import Permission
from tickets.file_columns import ticket_file
from tickets.queries.queues import in_order
from tickets.queue_page import QueueState


@require_safe
@cache_control(private=True, no_store=True)
@require(Permission.VIEW_TICKETS)
@require(Permission.EXPORT_LISTS)
def queue_export(request: AuthenticatedRequest) -> StreamingHttpResponse:
    """View, filters, words and order as the page shows them, as CSV."""
    state = QueueState(request.user, request.GET, timezone.now())
    tickets = in_order(state.tickets(state.form), state.order)
    file = ticket_file(timezone.get_current_timezone())
    rows = told(file.lines(tickets), request=request, what=_("Tickets"))
    lines = csv_lines(file.header, rows)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"tickets-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
