"""Contacts that are no more: what their merging left behind in the event log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import Account, Contact
from events.models import Event
from organisation.models import User

LIMIT = 1000


def merged_contacts(*, since: datetime, person: User) -> list[dict[str, Any]]:
    """Contacts merged away at or after a moment, oldest first, at accounts one sees."""
    accounts = Account.objects.visible_to(person)
    events = list(
        Event.objects.filter(
            kind="contact_merged",
            happened_at__gte=since,
            account_id__in=accounts.values("pk"),
        ).order_by("happened_at", "id")[:LIMIT]
    )
    kept = dict(
        Contact.objects.filter(
            pk__in={event.subject_id for event in events}
        ).values_list("pk", "public_id")
    )
    return [
        {
            "id": event.data["duplicate"]["public_id"],
            "replaced_by": kept.get(event.subject_id or 0),
            "gone_at": event.happened_at,
        }
        for event in events
        if "public_id" in event.data.get("duplicate", {})
    ]
