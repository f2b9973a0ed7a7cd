"""Fields that name other rows: only those the caller may see exist."""

from __future__ import annotations

from typing import Any

from accounts.models import Account, Contact
from accounts.serializers import RowChoice, VisibleAccount
from tickets.models import Ticket


class TicketAccount(VisibleAccount):
    """An account the caller may see, with what is said of it beside a ticket."""

    def get_queryset(self) -> Any:
        return super().get_queryset().only("public_id", "name", "merged_into")


class VisibleContact(RowChoice):
    """A contact of an account the caller may see."""

    def get_queryset(self) -> Any:
        view = self.context.get("view")
        if view is None:
            return Contact.objects.none()
        accounts = Account.objects.live().visible_to(view.person)
        return Contact.objects.filter(account__in=accounts).select_related("account")


class VisibleTicket(RowChoice):
    """A ticket the caller may see."""

    def get_queryset(self) -> Any:
        view = self.context.get("view")
        if view is None:
            return Ticket.objects.none()
        return Ticket.objects.visible_to(view.person)
