"""What was done to a ticket, and the address where its customer finds it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.custom_words import told_data
from core.paging import Order
from events.models import Event
from tickets.addresses import public_address
from tickets.api.reaching import TicketDoor
from tickets.conversation_lines import Change, change_words
from tickets.models import Ticket
from tickets.serializers.history import CustomerLinkShape, TicketEventShape

_PAGING = ("cursor", "before", "limit", "ordering")


class HistoryResource(TicketDoor):
    """The events of a ticket; they are never changed."""

    shape = TicketEventShape
    queryset = Event.objects.none()
    has_version = False
    expandable = ()
    action_parameters: ClassVar[dict[str, tuple[str, ...]]] = {"history": _PAGING}
    orders = {"happened": Order("happened", "happened_at", is_nullable=False)}

    @extend_schema(summary="History of a ticket", responses=TicketEventShape(many=True))
    def history(self, request: Request, public_id: Any) -> Response:
        """Who did what and when, each field with what it was and became."""
        events = Event.objects.filter(
            subject_type="tickets.ticket", subject_id=self._ticket().pk
        )
        rows = self.paginate_queryset(events) or []
        lines = [
            {
                "happened_at": event.happened_at,
                "kind": event.kind,
                "actor": event.actor_label,
                "text": change_words(event.actor_label, [Change(event.kind, data)]),
                "changes": _pairs(event.data),
            }
            for event, data in zip(rows, told_data(rows), strict=True)
        ]
        return self.get_paginated_response(TicketEventShape(lines, many=True).data)

    def _ticket(self) -> Ticket:
        return get_object_or_404(
            Ticket.objects.visible_to(self.person), public_id=self.kwargs["public_id"]
        )


class CustomerLinkResource(TicketDoor):
    """The link by which a customer reads and answers their ticket."""

    shape = CustomerLinkShape
    queryset = Ticket.objects.none()
    has_version = False

    @extend_schema(
        summary="The customer's link to a ticket",
        request=None,
        responses=CustomerLinkShape,
    )
    def link(self, request: Request, public_id: Any) -> Response:
        """Whoever holds it may read, answer, close and reopen; it is always the same
        while the ticket is theirs."""
        url = public_address(self.get_object())
        return Response(CustomerLinkShape({"url": url}).data)


def _pairs(data: dict[str, Any]) -> dict[str, list[Any]]:
    """What changed, without the other facts of an event."""
    return {
        name: pair
        for name, pair in data.items()
        if isinstance(pair, list) and len(pair) == 2
    }
