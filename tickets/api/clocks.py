"""The promises on one ticket over the API, explained."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api.reaching import TicketDoor
from tickets.models import Ticket
from tickets.serializers.actions import ExplainedClock
from tickets.services.clocks import explain_clocks


class ClockResource(TicketDoor):
    """Every promise on a ticket, all of them at once."""

    queryset = Ticket.objects.none()
    pagination_class = None
    orders: ClassVar[dict[str, Any]] = {}

    @extend_schema(summary="Clocks of a ticket", responses=ExplainedClock(many=True))
    def clocks(self, request: Request, public_id: Any) -> Response:
        """Every promise with the stretches it is made of, to the second."""
        ticket = self.get_object()
        rows = ticket.clocks.select_related("calendar_version")
        clocks = list(rows.order_by("cycle", "started_at", "pk"))
        explained = [
            {
                "metric": clock.metric,
                "cycle": clock.cycle,
                "state": clock.state,
                "due_at": clock.due_at,
                "segments": segments,
            }
            for clock, segments in zip(clocks, explain_clocks(clocks), strict=True)
        ]
        return Response(ExplainedClock(explained, many=True).data)
