"""What tickets are found by."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from tickets.models.tickets import Ticket


class TicketWords(models.Model):
    """Every word a ticket can be found by: number, subject, people, conversation.

    One row for the whole ticket, so that the words of a search may stand in different
    messages of it; apart from the ticket, so that changing a ticket leaves the index
    of its words alone. ``services.search_words`` is its only writer.
    """

    ticket = models.OneToOneField(
        Ticket, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    words = SearchVectorField()

    class Meta:
        indexes = [
            # A list of pending entries would be read by every search, and emptied
            # by whoever happens to write when it is full.
            GinIndex(fields=["words"], name="ticket_words", fastupdate=False)
        ]

    def __str__(self) -> str:
        return str(self.ticket_id)
