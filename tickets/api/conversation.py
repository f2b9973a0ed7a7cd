"""Messages, notes and files over the API."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.http import PROBLEM_TYPE
from core.paging import Order
from organisation.models import User
from tickets.api.reaching import TicketDoor, having_read, refusals
from tickets.downloads import download
from tickets.models import Attachment, Message, Ticket
from tickets.serializers.conversation import (
    AttachmentShape,
    AttachmentWrite,
    MessageShape,
    NoteWrite,
    ReplyWrite,
)
from tickets.serializers.unread import UnreadProblem
from tickets.services import (
    Body,
    Writer,
    add_note,
    receive_customer_message,
    reply,
    writer_of,
)
from tickets.services.attachments import store_attachment


class ConversationResource(TicketDoor):
    """What was said on a ticket, and saying more."""

    shape = MessageShape
    has_version = False
    expandable = ("author",)
    orders = {"sent": Order("sent", "sent_at", is_nullable=False)}
    queryset = Message.objects.none()
    #: Files come as base64 in JSON, a third larger than they are.
    max_body_bytes: ClassVar[int] = settings.ATTACHMENT_MAX_BYTES * 3 // 2

    def ticket(self) -> Ticket:
        """The ticket the address names."""
        return get_object_or_404(
            Ticket.objects.visible_to(self.person), public_id=self.kwargs["public_id"]
        )

    @extend_schema(summary="Messages of a ticket", responses=MessageShape(many=True))
    def list(self, request: Request, public_id: Any) -> Response:
        """The whole conversation, internal notes included."""
        return self.listed(self.messages_of(self.ticket()))

    @extend_schema(
        summary="Write to the customer",
        request=ReplyWrite,
        responses={201: MessageShape, (409, PROBLEM_TYPE): UnreadProblem},
    )
    def create(self, request: Request, public_id: Any) -> Response:
        """A public message; the ticket it stands on may be another one by now."""
        ticket, values = self.ticket(), self.checked(ReplyWrite)
        files = self._files(ticket, values.get("attachments", ()))
        with having_read(ticket, values.get("last_seen_message")):
            if values["side"] == "customer":
                message = self._from_customer(ticket, values, files)
            else:
                message = reply(
                    ticket,
                    by=self.person,
                    text=values["text"],
                    cc=values.get("cc", ()),
                    status=values.get("status"),
                    attachments=files,
                )
        return self._said(message)

    @extend_schema(
        summary="Add an internal note", request=NoteWrite, responses={201: MessageShape}
    )
    def note(self, request: Request, public_id: Any) -> Response:
        """Something the customer never reads."""
        ticket, values = self.ticket(), self.checked(NoteWrite)
        people = list(
            User.objects.people().filter(public_id__in=values.get("mentions", ()))
        )
        if len(people) != len(set(values.get("mentions", ()))):
            raise ValidationError({"mentions": ["One of these people is not here."]})
        with refusals():
            note = add_note(
                ticket,
                by=self.person,
                text=values["text"],
                mentions=people,
                attachments=self._files(ticket, values.get("attachments", ())),
            )
        return self._said(note)

    @extend_schema(
        summary="Upload a file",
        request=AttachmentWrite,
        responses={201: AttachmentShape},
    )
    def upload(self, request: Request, public_id: Any) -> Response:
        """A file that waits for the message it is sent with."""
        ticket, values = self.ticket(), self.checked(AttachmentWrite)
        try:
            content = base64.b64decode(values["content"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValidationError({"content": ["This is not base64."]}) from error
        with refusals():
            row = store_attachment(
                ticket, file=io.BytesIO(content), name=values["name"], by=self.person
            )
        return Response(AttachmentShape(row).data, status=201)

    def _from_customer(
        self, ticket: Ticket, values: dict[str, Any], files: Sequence[Attachment]
    ) -> Message:
        name, email = values.get("author_name", ""), values.get("author_email", "")
        writer = Writer(None, name, email) if name or email else writer_of(ticket)
        if files:
            raise ValidationError({"attachments": ["Only for messages of agents."]})
        return receive_customer_message(
            ticket,
            body=Body(values["text"], cc=values.get("cc", ())),
            writer=writer,
            by=self.person,
            channel=Ticket.Channel.API,
            is_automatic=values["is_automatic"],
        )

    def _files(self, ticket: Ticket, ids: Any) -> Sequence[Attachment]:
        rows = ticket.attachments.filter(
            public_id__in=ids, message__isnull=True, uploaded_by=self.person
        )
        found = list(rows)
        if len(found) != len(set(ids)):
            raise ValidationError({"attachments": ["One of these files is not here."]})
        return found

    def _said(self, message: Message) -> Response:
        fresh = self.messages_of(message.ticket).get(pk=message.pk)
        return Response(self.get_serializer(fresh).data, status=201)


class AttachmentResource(TicketDoor):
    """Files of the tickets the caller may see."""

    has_version = False
    queryset = Attachment.objects.none()
    shape = AttachmentShape

    @extend_schema(
        summary="Download a file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def fetch(self, request: Request, public_id: Any) -> FileResponse:
        """The file itself, always as a download."""
        tickets = Ticket.objects.visible_to(self.person)
        rows = Attachment.objects.filter(ticket__in=tickets)
        return download(get_object_or_404(rows, public_id=public_id))
