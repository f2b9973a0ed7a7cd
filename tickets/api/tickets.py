"""Tickets over the API: reading, opening, changing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from core.api import check_if_match
from tickets.api.reaching import WATCHERS, TicketDoor, refusals
from tickets.custom_filters import filter_fields, is_named_in
from tickets.filters import TicketFilter
from tickets.models import Message, Ticket, TicketQuerySet
from tickets.queries.conversation import links_of
from tickets.serializers.tickets import (
    TicketCreate,
    TicketDetail,
    TicketShape,
    TicketWrite,
)
from tickets.services import Body, assign, change_status, create_ticket, update_ticket

_NEWEST = 50


class TicketResource(TicketDoor):
    """Tickets: list, one, open, change."""

    filterset_class = TicketFilter

    def parameters(self) -> set[str]:
        """Those of the list besides: ``custom.<key>`` of fields made here."""
        names = super().parameters()
        if self.action == "list" and is_named_in(self.request.query_params):
            names |= filter_fields().keys()
        return names

    def get_queryset(self) -> TicketQuerySet:
        rows = super().get_queryset()
        return rows.prefetch_related(WATCHERS) if self.action == "retrieve" else rows

    def get_serializer_class(self) -> type[BaseSerializer]:
        return TicketDetail if self.action == "retrieve" else TicketShape

    def field_names(self) -> list[str]:
        """What ``?fields=`` may name; one ticket has more than a list."""
        return list(self.get_serializer_class().Meta.fields)  # type: ignore[attr-defined]

    @extend_schema(summary="List tickets")
    def list(self, request: Request) -> Response:
        """Tickets without spam and merged ones, unless they are asked for."""
        return self.listed(self.get_queryset())

    @extend_schema(summary="One ticket", responses=TicketDetail)
    def retrieve(self, request: Request, public_id: Any) -> Response:
        """One ticket with its conversation, clocks, links and watchers."""
        return self.answered(self.get_object())

    @extend_schema(
        summary="Open a ticket", request=TicketCreate, responses={201: TicketShape}
    )
    def create(self, request: Request) -> Response:
        """A new ticket; its clocks start at once."""
        values = self.checked(TicketCreate)
        is_agents = values.pop("opened_by_agent")
        body = Body(values.pop("text"), cc=values.pop("cc", ()))
        with refusals():
            ticket = create_ticket(
                by=self.person, body=body, is_from_customer=not is_agents, **values
            )
        # Everything is at hand; reading it again would double the time.
        response = self.answered(ticket, status=201)
        response["Location"] = reverse("api_ticket", args=[ticket.public_id])
        return response

    @extend_schema(
        summary="Change a ticket", request=TicketWrite, responses=TicketShape
    )
    def partial_update(self, request: Request, public_id: Any) -> Response:
        """Change what is named and leave the rest; all of it or nothing."""
        ticket = self.get_object()
        version = check_if_match(request, ticket.version)
        values = self.checked(TicketWrite, partial=True)
        return self.done(lambda: self._change(ticket, values, version))

    @transaction.atomic
    def _change(
        self, ticket: Ticket, values: dict[str, Any], version: int | None
    ) -> None:
        apart = {
            name: values.pop(name) for name in ("assignee", "status") if name in values
        }
        update_ticket(ticket, by=self.person, expected_version=version, **values)
        if "assignee" in apart:
            assign(ticket, by=self.person, to=apart["assignee"])
        if "status" in apart:
            change_status(ticket, by=self.person, status=apart["status"])

    def newest(self, ticket: Ticket) -> Sequence[Message]:
        """The newest messages, oldest of them first."""
        rows = self.messages_of(ticket).order_by("-sent_at", "-id")[:_NEWEST]
        return list(rows)[::-1]

    def links(self, ticket: Ticket) -> Sequence[dict[str, Any]]:
        """Links from and to this ticket."""
        found = []
        for link in links_of(ticket, self.person):
            is_outgoing = link.ticket_id == ticket.pk
            other = link.other if is_outgoing else link.ticket
            found.append(
                {
                    "kind": link.kind,
                    "is_outgoing": is_outgoing,
                    "ticket": other.public_id,
                    "number": other.number,
                    "subject": other.subject,
                    "status": other.status,
                }
            )
        return found
