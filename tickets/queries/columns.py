"""Which columns of the queue a person has chosen."""

from __future__ import annotations

from organisation.models import User
from tickets.models import QueueColumns


def own_columns(user: User) -> list[str]:
    """The keys this person chose, in order; empty for somebody who never did."""
    chosen = QueueColumns.objects.filter(person=user).values_list("keys", flat=True)
    return chosen.first() or []
