"""What can stand in the way of a change, as sentences of the domain."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from organisation.models import User
from tickets.models import Message, Ticket


class StaleTicket(Exception):
    """Somebody else changed the ticket meanwhile; ``current`` is how it is now."""

    def __init__(self, current: Ticket) -> None:
        super().__init__(f"{current} was changed meanwhile.")
        self.current = current


class TicketIsMerged(Exception):
    """The ticket has become part of another one and no longer changes."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"{ticket} was merged into another ticket.")
        self.ticket = ticket


class TicketIsClosed(Exception):
    """The ticket is closed; it has to be reopened first."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(f"{ticket} is closed. Reopen it first.")
        self.ticket = ticket


class TicketIsSpam(Exception):
    """Nobody works on spam; it has to be taken back first."""

    def __init__(self, ticket: Ticket) -> None:
        words = _("%(number)s is spam. Take that back first.")
        super().__init__(words % {"number": ticket.number})
        self.ticket = ticket


class MoveNotAllowed(Exception):
    """A ticket in one status cannot go to the other one."""

    def __init__(self, before: str, after: str) -> None:
        words = Ticket.Status
        super().__init__(
            f"A ticket that is {words(before).label.lower()} cannot become "
            f"{words(after).label.lower()}."
        )
        self.before, self.after = before, after


class AlreadyClaimed(Exception):
    """Somebody else was faster; ``winner`` is who has the ticket."""

    def __init__(self, winner: User) -> None:
        super().__init__(f"{winner.label} has already claimed this ticket.")
        self.winner = winner


class CustomerWroteMeanwhile(Exception):
    """There are ``messages`` that whoever answers has not seen."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self.messages = messages
        super().__init__(
            _("The customer wrote meanwhile. Read it first, then do this again.")
        )


class CannotMerge(Exception):
    """These tickets cannot become one; the message says why."""


class NotRateable(Exception):
    """The ticket cannot be rated now; the message says why."""


class AlreadyUndone(Exception):
    """The change was taken back before."""


class ChangedSince(Exception):
    """Something else has happened to the ticket since the change."""

    def __init__(self, ticket: Ticket) -> None:
        words = _("%(number)s was changed since, so this cannot be undone any more.")
        super().__init__(words % {"number": ticket.number})
        self.ticket = ticket


class TooLateToUndo(Exception):
    """The change is too old to be taken back."""

    def __init__(self, minutes: int) -> None:
        super().__init__(f"A change can be undone for {minutes} minutes.")
        self.minutes = minutes
