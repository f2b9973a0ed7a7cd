"""Keeping the columns a person wants to see in the queue."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from events.services import record_event
from organisation.models import User
from tickets.models import QueueColumns


@transaction.atomic
def choose_columns(*, by: User, keys: Sequence[str]) -> None:
    """Keep one's columns in this order; none at all brings the usual ones back."""
    row = QueueColumns.objects.select_for_update().filter(person=by).first()
    before, after = (row.keys if row else []), list(keys)
    if before == after:
        return
    QueueColumns.objects.update_or_create(person=by, defaults={"keys": after})
    record_event(
        "queue_columns_chosen", by=by, subject=by, data={"columns": [before, after]}
    )
