"""Many tickets at once: taken in one order, written in one statement, remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from core.inserting import insert
from events.services import Actor, Subject, record_alike
from organisation.models import User
from tickets.models import BulkChange, Ticket
from tickets.services.rows import moment

MOST_AT_ONCE = 1000
#: Columns that changes of many may write, with their type.
_TYPES = {
    "status": "text",
    "priority": "text",
    "assignee_id": "bigint",
    "tags": "text[]",
    "cycle": "int",
    "reopen_count": "int",
    "agent_message_count": "int",
    "resolved_at": "timestamptz",
    "resolved_first_at": "timestamptz",
    "closed_at": "timestamptz",
    "reopened_at": "timestamptz",
    "snoozed_until": "timestamptz",
    "first_responded_at": "timestamptz",
    "last_agent_message_at": "timestamptz",
    "is_sla_met": "boolean",
    "merged_into_id": "bigint",
}
#: What changing many, their clocks and what is said of it read of a ticket. Its texts
#: and its customer stay where they are.
_READ = (
    "number", "account", "contact", "requester_email", "assignee", "status",
    "priority", "level", "tags", "tier", "cycle", "version", "is_opened_by_agent",
    "opened_at", "first_responded_at", "last_agent_message_at", "agent_message_count",
    "resolved_at", "resolved_first_at", "closed_at", "reopened_at", "reopen_count",
    "escalated_at", "snoozed_until", "spam_at", "merged_into", "next_due_at",
    "next_due_metric", "breached_at", "is_sla_met",
)  # fmt: skip
Values = dict[str, Any]


class Chosen(Protocol):
    """A ticket as it was chosen to be changed: only its id counts."""

    @property
    def pk(self) -> Any: ...


@dataclass
class Batch:
    """Locked tickets and what they were; ``changed`` are those that differ now."""

    rows: list[Ticket]
    at: datetime
    before: dict[int, Values] = field(default_factory=dict)

    @property
    def changed(self) -> list[Ticket]:
        return [row for row in self.rows if row.pk in self.before]

    def set(self, row: Ticket, **values: Any) -> None:
        """Give a ticket other values, remembering what it had."""
        kept = self.before.setdefault(row.pk, {})
        for name, value in values.items():
            kept.setdefault(name, getattr(row, name))
            setattr(row, name, value)


def take(tickets: Iterable[Chosen], *, now: datetime | None) -> Batch:
    """The tickets as they are now, locked; merged ones are left out.

    What is done to them happens when we have them, after what we waited for. Raises
    ValidationError for more than 1,000.
    """
    ids = {ticket.pk for ticket in tickets}
    if len(ids) > MOST_AT_ONCE:
        raise ValidationError({"tickets": _("Choose at most 1,000 tickets.")})
    rows = list(
        Ticket.objects.held()
        .filter(pk__in=ids, merged_into__isnull=True)
        .order_by("pk")
        .only(*_READ)
    )
    return Batch(rows, moment(now))


def write(batch: Batch) -> None:
    """Write every value that was set; versions rise. One statement."""
    names = sorted({name for kept in batch.before.values() for name in kept})
    if not names:
        return
    rows = [
        {"id": row.pk} | {name: plain(getattr(row, name)) for name in names}
        for row in batch.changed
    ]
    assigned = ", ".join(f"{name} = r.{name}" for name in names)
    columns = ", ".join(f"{name} {_TYPES[name]}" for name in names)
    statement = (
        f"UPDATE tickets_ticket t SET {assigned}, version = t.version + 1, "
        "updated_at = %(at)s "
        f"FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(id bigint, {columns}) "
        "WHERE t.id = r.id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"rows": json.dumps(rows), "at": batch.at})
    for row in batch.changed:
        row.version += 1


def remember(
    batch: Batch,
    verb: str,
    *,
    by: User | None,
    more: Mapping[int, Values] | None = None,
) -> BulkChange:
    """Keep what the tickets were and became, to undo it."""
    at = batch.at.isoformat()
    before = {
        str(row.pk): {
            "at": at,
            "fields": {
                name: [plain(value), plain(getattr(row, name))]
                for name, value in batch.before[row.pk].items()
            },
            **(more or {}).get(row.pk, {}),
        }
        for row in batch.changed
    }
    change = BulkChange(verb=verb, made_by=by, before=before, ticket_count=len(before))
    insert([change])
    return change


def record_changes(
    batch: Batch,
    kind: str,
    change: BulkChange,
    *,
    by: Actor | None,
    data: Mapping[int, Values],
) -> None:
    """One event per changed ticket, with what changed on it."""
    bulk = str(change.public_id)
    subjects = [
        Subject(row.pk, str(row), row.account_id, {**data[row.pk], "bulk": bulk})
        for row in batch.changed
    ]
    record_alike(kind, subjects, by=by, model=Ticket, happened_at=batch.at)


def plain(value: Any) -> Any:
    """A value as JSON holds it."""
    return value.isoformat() if isinstance(value, datetime) else value
