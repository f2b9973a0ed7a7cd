"""Taking a merge back: each ticket gets what was its own and still stands there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, Subquery

from organisation.models import User
from tickets.models import (
    BulkChange,
    Message,
    MessageKind,
    MessageSide,
    Ticket,
    TicketLink,
    Watcher,
)
from tickets.services import clocks
from tickets.services.merging import freshen
from tickets.services.rows import locked, survivor_of
from tickets.services.search_words import index_tickets
from tickets.services.statuses import move
from tickets.transitions import DONE

_BACK = """
UPDATE {table} r SET ticket_id = w.ticket_id {more}
FROM unnest(%(rows)s::bigint[], %(tickets)s::bigint[]) AS w(id, ticket_id)
WHERE r.id = w.id AND r.ticket_id = ANY(%(targets)s)
"""
_NOT_CAME_FROM = """, came_from_id =
    CASE WHEN r.came_from_id = w.ticket_id THEN NULL ELSE r.came_from_id END"""
_NOT_BEGUN_ANEW = """AND NOT EXISTS (
    SELECT 1 FROM tickets_draft o WHERE o.ticket_id = w.ticket_id
    AND o.author_id = r.author_id AND o.kind = r.kind)
"""
# What customers wrote since by the thread of a ticket, or of one that was part of it.
_CAME_SINCE = """
WITH RECURSIVE thread AS (
    SELECT id, id AS source_id FROM tickets_ticket WHERE id = ANY(%(ids)s)
    UNION ALL
    SELECT t.id, thread.source_id FROM tickets_ticket t
    JOIN thread ON t.merged_into_id = thread.id
)
SELECT m.id, thread.source_id, m.is_automatic
FROM tickets_message m JOIN thread ON m.came_from_id = thread.id
WHERE m.ticket_id = ANY(%(targets)s) AND m.side = 'customer'
  AND m.sent_at >= %(since)s AND NOT m.id = ANY(%(known)s)
ORDER BY m.id
"""
_FILES_OF = """
SELECT a.id, w.ticket_id
FROM tickets_attachment a
JOIN unnest(%(rows)s::bigint[], %(tickets)s::bigint[]) AS w(id, ticket_id)
    ON a.message_id = w.id
