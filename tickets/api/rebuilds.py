"""Open tickets that follow an edited tier or calendar, over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.paging import Order
from organisation.api_views import Resource
from organisation.models import WorkingCalendar
from organisation.permissions import Permission
from tickets.models import ClockRebuild
from tickets.rebuild_filters import RebuildFilter
from tickets.services.rebuild import start_rebuild, tickets_to_rebuild
from tickets.sla_serializers import RebuildShape, RebuildSizeShape


class RebuildResource(Resource):
    """How far open tickets have followed an edit."""

    scope_area = "tickets"
    read_permission = write_permission = Permission.EDIT_SUPPORT
    queryset = ClockRebuild.objects.none()
    shape = RebuildShape
    filterset_class = RebuildFilter
    orders = {"created": Order("created", "created_at", is_nullable=False)}

    def get_queryset(self) -> QuerySet[ClockRebuild]:
        return ClockRebuild.objects.select_related("tier", "calendar").order_by()

    @extend_schema(summary="List recomputations of open tickets")
    def list(self, request: Request) -> Response:
        """Of tiers and of calendars, also those that are done."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One recomputation of open tickets")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """How many tickets it found, and how many have followed so far."""
        return self.answered(self.get_object())


class CalendarRebuildResource(Resource):
    """Open tickets whose clocks run by a calendar."""

    scope_area = "tickets"
    read_permission = write_permission = Permission.EDIT_SUPPORT
    queryset = WorkingCalendar.objects.all()
    shape = RebuildSizeShape

    @extend_schema(summary="How many open tickets would follow a calendar")
    def awaiting(self, request: Request, public_id: Any) -> Response:
        """Those with a clock that runs or pauses by it; nothing is changed."""
        count = tickets_to_rebuild(calendar=self.get_object()).count()
        return Response(RebuildSizeShape({"ticket_count": count}).data)

    @extend_schema(
        summary="Recompute open tickets of a calendar",
        request=None,
        responses={202: RebuildShape},
    )
    def rebuild(self, request: Request, public_id: Any) -> Response:
        """Open tickets follow the newest version of the calendar, bit by bit."""
        row = start_rebuild(by=self.person, calendar=self.get_object())
        return Response(RebuildShape(row).data, status=202)
