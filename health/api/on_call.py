"""On call over the API: how it is set up, the pages, and acknowledging one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ChangedMeanwhile, Conflict, check_if_match, etag_of
from core.paging import Order
from health.models import OnCallPage, OnCallSettings
from health.on_call_filters import OnCallPageFilter
from health.queries.on_call import on_call_settings, pages_for, with_calls
from health.serializers.on_call import (
    OnCallPageShape,
    OnCallShape,
    OnCallWrite,
    on_call_answer,
)
from health.services.on_call import (
    CannotAcknowledge,
    StaleOnCall,
    acknowledge_page,
    change_on_call,
    named_now,
)
from organisation.api_views import Resource
from organisation.permissions import Permission


class OnCallResource(Resource):
    """Who is on call, for what, and how they are paged."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    write_permission = Permission.EDIT_SUPPORT
    queryset = OnCallSettings.objects.none()
    shape = OnCallShape
    has_version = True

    @extend_schema(summary="Who is on call", filters=False)
    def current(self, request: Request) -> Response:
        """Nobody is paged before somebody is named."""
        return self._as_it_is(on_call_settings())

    @extend_schema(
        summary="Change who is on call", request=OnCallWrite, responses=OnCallShape
    )
    def partial_update(self, request: Request) -> Response:
        """Change what is named; open pages that would not begin any more end."""
        expected = check_if_match(request, on_call_settings().version)
        values = self.checked(OnCallWrite, partial=True)
        try:
            settings = change_on_call(
                by=self.person, expected_version=expected, **values
            )
        except StaleOnCall as error:
            raise ChangedMeanwhile(error.current.version) from error
        return self._as_it_is(settings)

    def _as_it_is(self, settings: OnCallSettings) -> Response:
        answer = OnCallShape(on_call_answer(settings, named_now())).data
        return Response(answer, headers={"ETag": etag_of(settings.version)})


class OnCallPageResource(Resource):
    """Pages: tickets about which on call is paged until somebody answers."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    # Who is on call may be somebody who only reads tickets.
    write_permission = Permission.VIEW_TICKETS
    queryset = OnCallPage.objects.none()
    shape = OnCallPageShape
    filterset_class = OnCallPageFilter
    expandable = ("ended_by",)
    orders = {"started": Order("started", "started_at", is_nullable=False)}

    def get_queryset(self) -> QuerySet[OnCallPage]:
        return pages_for(self.person)

    def get_object(self) -> OnCallPage:
        found = get_object_or_404(
            self.get_queryset(), public_id=self.kwargs["public_id"]
        )
        with_calls([found])
        return found

    @extend_schema(summary="List pages to on call")
    def list(self, request: Request) -> Response:
        """Pages about tickets the caller may see; ``is_open`` are unanswered."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        with_calls(rows or [])
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(summary="One page to on call")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One page, with who was called."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Acknowledge a page", request=None, responses=OnCallPageShape
    )
    def acknowledge(self, request: Request, public_id: Any) -> Response:
        """Nobody is paged about it any more; what has ended stays as it ended.

        409 for a caller who neither works on tickets nor is on call.
        """
        try:
            acknowledge_page(self.get_object(), by=self.person)
        except CannotAcknowledge as error:
            raise Conflict(str(error)) from error
        return self.answered(self.get_object())
