"""Named fields in canned replies: ``{{contact.first_name}}`` and its few sisters. Pure.

Only the names below mean anything; there is no other syntax, so a text can neither
reach an object nor run. ``{{contact.first_name|there}}`` says what to write where the
value is empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

FIELDS = (
    "contact.first_name",
    "contact.name",
    "contact.email",
    "account.name",
    "ticket.number",
    "ticket.subject",
    "ticket.status",
    "ticket.priority",
    "ticket.link",
    "agent.first_name",
    "agent.name",
    "organisation.name",
)
_FIELD = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}")


class UnknownField(ValueError):
    """The text names a field that does not exist; ``name`` is what it says."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def check(text: str) -> None:
    """Raise UnknownField for the first field of the text that does not exist."""
    for found in _FIELD.finditer(text):
        if found.group(1) not in FIELDS:
            raise UnknownField(found.group(1))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every field replaced. Raises UnknownField.

    A value is put in as it is and never read again, whatever it holds.
    """
    check(text)
    return _FIELD.sub(
        lambda found: values.get(found.group(1)) or (found.group(2) or "").strip(),
        text,
    )
