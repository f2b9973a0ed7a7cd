"""One change for many tickets: a fixed number of statements, an event for each, and
what they were before to undo it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _

from events.services import record_events
from organisation.models import User
from organisation.notifications import notify
from tickets.models import BulkChange, MessageSide, Ticket
from tickets.queries.visibility import seen_by
from tickets.services import clocks
from tickets.services.bulk_rows import (
    Batch,
    Chosen,
    record_changes,
    remember,
    take,
    write,
)
from tickets.services.clock_terms import kept_terms
from tickets.services.fields import clean_tags, clean_values
from tickets.services.followers import tell_of_each
from tickets.services.messages import Body
from tickets.services.people import labels_of, refuse_unable, refuse_unseen
from tickets.services.periods import move_periods
from tickets.services.rows import is_human
from tickets.services.search_words import index_tickets
from tickets.services.statuses import changed_status, rating_requests
from tickets.transitions import DONE, LET_GO, is_reopening, may_move

_SAID_TO_ALL = """
INSERT INTO tickets_message (
    ticket_id, kind, side, author_id, author_name, html, text, channel, sent_at,
    is_automatic)
SELECT id, 'public', %(side)s, %(author)s, %(name)s, %(html)s, %(text)s, channel,
       %(at)s, %(is_automatic)s