"""


def part_again(
    change: BulkChange,
    tickets: Sequence[Ticket],
    targets: set[int],
    *,
    since: datetime,
    at: datetime,
) -> set[int]:
    """Give locked tickets back what a merge took and still stands on a target.

    What their customers wrote since goes with them, and what is begun and not sent;
    watchers and links that came with them leave the target. What was said otherwise
    and what was split off stays. Returns the ids of tickets asked something since.
    """
    ids = {ticket.pk for ticket in tickets}
    kept = {pk: change.before[str(pk)] for pk in ids}
    messages = [(row, pk) for pk in ids for row in kept[pk]["messages"]]
    files = [(row, pk) for pk in ids for row in kept[pk]["attachments"]]
    unsaid = _uncount_answers([row for row, _pk in messages], targets)
    came = _came_since(ids, targets, since=since, known=[row for row, _pk in messages])
    later = [(row, pk) for row, pk, _is_automatic in came]
    messages += later
    files += _ask(_FILES_OF, **_columns(later))
    _give_back("tickets_message", _NOT_CAME_FROM, messages, targets)
    _give_back("tickets_attachment", "", files, targets)
    _give_drafts_back(kept, targets)
    _take_gained(change, ids, targets)
    _watch_again(change, ids)
    index_tickets(ids | targets)
    for row in Ticket.objects.filter(pk__in=targets | {pk for _row, pk in later}):
        freshen(row, at)
    for target in Ticket.objects.filter(pk__in=targets):
        clocks.recheck(target, now=at, unsaid=unsaid[target.pk])
    return {pk for _row, pk, is_automatic in came if not is_automatic}


def hear_again(tickets: Iterable[Ticket], *, by: User | None, at: datetime) -> None:
    """Their customers wrote while these tickets were part of another one.

    It is as if it came in now: what was resolved, closed or waiting is in progress.
    """
    for ticket in map(locked, tickets):
        is_idle = ticket.status in DONE or ticket.status == Ticket.Status.WAITING
        if is_idle and ticket.spam_at is None:
            move(ticket, "in_progress", by=by, now=at)


def stayed_behind(change: BulkChange) -> tuple[int, Ticket | None]:
    """How many messages written since a merge that was undone stay on its target."""
    kept = next(iter(change.before.values()), None)
    if change.verb != "merge" or kept is None:
        return 0, None
    target_id = kept["fields"]["merged_into_id"][1]
    target = survivor_of(Ticket.objects.get(pk=target_id))
    since = datetime.fromisoformat(kept["at"])
    said = Message.objects.filter(ticket=target, sent_at__gt=since, is_automatic=False)
    return said.count(), target


def _came_since(
    ids: set[int], targets: set[int], *, since: datetime, known: Sequence[int]
) -> list[tuple[int, int, bool]]:
    return _ask(
        _CAME_SINCE,
        ids=list(ids),
        targets=list(targets),
        since=since,
        known=list(known),
    )


def _uncount_answers(
    message_ids: Sequence[int], targets: set[int]
) -> dict[int, list[datetime]]:
    """Targets forget answers that are about to go back; when those were given.

    A first response that was among them is the first of those that stay, if any.
    """
    answers = Message.objects.filter(
        kind=MessageKind.PUBLIC, side=MessageSide.AGENT, is_automatic=False
    )
    unsaid: dict[int, list[datetime]] = {pk: [] for pk in targets}
    leaving = answers.filter(pk__in=message_ids, ticket__in=targets)
    for pk, at in leaving.values_list("ticket_id", "sent_at"):
        unsaid[pk].append(at)
    staying = (
        answers.filter(ticket=OuterRef("pk"), sent_at__gte=OuterRef("opened_at"))
        .exclude(pk__in=message_ids)
        .order_by("sent_at")
    )
    for target in Ticket.objects.filter(pk__in=targets).annotate(
        first_answer_at=Subquery(staying.values("sent_at")[:1])
    ):
        gone = unsaid[target.pk]
        if target.first_responded_at in gone:
            target.first_responded_at = target.first_answer_at
        target.agent_message_count = max(target.agent_message_count - len(gone), 0)
        target.save(update_fields=["first_responded_at", "agent_message_count"])
    return unsaid


def _give_back(
    table: str,
    more: str,
    pairs: Sequence[tuple[int, int]],
    targets: set[int],
    *,
    only: str = "",
) -> None:
    values = {**_columns(pairs), "targets": list(targets)}
    with connection.cursor() as cursor:
        cursor.execute(_BACK.format(table=table, more=more) + only, values)


def _columns(pairs: Sequence[tuple[int, int]]) -> dict[str, list[int]]:
    return {"rows": [row for row, _ in pairs], "tickets": [pk for _, pk in pairs]}


def _ask(statement: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _give_drafts_back(kept: Mapping[int, Mapping[str, Any]], targets: set[int]) -> None:
    """Where somebody has begun anew on a ticket since, both are left as they are."""
    drafts = [(row, pk) for pk, mine in kept.items() for row in mine.get("drafts", ())]
    _give_back("tickets_draft", "", drafts, targets, only=_NOT_BEGUN_ANEW)


def _take_gained(change: BulkChange, ids: set[int], targets: set[int]) -> None:
    """Targets lose what only these tickets brought, where it still stands there."""
    for name, rows in (
        ("gained_watchers", Watcher.objects.filter(ticket__in=targets)),
        (
            "gained_links",
            TicketLink.objects.filter(Q(ticket__in=targets) | Q(other__in=targets)),
        ),
    ):
        going: set[int] = set()
        staying: set[int] = set()
        for key, row in change.before.items():
            (going if int(key) in ids else staying).update(row.get(name, ()))
        rows.filter(pk__in=going - staying).delete()


def _watch_again(change: BulkChange, ids: set[int]) -> None:
    kept = {int(key): row for key, row in change.before.items() if int(key) in ids}
    Watcher.objects.bulk_create(
        [
            Watcher(ticket_id=pk, person_id=person, email=email)
            for pk, row in kept.items()
            for person, email in row["watchers"]
        ],
        ignore_conflicts=True,
    )
    TicketLink.objects.bulk_create(
        [
            TicketLink(ticket_id=ticket, other_id=other, kind=kind)
            for row in kept.values()
            for ticket, other, kind in row["links"]
        ],
        ignore_conflicts=True,
    )
