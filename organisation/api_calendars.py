"""API of working calendars."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Lower
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.paging import Order
from organisation.api_views import Resource
from organisation.calendar_serializers import CalendarShape, CalendarWrite
from organisation.calendar_services import (
    create_calendar,
    delete_calendar,
    update_calendar,
)
from organisation.models import WorkingCalendar
from organisation.permissions import Permission


class CalendarResource(Resource):
    """Working calendars: when the clocks of promises run."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    write_permission = Permission.EDIT_SUPPORT
    shape = CalendarShape
    orders = {"name": Order("name", Lower("name"), is_nullable=False)}

    def get_queryset(self) -> models.QuerySet[WorkingCalendar]:
        return WorkingCalendar.objects.prefetch_related("days")

    @extend_schema(summary="List working calendars")
    def list(self, request: Request) -> Response:
        """All calendars with the days on which they differ."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One working calendar")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One calendar."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create a working calendar",
        request=CalendarWrite,
        responses={201: CalendarShape},
    )
    def create(self, request: Request) -> Response:
        """A new calendar. One that is never open is refused."""
        calendar = create_calendar(by=self.person, **self.checked(CalendarWrite))
        return self.answered(self.get_queryset().get(pk=calendar.pk), status=201)

    @extend_schema(
        summary="Change a working calendar",
        request=CalendarWrite,
        responses=CalendarShape,
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change what is named; running clocks keep the calendar they began with."""
        values = self.checked(CalendarWrite, partial=True)
        update_calendar(self.get_object(), by=self.person, **values)
        return self.answered(self.get_object())

    @extend_schema(summary="Delete a working calendar", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """Remove a calendar that nothing runs by."""
        delete_calendar(self.get_object(), by=self.person)
        return Response(status=204)