FROM tickets_ticket WHERE id = ANY(%(ids)s) ORDER BY id
"""
_EVENTS = {"resolved": "ticket_resolved", "closed": "ticket_closed"}


@transaction.atomic
def bulk_assign(
    tickets: Iterable[Chosen],
    *,
    to: User | None,
    by: User | None,
    now: datetime | None = None,
) -> BulkChange:
    """Give these tickets to a person, or to nobody.

    Those the person may not see stay as they are. Raises ValidationError when that is
    all, and for somebody who cannot work on tickets.
    """
    refuse_unable(to)
    batch = take(tickets, now=now)
    if to is not None and batch.rows:
        sees = seen_by([to], batch.rows)[to.pk]
        if not sees:
            refuse_unseen(to, batch.rows[0], field="assignee")
        batch.rows = [row for row in batch.rows if row.pk in sees]
    target = to.pk if to else None
    labels = labels_of({row.assignee_id for row in batch.rows})
    data, moved = {}, {}
    for row in batch.rows:
        if row.assignee_id == target:
            continue
        before = labels.get(row.assignee_id, "")
        data[row.pk] = {"assignee": [before, to.label if to else ""]}
        batch.set(row, assignee_id=target)
        status = _status_with(to, row.status)
        if status != row.status:
            moved[row.pk] = status
            data[row.pk]["status"] = [row.status, status]
            batch.set(row, status=status)
    write(batch)
    move_periods("status", moved, at=batch.at)
    change = remember(batch, "assign", by=by)
    record_changes(batch, "ticket_assigned", change, by=by, data=data)
    if to is not None and to != by and data:
        _tell_assignee(to, change)
    return change


def _tell_assignee(person: User, change: BulkChange) -> None:
    words = _("%(n)s tickets are yours") % {"n": change.ticket_count}
    notify(
        [person], key=f"ticket_bulk-{change.pk}", kind="ticket_assigned",
        title=words, path="/tickets/",
    )  # fmt: skip


def _status_with(assignee: User | None, status: str) -> str:
    """Where a ticket stands once somebody, or nobody, has it."""
    if assignee is None:
        return LET_GO.get(status, status)
    return "assigned" if may_move(status, "assigned") else status


@transaction.atomic
def bulk_priority(
    tickets: Iterable[Chosen],
    *,
    priority: str,
    by: User | None,
    now: datetime | None = None,
) -> BulkChange:
    """Make these tickets as urgent as this; their open targets follow."""
    wanted = clean_values(None, {"priority": priority})["priority"]
    batch = take(tickets, now=now)
    data = {}
    for row in batch.rows:
        if row.priority != wanted:
            data[row.pk] = {"priority": [row.priority, wanted]}
            batch.set(row, priority=wanted)
    write(batch)
    move_periods("priority", dict.fromkeys(data, wanted), at=batch.at)
    terms = kept_terms(batch.changed)
    more = {
        row.pk: {"clocks": terms[row.pk], "tier": row.tier_id} for row in batch.changed
    }
    clocks.retarget_many(batch.changed, now=batch.at, reason="priority")
    change = remember(batch, "priority", by=by, more=more)
    record_changes(batch, "ticket_updated", change, by=by, data=data)
    return change


def bulk_add_tag(
    tickets: Iterable[Chosen], *, tag: str, by: User | None, now: datetime | None = None
) -> BulkChange:
    """Put a tag on these tickets."""
    return _bulk_tag(tickets, tag, by=by, now=now, is_there=True)


def bulk_remove_tag(
    tickets: Iterable[Chosen], *, tag: str, by: User | None, now: datetime | None = None
) -> BulkChange:
    """Take a tag off these tickets."""
    return _bulk_tag(tickets, tag, by=by, now=now, is_there=False)


@transaction.atomic
def _bulk_tag(
    tickets: Iterable[Chosen],
    tag: str,
    *,
    by: User | None,
    now: datetime | None,
    is_there: bool,
) -> BulkChange:
    wanted = set(clean_tags([tag]))
    batch = take(tickets, now=now)
    data = {}
    for row in batch.rows:
        had = set(row.tags)
        tags = sorted(had | wanted if is_there else had - wanted)
        if set(tags) != had:
            data[row.pk] = {"tags": [row.tags, tags]}
            batch.set(row, tags=tags)
    write(batch)
    change = remember(batch, "add_tag" if is_there else "remove_tag", by=by)
    record_changes(batch, "ticket_updated", change, by=by, data=data)
    return change


@transaction.atomic
def bulk_status(
    tickets: Iterable[Chosen],
    *,
    status: str,
    by: User | None,
    now: datetime | None = None,
) -> BulkChange:
    """Move these tickets along; spam, and what cannot go there, stays as it is."""
    batch = take(tickets, now=now)
    rows = [row for row in batch.rows if row.spam_at is None]
    return _move_all(batch, rows, status, verb="status", by=by)


@transaction.atomic
def bulk_close(
    tickets: Iterable[Chosen],
    *,
    message: str = "",
    by: User,
    now: datetime | None = None,
) -> BulkChange:
    """Close these tickets, each with this message to its customer if there is one.

    Nobody answers spam: it is closed without a word.
    """
    batch = take(tickets, now=now)
    rows = [row for row in batch.rows if row.status != Ticket.Status.CLOSED]
    is_answered = bool(message.strip()) and is_human(by)
    said = ""
    if message.strip():
        told = [row for row in rows if row.spam_at is None]
        said = _answer_all(batch, told, message, by=by)
    return _move_all(
        batch, rows, "closed", verb="close", by=by, is_answered=is_answered, said=said
    )


def _answer_all(batch: Batch, rows: Sequence[Ticket], text: str, *, by: User) -> str:
    """Send these words to all; answers with how they read without their form."""
    html, words = Body(text).clean()
    is_person = is_human(by)
    ids = [row.pk for row in rows]
    values = {
        "ids": ids,
        "side": MessageSide.AGENT if is_person else MessageSide.BOT,
        "author": by.pk,
        "name": by.label[:120],
        "html": html,
        "text": words,
        "at": batch.at,
        "is_automatic": not is_person,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SAID_TO_ALL, values)
    index_tickets(ids)
    if not is_person:
        return words
    never_answered = When(
        first_responded_at__isnull=True, is_opened_by_agent=False, then=Value(batch.at)
    )
    Ticket.objects.filter(pk__in=ids).update(
        agent_message_count=F("agent_message_count") + 1,
        last_agent_message_at=batch.at,
        first_responded_at=Case(never_answered, default=F("first_responded_at")),
    )
    return words


def _move_all(
    batch: Batch,
    rows: Sequence[Ticket],
    status: str,
    *,
    verb: str,
    by: User | None,
    is_answered: bool = False,
    said: str = "",
) -> BulkChange:
    """Change the status of those that may go there; a closed one is resolved first."""
    before: dict[int, str] = {}
    data = {}
    resolved = []
    for row in rows:
        steps = _steps(row.status, status)
        if not steps:
            continue
        before[row.pk] = row.status
        data[row.pk] = {"status": [row.status, status]}
        batch.set(row, is_sla_met=row.is_sla_met)
        if "resolved" in steps:
            resolved.append(row)
        for step in steps:
            batch.set(row, **changed_status(row, step, batch.at))
    write(batch)
    if status == "closed":
        move_periods("status", {row.pk: "resolved" for row in resolved}, at=batch.at)
    move_periods("status", dict.fromkeys(before, status), at=batch.at)
    moved = [row for row in rows if row.pk in before]
    clocks.on_status_many(moved, before, status, batch.at, is_answered=is_answered)
    change = remember(batch, verb, by=by)
    kind = _EVENTS.get(status, "ticket_status_changed")
    record_changes(batch, kind, change, by=by, data=data)
    if resolved:
        record_events(rating_requests(resolved, batch.at))
    _tell_moved(moved, before, status, change, by=by, said=said, now=batch.at)
    return change


def _tell_moved(
    rows: Sequence[Ticket],
    before: Mapping[int, str],
    status: str,
    change: BulkChange,
    *,
    by: User | None,
    said: str,
    now: datetime,
) -> None:
    """Followers hear of the end and of a new beginning, as when it is one ticket."""
    kind = _EVENTS.get(status, "ticket_reopened")
    if status not in DONE:
        rows = [row for row in rows if is_reopening(before[row.pk], status)]
    tell_of_each(
        rows,
        by=by,
        key=f"{kind}-bulk-{change.pk}",
        kind=kind,
        word=str(Ticket.Status(status).label),
        body=said,
        now=now,
    )


def _steps(before: str, after: str) -> list[str]:
    """How a ticket gets there; nothing if it cannot or is there already."""
    if before == after:
        return []
    if after == "closed" and before not in DONE:
        return ["resolved", "closed"]
    return [after] if may_move(before, after) else []
