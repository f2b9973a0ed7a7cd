"""Saying what was read before answering, and the problem when more was written."""

from __future__ import annotations

from rest_framework import serializers

from tickets.models import Message


class ReadUpTo(serializers.Serializer):
    """What a program has read of a ticket before it acts."""

    last_seen_message = serializers.UUIDField(
        required=False,
        help_text=(
            "The last message you have read. If the customer wrote after it, nothing "
            "is done and the answer is 409. Left out, nothing is checked."
        ),
    )


class NewMessage(serializers.ModelSerializer):
    """A message of the customer that was not read yet."""

    id = serializers.UUIDField(source="public_id", read_only=True)

    class Meta:
        model = Message
        fields = ("id", "sent_at", "author_name")
        read_only_fields = fields


class UnreadProblem(serializers.Serializer):
    """A conflict; `new_messages` where the customer wrote meanwhile, oldest first."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    request_id = serializers.CharField()
    new_messages = NewMessage(many=True, required=False)
