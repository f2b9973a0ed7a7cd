"""Merging many tickets into one so that it can be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery

from organisation.models import User
from tickets.models import (
    Attachment,
    BulkChange,
    Message,
    MessageKind,
    MessageSide,
    Ticket,
    TicketLink,
    Watcher,
)
from tickets.services import clocks
from tickets.services.bulk_rows import Batch, remember
from tickets.services.errors import CannotMerge
from tickets.services.merge_reasons import reasons_against
from tickets.services.merging import absorb, freshen, lock_for_merge
from tickets.services.rows import moment
from tickets.services.search_words import index_tickets

_BACK = """
UPDATE {table} r SET ticket_id = w.ticket_id {more}
FROM unnest(%(rows)s::bigint[], %(tickets)s::bigint[]) AS w(id, ticket_id)
WHERE r.id = w.id AND r.ticket_id = ANY(%(targets)s)
"""
_NOT_CAME_FROM = """, came_from_id =
    CASE WHEN r.came_from_id = w.ticket_id THEN NULL ELSE r.came_from_id END"""


@transaction.atomic
def bulk_merge(
    tickets: Iterable[Ticket],
    *,
    into: Ticket,
    by: User | None,
    now: datetime | None = None,
) -> BulkChange:
    """Make these tickets part of another one; it may be undone.

    Those that cannot are left as they are. Raises CannotMerge when that is all.
    """
    target, rows = lock_for_merge(tickets, into=into)
    others = [row for row in rows if row.pk != target.pk]
    reasons = reasons_against(others or rows, target)
    sources = [row for row in rows if reasons.get(row.pk) == ""]
    if not sources:
        raise CannotMerge(next(iter(reasons.values())))
    at = moment(now)
    kept = _belongings(sources)
    batch = Batch(sources, at)
    for row in sources:
        batch.set(
            row,
            status="closed",
            merged_into_id=target.pk,
            closed_at=row.closed_at or at,
            snoozed_until=None,
        )
    absorb(target, sources, by=by, now=at)
    return remember(batch, "merge", by=by, more=kept)


def part_again(
    change: BulkChange, tickets: Sequence[Ticket], targets: set[int], *, at: datetime
) -> None:
    """Give tickets back what a merge took and still stands there; links stay on both.

    What was split off meanwhile stays where it went.
    """
    ids = {ticket.pk for ticket in tickets}
    unsaid = _uncount_answers(
        [row for pk in ids for row in change.before[str(pk)]["messages"]], targets
    )
    for name, table, more in (
        ("messages", "tickets_message", _NOT_CAME_FROM),
        ("attachments", "tickets_attachment", ""),
    ):
        pairs = [
            (row_id, int(key))
            for key, kept in change.before.items()
            if int(key) in ids
            for row_id in kept[name]
        ]
        _give_back(table, more, pairs, targets)
    _watch_again(change, ids)
    index_tickets(ids | targets)
    for target in Ticket.objects.select_for_update().filter(pk__in=targets):
        freshen(target, at)
        clocks.recheck(target, now=at, unsaid=unsaid[target.pk])


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
    table: str, more: str, pairs: Sequence[tuple[int, int]], targets: set[int]
) -> None:
    values = {
        "rows": [row for row, _ in pairs],
        "tickets": [pk for _, pk in pairs],
        "targets": list(targets),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BACK.format(table=table, more=more), values)


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


def _belongings(sources: Sequence[Ticket]) -> dict[int, dict[str, Any]]:
    """What belongs to each source, in four queries."""
    ids = [row.pk for row in sources]
    found: dict[int, dict[str, Any]] = {pk: defaultdict(list) for pk in ids}
    for kind, model in (("messages", Message), ("attachments", Attachment)):
        for pk in ids:
            found[pk][kind] = []
        rows = model.objects.filter(ticket__in=ids).order_by("pk")
        for pk, row_id in rows.values_list("ticket_id", "pk"):
            found[pk][kind].append(row_id)
    watchers = Watcher.objects.filter(ticket__in=ids)
    for pk, person, email in watchers.values_list("ticket_id", "person_id", "email"):
        found[pk]["watchers"].append([person, email])
    links = TicketLink.objects.filter(Q(ticket__in=ids) | Q(other__in=ids))
    for link in links.values_list("ticket_id", "other_id", "kind"):
        for pk in {link[0], link[1]} & set(ids):
            found[pk]["links"].append(list(link))
    return {
        pk: {"watchers": [], "links": [], **dict(kept)} for pk, kept in found.items()
    }
