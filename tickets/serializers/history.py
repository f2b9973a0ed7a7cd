"""Shapes of what was done to a ticket, and of its customer's link."""

from __future__ import annotations

from rest_framework import serializers


class TicketEventShape(serializers.Serializer):
    """One event of a ticket."""

    happened_at = serializers.DateTimeField(read_only=True)
    kind = serializers.CharField(read_only=True)
    actor = serializers.CharField(
        read_only=True, help_text="Who did it, by name; empty for the product itself."
    )
    text = serializers.CharField(
        read_only=True, help_text="The line that the ticket's page shows."
    )
    changes = serializers.DictField(
        child=serializers.ListField(min_length=2, max_length=2),
        read_only=True,
        help_text="By field: what it was, and what it became.",
    )


class CustomerLinkShape(serializers.Serializer):
    """Where the customer reads and answers their ticket."""

    url = serializers.URLField(read_only=True)
