"""Making one ticket of several: what was said, attached and watched moves along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from events.services import Actor, build_event, record_events
from organisation.models import User
from tickets.models import Attachment, Message, MessageKind, MessageSide, Ticket
from tickets.rendering import html_of
from tickets.services import clocks
from tickets.services.errors import CannotMerge
from tickets.services.followers import followers_of
from tickets.services.merge_news import tell_of_merge
from tickets.services.merge_reasons import reasons_against
from tickets.services.merge_waking import WOKE, asking, hear
from tickets.services.periods import move_periods
from tickets.services.rows import moment, survivor_of
from tickets.services.search_words import index_tickets

_MOST_AT_ONCE = 200
_WATCHERS = """
WITH moved AS (
    DELETE FROM tickets_watcher WHERE ticket_id = ANY(%(ids)s)
    RETURNING person_id, email
), known AS (
    SELECT person_id, email FROM moved
    UNION
    SELECT NULL, lower(t.requester_email) FROM tickets_ticket t, tickets_ticket target
    WHERE t.id = ANY(%(ids)s) AND target.id = %(target)s AND t.requester_email <> ''
      AND lower(t.requester_email) <> lower(target.requester_email)
)
INSERT INTO tickets_watcher (ticket_id, person_id, email)
SELECT %(target)s, person_id, email FROM known ON CONFLICT DO NOTHING
"""
_LINKS = """
WITH moved AS (
    DELETE FROM tickets_ticketlink
    WHERE ticket_id = ANY(%(ids)s) OR other_id = ANY(%(ids)s)
    RETURNING
        CASE WHEN ticket_id = ANY(%(ids)s) THEN %(target)s ELSE ticket_id END AS a,
        CASE WHEN other_id = ANY(%(ids)s) THEN %(target)s ELSE other_id END AS b, kind
)
INSERT INTO tickets_ticketlink (ticket_id, other_id, kind)
SELECT DISTINCT a, b, kind FROM moved WHERE a <> b ON CONFLICT DO NOTHING
"""
_DRAFTS = """
UPDATE tickets_draft d SET ticket_id = %(target)s
WHERE d.id IN (
    SELECT DISTINCT ON (author_id, kind) id FROM tickets_draft s
    WHERE s.ticket_id = ANY(%(ids)s) AND s.text <> '' AND NOT EXISTS (
        SELECT 1 FROM tickets_draft o WHERE o.ticket_id = %(target)s
        AND o.author_id = s.author_id AND o.kind = s.kind)
    ORDER BY author_id, kind, updated_at DESC)
"""


def merge_tickets(
    sources: Sequence[Ticket],
    *,
    into: Ticket,
    by: User | None,
    now: datetime | None = None,
) -> Ticket:
    """Make the sources part of another ticket; returns the one that stays.

    Messages, files, watchers and links move and keep saying where they came from; the
    sources close, their clocks stop, and whoever opens or answers them is led on. If
    ``into`` was merged itself its chain is followed. Raises CannotMerge.
    """
    with transaction.atomic():
        target, rows = lock_for_merge(sources, into=into)
        if problem := next(filter(None, reasons_against(rows, target).values()), ""):
            raise CannotMerge(problem)
        absorb(target, rows, by=by, now=moment(now))
    return Ticket.objects.get(pk=target.pk)


def lock_for_merge(
    sources: Iterable[Ticket], *, into: Ticket
) -> tuple[Ticket, list[Ticket]]:
    """The end of the target's chain and the sources, locked in one order."""
    wanted = {each.pk for each in sources}
    if not wanted or len(wanted) > _MOST_AT_ONCE:
        raise CannotMerge(_("Choose 1 to 200 tickets to merge."))
    target = survivor_of(Ticket.objects.get(pk=into.pk))
    rows = {
        row.pk: row
        for row in Ticket.objects.held()
        .filter(pk__in={*wanted, target.pk})
        .order_by("pk")
    }
    if target.pk not in rows or rows[target.pk].merged_into_id is not None:
        raise CannotMerge(_("That ticket was merged away just now. Try again."))
    return rows[target.pk], [rows[pk] for pk in sorted(wanted & rows.keys())]


