"""Public ids as they come from outside: in a form, in an address."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID


def public_id(text: str) -> UUID | None:
    """The id a text says; None when it says none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def public_ids(texts: Iterable[str]) -> list[UUID]:
    """The ids among these texts; what is none is left out."""
    return [found for text in texts if (found := public_id(text)) is not None]
