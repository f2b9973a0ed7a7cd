"""One change for many tickets over the API, and its undoing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from tickets import services
from tickets.api.reaching import TicketDoor, refusals
from tickets.models import BulkChange, Ticket
from tickets.serializers.actions import BulkTickets, BulkTicketsAnswer, UndoneShape

#: What each change needs beside the tickets, and who makes it.
_CHANGES: dict[str, tuple[str, Callable[..., BulkChange]]] = {
    "assign": ("assignee", lambda rows, by, value: services.bulk_assign(
        rows, to=value, by=by)),
    "status": ("status", lambda rows, by, value: services.bulk_status(
        rows, status=value, by=by)),
    "priority": ("priority", lambda rows, by, value: services.bulk_priority(
        rows, priority=value, by=by)),
    "add_tag": ("tag", lambda rows, by, value: services.bulk_add_tag(
        rows, tag=value, by=by)),
    "remove_tag": ("tag", lambda rows, by, value: services.bulk_remove_tag(
        rows, tag=value, by=by)),
    "merge": ("into", lambda rows, by, value: services.bulk_merge(
        rows, into=value, by=by)),
    "close": ("", lambda rows, by, value: services.bulk_close(
        rows, message=value or "", by=by)),
}  # fmt: skip


class TicketBulkResource(TicketDoor):
    """Many tickets at once, set-based."""

    queryset = Ticket.objects.none()
    has_version = False

    @extend_schema(
        summary="Change many tickets", request=BulkTickets, responses=BulkTicketsAnswer
    )
    def change(self, request: Request) -> Response:
        """Each ticket is answered for; what cannot change stays as it is."""
        values = self.checked(BulkTickets)
        needed, make = _CHANGES[values["change"]]
        if needed and needed not in values:
            raise ValidationError({needed: ["This change needs it."]})
        ids = values["tickets"]
        rows = {
            row.public_id: row
            for row in Ticket.objects.visible_to(self.person).filter(public_id__in=ids)
        }
        with refusals():
            value = values.get(needed or "message")
            made = make(list(rows.values()), self.person, value)
        results = [
            {
                "index": index,
                "id": public_id,
                "is_found": public_id in rows,
                "is_changed": public_id in rows
                and str(rows[public_id].pk) in made.before,
            }
            for index, public_id in enumerate(ids)
        ]
        answer = {"id": made.public_id, "changed": made.ticket_count}
        return Response(BulkTicketsAnswer(answer | {"results": results}).data)

    @extend_schema(
        summary="Undo a change of many tickets", request=None, responses=UndoneShape
    )
    def undo(self, request: Request, public_id: Any) -> Response:
        """Each ticket becomes what it was, where nobody has changed it since."""
        mine = BulkChange.objects.filter(made_by=self.person)
        made = get_object_or_404(mine, public_id=public_id)
        with refusals():
            count = services.undo_bulk(made, by=self.person)
        return Response(UndoneShape({"undone": count}).data)
