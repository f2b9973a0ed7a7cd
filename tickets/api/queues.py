"""The queue over the API: live counts, and the columns one sees."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from organisation.api_views import Resource
from organisation.permissions import Permission
from tickets.custom_columns import columns_named, every_column
from tickets.models import Ticket
from tickets.queries.columns import own_columns
from tickets.queries.queues import queue_counts
from tickets.serializers.desk import (
    QueueColumnsShape,
    QueueColumnsWrite,
    QueueCountsShape,
)
from tickets.services.queue_columns import choose_columns


class QueueCountResource(Resource):
    """How many tickets wait in each everyday queue."""

    scope_area = "tickets"
    read_permission = write_permission = Permission.VIEW_TICKETS
    queryset = Ticket.objects.none()
    shape = QueueCountsShape

    @extend_schema(summary="Count the queues")
    def counts(self, request: Request) -> Response:
        """As they are now for the caller; the list takes the same names as `queue`."""
        counts = queue_counts(self.person, now=timezone.now())
        rows = [
            {"queue": key, "count": count.value, "is_capped": count.is_capped}
            for key, count in counts.items()
        ]
        return Response(QueueCountsShape({"queues": rows}).data)


class QueueColumnResource(Resource):
    """The columns of the queue as the caller sees it; they are nobody else's."""

    scope_area = "tickets"
    read_permission = write_permission = Permission.VIEW_TICKETS
    queryset = Ticket.objects.none()
    shape = QueueColumnsShape

    @extend_schema(summary="One's columns of the queue")
    def current(self, request: Request) -> Response:
        """The chosen ones, or the usual ones for who never chose."""
        return self._as_it_is()

    @extend_schema(
        summary="Choose one's columns of the queue",
        request=QueueColumnsWrite,
        responses=QueueColumnsShape,
    )
    def choose(self, request: Request) -> Response:
        """Exactly these, in this order; the subject is always there."""
        keys = self.checked(QueueColumnsWrite)["columns"]
        known = {column.key for column in every_column()}
        wrong = {
            str(place): ["There is no such column."]
            for place, key in enumerate(keys)
            if key not in known
        }
        if wrong:
            raise ValidationError({"columns": wrong})
        wanted = [column.key for column in columns_named(keys)] if keys else []
        choose_columns(by=self.person, keys=wanted)
        return self._as_it_is()

    def _as_it_is(self) -> Response:
        shown = columns_named(own_columns(self.person))
        answer = {
            "columns": [column.key for column in shown],
            "available": every_column(),
        }
        return Response(QueueColumnsShape(answer).data)
