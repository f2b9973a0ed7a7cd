"""Merging many tickets into one so that it can be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from organisation.models import User
from tickets.models import (
    Attachment,
    BulkChange,
    Draft,
    Message,
    Ticket,
    TicketLink,
    Watcher,
)
from tickets.services.bulk_rows import Batch, remember
from tickets.services.errors import CannotMerge
from tickets.services.merge_reasons import reasons_against
from tickets.services.merging import absorb, lock_for_merge
from tickets.services.rows import moment


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
    stood = _around(target)
    woke = absorb(target, sources, by=by, now=at)
    batch = Batch(sources, at)
    for row in sources:
        batch.set(
            row,
            status="closed",
            merged_into_id=target.pk,
            closed_at=row.closed_at or at,
            snoozed_until=None,
        )
    _keep_gained(kept, target, sources, stood)
    for pk, how in woke.items():
        kept[pk] |= how
    return remember(batch, "merge", by=by, more=kept)


def _belongings(sources: Sequence[Ticket]) -> dict[int, dict[str, Any]]:
    """What belongs to each source, in five queries."""
    ids = [row.pk for row in sources]
    found: dict[int, dict[str, Any]] = {pk: defaultdict(list) for pk in ids}
    owned = ("messages", Message), ("attachments", Attachment), ("drafts", Draft)
    for kind, model in owned:
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


class _Around(NamedTuple):
    """Who watches a ticket and how it is linked, each by the id of its row."""

    watchers: dict[int, tuple[int | None, str]]
    links: dict[int, tuple[int, int, str]]


def _around(target: Ticket) -> _Around:
    watchers = Watcher.objects.filter(ticket=target)
    links = TicketLink.objects.filter(Q(ticket=target) | Q(other=target))
    return _Around(
        {
            pk: (person, email.lower())
            for pk, person, email in watchers.values_list("pk", "person_id", "email")
        },
        {
            pk: (ticket, other, kind)
            for pk, ticket, other, kind in links.values_list(
                "pk", "ticket_id", "other_id", "kind"
            )
        },
    )


def _keep_gained(
    kept: dict[int, dict[str, Any]],
    target: Ticket,
    sources: Sequence[Ticket],
    stood: _Around,
) -> None:
    """Keep which watchers and links the target has from which source.

    What several brought is kept with each: it goes when none of them is part of the
    target any longer.
    """
    stands = _around(target)
    ends = dict.fromkeys(kept, target.pk)
    for row in sources:
        theirs = kept[row.pk]
        brought = {(person, email.lower()) for person, email in theirs["watchers"]}
        brought.add((None, row.requester_email.lower()))
        carried = {
            (ends.get(one, one), ends.get(other, other), kind)
            for one, other, kind in theirs["links"]
        }
        theirs["gained_watchers"] = [
            pk
            for pk, who in stands.watchers.items()
            if who in brought and pk not in stood.watchers
        ]
        theirs["gained_links"] = [
            pk
            for pk, link in stands.links.items()
            if link in carried and pk not in stood.links
        ]