def absorb(
    target: Ticket, sources: Sequence[Ticket], *, by: User | None, now: datetime
) -> dict[int, dict[str, Any]]:
    """Move everything of locked sources to a locked target: a fixed number of
    statements, however many they are.

    Answers with how it woke the target, for each source that asked for it.
    """
    ids = [row.pk for row in sources]
    values: dict[str, Any] = {"ids": ids, "target": target.pk}
    followed = followers_of([target, *sources])
    said = list(Message.objects.filter(ticket__in=ids).defer("html", "text"))
    asked = asking(target, sources, said)
    Message.objects.filter(ticket__in=ids, came_from__isnull=True).update(
        came_from=F("ticket")
    )
    Message.objects.filter(ticket__in=ids).update(ticket=target)
    Attachment.objects.filter(ticket__in=ids).update(ticket=target)
    with connection.cursor() as cursor:
        for statement in (_WATCHERS, _LINKS, _DRAFTS):
            cursor.execute(statement, values)
    clocks.cancel_many(ids, now=now)
    Ticket.objects.filter(pk__in=ids).update(
        merged_into=target,
        status="closed",
        closed_at=Coalesce("closed_at", Value(now)),
        snoozed_until=None,
        version=F("version") + 1,
        updated_at=now,
    )
    move_periods("status", dict.fromkeys(ids, "closed"), at=now)
    _count_answers(target, said)
    clocks.recheck(target, now=now)
    woke = hear(target, by=by, now=now) if asked else {}
    freshen(target, now)
    _say_so(target, sources, by=by, now=now)
    tell_of_merge(target, sources, followed, by=by, now=now)
    index_tickets([*ids, target.pk])
    return {pk: {WOKE: woke} for pk in asked if woke}


def _count_answers(target: Ticket, messages: Sequence[Message]) -> None:
    """The target's answers are those of the others too; the first may be among them."""
    answers = sorted(
        each.sent_at
        for each in messages
        if each.kind == MessageKind.PUBLIC
        and each.side == MessageSide.AGENT
        and not each.is_automatic
    )
    first = next((at for at in answers if at >= target.opened_at), None)
    if target.first_responded_at is None and not target.is_opened_by_agent:
        target.first_responded_at = first
    target.agent_message_count += len(answers)
    Ticket.objects.filter(pk=target.pk).update(
        agent_message_count=target.agent_message_count,
        first_responded_at=target.first_responded_at,
    )


def freshen(target: Ticket, now: datetime) -> None:
    """When customer and agent last wrote, after messages came to a ticket or left."""
    public = Q(kind=MessageKind.PUBLIC, is_automatic=False)
    last = Message.objects.filter(ticket=target).aggregate(
        customer=Max("sent_at", filter=public & Q(side=MessageSide.CUSTOMER)),
        agent=Max("sent_at", filter=public & Q(side=MessageSide.AGENT)),
    )
    Ticket.objects.filter(pk=target.pk).update(
        last_customer_message_at=last["customer"],
        last_agent_message_at=last["agent"],
        version=F("version") + 1,
        updated_at=now,
    )


def _say_so(
    target: Ticket, sources: Sequence[Ticket], *, by: User | None, now: datetime
) -> None:
    notes = []
    events = []
    for row in sources:
        words = _("%(number)s was merged into this ticket: %(subject)s")
        text = words % {"number": row.number, "subject": row.subject}
        notes.append(_note(target, text, by=by, at=now))
        data: dict[str, Any] = {"into": target.number, "subject": row.subject}
        events.append(_event("ticket_merged", row, by=by, at=now, data=data))
        taken = {"source": row.number, "subject": target.subject}
        events.append(_event("ticket_absorbed", target, by=by, at=now, data=taken))
    Message.objects.bulk_create(notes)
    record_events(events)


def _note(target: Ticket, text: str, *, by: User | None, at: datetime) -> Message:
    return Message(
        ticket=target,
        kind=MessageKind.NOTE,
        side=MessageSide.BOT,
        author=by,
        author_name=by.label if by else "",
        text=text,
        html=html_of(text),
        sent_at=at,
        is_automatic=True,
    )


def _event(kind: str, ticket: Ticket, *, by: Actor | None, at: datetime, data: Any):
    return build_event(
        kind,
        by=by,
        subject=ticket,
        account_id=ticket.account_id,
        data=data,
        happened_at=at,
    )
