"""What the caller has begun to write on a ticket, over the API."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tickets.api.reaching import TicketDoor
from tickets.models import Draft, Ticket
from tickets.serializers.desk import (
    DRAFT_KINDS,
    TicketDraftShape,
    TicketDraftsShape,
    TicketDraftWrite,
)
from tickets.services.drafts import discard_draft, save_draft

_KIND = OpenApiParameter(
    "kind", location="path", enum=DRAFT_KINDS, description="A reply or a note."
)


class DraftResource(TicketDoor):
    """Drafts of the caller; nobody reads those of others."""

    queryset = Ticket.objects.none()
    has_version = False

    @extend_schema(
        operation_id="tickets_drafts_retrieve",
        summary="One's drafts on a ticket",
        responses=TicketDraftsShape,
    )
    def drafts(self, request: Request, public_id: Any) -> Response:
        """What the caller has begun: at most one reply and one note."""
        rows = Draft.objects.filter(ticket=self.get_object(), author=self.person)
        return Response(TicketDraftsShape({"drafts": rows.order_by("kind")}).data)

    @extend_schema(
        summary="Keep a draft",
        parameters=[_KIND],
        request=TicketDraftWrite,
        responses=TicketDraftShape,
    )
    def keep(self, request: Request, public_id: Any, kind: str) -> Response:
        """In place of what was kept before; nothing is sent."""
        ticket, kind = self.get_object(), _known(kind)
        text = self.checked(TicketDraftWrite)["text"]
        save_draft(ticket, by=self.person, kind=kind, text=text)
        kept = Draft.objects.get(ticket=ticket, author=self.person, kind=kind)
        return Response(TicketDraftShape(kept).data)

    @extend_schema(summary="Forget a draft", parameters=[_KIND], responses={204: None})
    def forget(self, request: Request, public_id: Any, kind: str) -> Response:
        """Where there is none, nothing happens."""
        ticket = self.get_object()
        discard_draft(ticket, by=self.person, kind=_known(kind))
        return Response(status=204)


def _known(kind: str) -> str:
    if kind not in DRAFT_KINDS:
        raise Http404
    return kind
