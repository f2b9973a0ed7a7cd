"""API of the settings around accounts: segments, plans, custom fields."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import CustomField, Plan, Segment
from accounts.serializers import (
    CustomFieldShape,
    PlanShape,
    SegmentMove,
    SegmentShape,
    SegmentWrite,
)
from accounts.services import delete_segment, move_segment, save_segment
from core.paging import Order
from organisation.api_views import Resource
from organisation.permissions import Permission


class SegmentResource(Resource):
    """Segments in the order in which they are tried."""

    scope_area = "accounts"
    read_permission = Permission.VIEW_ACCOUNTS
    write_permission = Permission.EDIT_SETTINGS
    shape = SegmentShape
    orders = {"priority": Order("priority", "priority", is_nullable=False)}

    def get_queryset(self) -> QuerySet[Segment]:
        return Segment.objects.all()

    @extend_schema(summary="List segments")
    def list(self, request: Request) -> Response:
        """All segments."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One segment")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One segment."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create a segment",
        request=SegmentWrite,
        responses={201: SegmentShape},
    )
    def create(self, request: Request) -> Response:
        """A new segment, tried last until it is moved; accounts move at once."""
        values = self.checked(SegmentWrite)
        segment = save_segment(None, by=self.person, **values)
        segment.refresh_from_db()
        return self.answered(segment, status=201)

    @extend_schema(
        summary="Change a segment", request=SegmentWrite, responses=SegmentShape
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change what is named; accounts move at once."""
        segment = self.get_object()
        values = self.checked(SegmentWrite, partial=True)
        save_segment(segment, by=self.person, **values)
        return self.answered(self.get_object())

    @extend_schema(summary="Delete a segment", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """Remove a segment; its accounts go to the next one that matches."""
        delete_segment(self.get_object(), by=self.person)
        return Response(status=204)

    @extend_schema(
        summary="Move a segment", request=SegmentMove, responses=SegmentShape
    )
    def move(self, request: Request, public_id: Any) -> Response:
        """Swap a segment with its neighbour."""
        segment = self.get_object()
        is_up = self.checked(SegmentMove)["direction"] == "up"
        move_segment(segment, up=is_up, by=self.person)
        return self.answered(self.get_object())


class PlanResource(Resource):
    """Plans."""

    scope_area = "accounts"
    read_permission = Permission.VIEW_ACCOUNTS
    shape = PlanShape

    def get_queryset(self) -> QuerySet[Plan]:
        return Plan.objects.all()

    @extend_schema(summary="List plans")
    def list(self, request: Request) -> Response:
        """All plans."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One plan")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One plan."""
        return self.answered(self.get_object())


class CustomFieldResource(Resource):
    """The custom fields of accounts, contacts and tickets."""

    scope_area = "accounts"
    read_permission = Permission.VIEW_ACCOUNTS
    shape = CustomFieldShape

    def get_queryset(self) -> QuerySet[CustomField]:
        return CustomField.objects.all()

    @extend_schema(summary="List custom fields")
    def list(self, request: Request) -> Response:
        """All custom fields."""
        return self.listed(self.get_queryset())
