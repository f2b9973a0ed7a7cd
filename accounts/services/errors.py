"""What can stand in the way of a change, as sentences of the domain."""

from __future__ import annotations

from accounts.models import Account, Contact


class StaleAccount(Exception):
    """Somebody else changed the account meanwhile; ``current`` is how it is now."""

    def __init__(self, current: Account) -> None:
        super().__init__(f"{current} was changed meanwhile.")
        self.current = current


class StaleContact(Exception):
    """Somebody else changed the contact meanwhile; ``current`` is how it is now."""

    def __init__(self, current: Contact) -> None:
        super().__init__(f"{current} was changed meanwhile.")
        self.current = current


class AccountIsMerged(Exception):
    """The account has become part of another one and no longer changes."""


class CannotMerge(Exception):
    """These two cannot become one; the message says why."""
