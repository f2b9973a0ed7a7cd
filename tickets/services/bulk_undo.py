"""Taking a change of many tickets back, where nobody has changed the ticket since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from events.services import build_event, record_events
from organisation.models import User
from tickets.models import BulkChange, Ticket, TicketPeriod
from tickets.services import clocks
from tickets.services.bulk_rows import Batch, plain, write
from tickets.services.clock_terms import Terms
from tickets.services.errors import AlreadyUndone, ChangedSince, TooLateToUndo
from tickets.services.merge_waking import rest_again
from tickets.services.parting import hear_again, part_again
from tickets.services.periods import forget_periods
from tickets.services.rows import ends_of, moment

#: Older changes have been worked and reported on.
_LATEST_MINUTES = 15
#: These hang together: they go back as one, or not at all.
STATUS_GROUP = frozenset(
    {
        "status", "cycle", "reopen_count", "resolved_at", "resolved_first_at",
        "closed_at", "reopened_at", "snoozed_until", "is_sla_met", "merged_into_id",
    }
)  # fmt: skip
_INSTANTS = frozenset(
    {"resolved_at", "resolved_first_at", "closed_at", "reopened_at", "snoozed_until"}
)


@transaction.atomic
def undo_bulk(
    change: BulkChange, *, by: User | None, now: datetime | None = None
) -> int:
    """Give each ticket back what it had; returns how many are as before.

    A value that was changed since stays, even where it was changed back. What was sent
    to customers stays sent. Clocks go on as if the change had not been. Raises
    AlreadyUndone, TooLateToUndo after 15 minutes, and ChangedSince for what was done to
    one ticket to which anything else has happened since.
    """
    row = BulkChange.objects.select_for_update().get(pk=change.pk)
    if row.undone_at is not None:
        raise AlreadyUndone
    tickets, targets = _locked(row)
    at = moment(now)
    _refuse_late(row, at)
    batch = Batch(tickets, at)
    _refuse_changed(row, batch.rows)
    moved = _moved_since(row)
    for ticket in batch.rows:
        is_foreign = ticket.merged_into_id is not None and row.verb != "merge"
        if not is_foreign:
            fields = row.before[str(ticket.pk)]["fields"]
            _restore(batch, ticket, fields, moved.get(ticket.pk, set()))
    write(batch)
    asked, rested = set(), Batch([], at)
    if row.verb == "merge":
        since = _made_at(row) or at
        asked = part_again(row, batch.changed, targets, since=since, at=at)
        rested = rest_again(row, batch.changed, targets, since=since, at=at)
    _restore_facts(batch, row, now=at)
    heard = [ticket for ticket in batch.changed if ticket.pk in asked]
    hear_again(heard, by=by, at=at)
    row.undone_at = at
    row.save(update_fields=["undone_at", "updated_at"])
    record_events([*_events(batch, row, by=by), *_events(rested, row, by=by)])
    return len(batch.changed)


def _locked(change: BulkChange) -> tuple[list[Ticket], set[int]]:
    """The changed tickets, and where the merge chains of merged ones end.

    All are locked in the one order that merging has.
    """
    ids = {int(key) for key in change.before}
    targets = set()
    if change.verb == "merge":
        merged = Ticket.objects.filter(pk__in=ids, merged_into__isnull=False)
        targets = ends_of(merged)
    rows = Ticket.objects.held().select_related("account")
    locked = list(rows.filter(pk__in=ids | targets).order_by("pk"))
    for row in locked:
        if row.pk in targets and row.merged_into_id is not None:
            raise ChangedSince(row)
    return [row for row in locked if row.pk in ids], targets


def _refuse_late(change: BulkChange, at: datetime) -> None:
    since = _made_at(change)
    if since is not None and at - since > timedelta(minutes=_LATEST_MINUTES):
        raise TooLateToUndo(_LATEST_MINUTES)


def _refuse_changed(change: BulkChange, tickets: list[Ticket]) -> None:
    """Of one ticket the version is known; it goes back whole, or it stays."""
    for ticket in tickets:
        version = change.before[str(ticket.pk)].get("version")
        if version is not None and ticket.version != version:
            raise ChangedSince(ticket)


def _made_at(change: BulkChange) -> datetime | None:
    """When the tickets were changed; None if none were."""
    kept = next(iter(change.before.values()), None)
    return datetime.fromisoformat(kept["at"]) if kept else None


def _moved_since(change: BulkChange) -> dict[int, set[str]]:
    """Which of status and priority went on after the change, by ticket id.

    The value alone does not tell: it may have come back to what the change made it.
    """
    found: dict[int, set[str]] = {}
    since = _made_at(change)
    if since is None:
        return found
    ids = [int(key) for key in change.before]
    later = TicketPeriod.objects.filter(ticket__in=ids, valid_from__gt=since)
    for pk, field in later.order_by().values_list("ticket", "field"):
        found.setdefault(pk, set()).add(field)
    return found


def _restore(
    batch: Batch, ticket: Ticket, fields: Mapping[str, list[Any]], moved: set[str]
) -> None:
    same = {
        name
        for name, (_before, after) in fields.items()
        if name not in moved and plain(getattr(ticket, name)) == after
    }
    group = STATUS_GROUP & fields.keys()
    if not group <= same:
        same -= group
    values = {name: _value(name, fields[name][0]) for name in same}
    differing = {
        name: value for name, value in values.items() if getattr(ticket, name) != value
    }
    if differing:
        batch.set(ticket, **differing)


def _restore_facts(batch: Batch, change: BulkChange, *, now: datetime) -> None:
    """Intervals and clocks as they were before the change."""
    for field in ("status", "priority"):
        rows = [row for row in batch.changed if field in batch.before[row.pk]]
        if not rows:
            continue
        since = datetime.fromisoformat(change.before[str(rows[0].pk)]["at"])
        forget_periods(field, [row.pk for row in rows], since=since)
        if field == "status":
            clocks.take_back_many(rows, since=since, now=now)
        else:
            _give_terms_back(rows, change, since=since, now=now)


def _give_terms_back(
    rows: list[Ticket], change: BulkChange, *, since: datetime, now: datetime
) -> None:
    kept = {row.pk: change.before[str(row.pk)] for row in rows}
    terms = Terms.read(
        {pk: each["clocks"] for pk, each in kept.items()},
        tier_ids={pk: each["tier"] for pk, each in kept.items()},
        since=since,
    )
    clocks.give_back_many(rows, terms, now=now)


def _events(batch: Batch, change: BulkChange, *, by: User | None):
    for row in batch.changed:
        changed = {
            name.removesuffix("_id"): [plain(value), plain(getattr(row, name))]
            for name, value in batch.before[row.pk].items()
            if name in ("status", "priority", "assignee_id", "tags", "merged_into_id")
        }
        yield build_event(
            "ticket_change_undone",
            by=by,
            subject=row,
            account_id=row.account_id,
            data={**changed, "bulk": str(change.public_id)},
            happened_at=batch.at,
        )


def _value(name: str, kept: Any) -> Any:
    is_instant = name in _INSTANTS and kept is not None
    return datetime.fromisoformat(kept) if is_instant else kept
