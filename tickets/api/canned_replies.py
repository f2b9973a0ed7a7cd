"""Canned replies over the API."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core import public_ids
from core.api import ParameterRefused
from core.paging import Order
from organisation.api_views import Resource
from organisation.permissions import Permission
from tickets.models import CannedReply, Ticket
from tickets.serializers.conversation import (
    CannedReplyShape,
    CannedReplyWrite,
    FilledReply,
)
from tickets.services.canned_replies import (
    changeable_replies,
    delete_canned_reply,
    filled_reply,
    replies_for,
    save_canned_reply,
)


class CannedReplyResource(Resource):
    """One's own canned replies and the shared ones."""

    scope_area = "tickets"
    read_permission = Permission.VIEW_TICKETS
    write_permission = Permission.EDIT_TICKETS
    action_parameters = {"fill": ("ticket",)}
    queryset = CannedReply.objects.none()
    shape = CannedReplyShape
    expandable = ("owner",)
    orders = {"name": Order("name", "name", is_nullable=False)}

    def get_queryset(self) -> QuerySet[CannedReply]:
        is_read = self.action in ("list", "retrieve", "fill")
        rows = replies_for if is_read else changeable_replies
        return rows(self.person).select_related("owner")

    @extend_schema(summary="List canned replies")
    def list(self, request: Request) -> Response:
        """One's own and the shared ones."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One canned reply")
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """The text with its fields."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Create a canned reply",
        request=CannedReplyWrite,
        responses={201: CannedReplyShape},
    )
    def create(self, request: Request) -> Response:
        """One's own, or shared by everybody where the role allows it."""
        values = {"is_shared": False} | self.checked(CannedReplyWrite)
        row = save_canned_reply(None, by=self.person, **values)
        response = self.answered(row, status=201)
        response["Location"] = reverse("api_canned_reply", args=[row.public_id])
        return response

    @extend_schema(
        summary="Change a canned reply",
        request=CannedReplyWrite,
        responses=CannedReplyShape,
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change its name, text, or whether everybody has it."""
        row = self.get_object()
        values = {"name": row.name, "body": row.body, "is_shared": row.owner_id is None}
        values |= self.checked(CannedReplyWrite, partial=True)
        return self.answered(save_canned_reply(row, by=self.person, **values))

    @extend_schema(summary="Delete a canned reply", responses={204: None})
    def destroy(self, request: Request, public_id: Any) -> Response:
        """What was written with it stays."""
        delete_canned_reply(self.get_object(), by=self.person)
        return Response(status=204)

    @extend_schema(
        summary="Fill in a canned reply",
        parameters=[
            OpenApiParameter(
                "ticket", OpenApiTypes.UUID, required=True, description="For which."
            )
        ],
        responses=FilledReply,
        filters=False,
    )
    def fill(self, request: Request, public_id: Any) -> Response:
        """The text for one ticket; nothing is sent."""
        reply = self.get_object()
        wanted = public_ids.public_id(request.query_params.get("ticket", ""))
        if wanted is None:
            raise ParameterRefused("ticket", "Give the id of a ticket.")
        tickets = Ticket.objects.visible_to(self.person)
        rows = tickets.select_related("account", "contact")
        ticket = get_object_or_404(rows, public_id=wanted)
        text = filled_reply(reply, ticket, by=self.person)
        return Response(FilledReply({"text": text}).data)
