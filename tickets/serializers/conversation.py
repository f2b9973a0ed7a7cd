"""Shapes of messages, files and canned replies."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from core.api import ChosenFields, Reference
from organisation.serializers import PersonShape
from tickets.models import Attachment, CannedReply, Message, Ticket
from tickets.rendering import safe_html
from tickets.serializers.unread import ReadUpTo

MOST_FILES = 20


class AttachmentShape(serializers.ModelSerializer):
    """A file of the conversation; `address` hands it out."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    address = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ("id", "name", "content_type", "size", "sha256", "address")
        read_only_fields = fields

    def get_address(self, attachment: Attachment) -> str:
        """Where the file is found, for whoever may read the ticket."""
        return reverse("api_ticket_attachment", args=[attachment.public_id])


class MessageShape(ChosenFields):
    """One entry of a conversation. `html` is safe to show."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    ticket = serializers.UUIDField(source="ticket.public_id", read_only=True)
    author = Reference(PersonShape, allow_null=True)
    contact = serializers.UUIDField(
        source="contact.public_id", read_only=True, allow_null=True, default=None
    )
    author_email = serializers.CharField(
        read_only=True, help_text="Empty for people who work here."
    )
    html = serializers.SerializerMethodField()
    came_from = serializers.CharField(
        source="came_from.number", read_only=True, allow_null=True, default=None
    )
    attachments = AttachmentShape(many=True, read_only=True)

    class Meta:
        model = Message
        fields = (
            "id", "ticket", "kind", "side", "author", "author_name", "author_email",
            "contact", "text", "html", "cc", "channel", "sent_at", "is_automatic",
            "came_from", "attachments",
        )  # fmt: skip
        read_only_fields = fields

    def get_html(self, message: Message) -> str:
        """The message as HTML without anything that could run."""
        return safe_html(message.html)


class AttachmentWrite(serializers.Serializer):
    """A file to be sent with a message: its name, and its bytes as base64."""

    name = serializers.CharField(max_length=300)
    content = serializers.CharField()


class ReplyWrite(ReadUpTo):
    """A public message. As `customer` it is what the customer said elsewhere."""

    text = serializers.CharField(max_length=100_000)
    side = serializers.ChoiceField(["agent", "customer"], default="agent")
    cc = serializers.ListField(
        child=serializers.EmailField(max_length=254), required=False, max_length=50
    )
    status = serializers.ChoiceField(Ticket.Status.choices, required=False)
    attachments = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_FILES
    )
    author_name = serializers.CharField(
        max_length=120, required=False, allow_blank=True
    )
    author_email = serializers.EmailField(required=False, allow_blank=True)
    is_automatic = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the customer said is kept, whoever has read what."""
        if attrs["side"] == "customer" and "last_seen_message" in attrs:
            raise serializers.ValidationError(
                {"last_seen_message": ["Only for messages of agents."]}
            )
        return attrs


class NoteWrite(serializers.Serializer):
    """An internal note; the people mentioned are told."""

    text = serializers.CharField(max_length=100_000)
    mentions = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=50
    )
    attachments = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=MOST_FILES
    )


class CannedReplyShape(ChosenFields):
    """A text used again and again; without an owner everybody has it."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    owner = Reference(PersonShape, allow_null=True)
    is_shared = serializers.SerializerMethodField()

    class Meta:
        model = CannedReply
        fields = (
            "id", "name", "body", "owner", "is_shared", "created_at", "updated_at"
        )  # fmt: skip
        read_only_fields = fields

    def get_is_shared(self, reply: CannedReply) -> bool:
        """Whether everybody has it."""
        return reply.owner_id is None


class CannedReplyWrite(serializers.Serializer):
    """A canned reply; `{{contact.first_name}}` and its sisters are filled in."""

    name = serializers.CharField(max_length=120)
    body = serializers.CharField(max_length=20_000)
    is_shared = serializers.BooleanField(required=False)


class FilledReply(serializers.Serializer):
    """The text for one ticket."""

    text = serializers.CharField()
