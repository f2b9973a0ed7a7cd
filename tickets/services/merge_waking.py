"""A merge that brings an open question: its target goes on, and rests again when the
merge is undone and nothing else has happened there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from events.models import Event
from events.services import Actor
from tickets.models import (
    BulkChange,
    Message,
    MessageKind,
    MessageSide,
    Ticket,
    TicketPeriod,
)
from tickets.services import clocks
from tickets.services.bulk_rows import Batch, plain, write
from tickets.services.periods import forget_periods
from tickets.services.statuses import move, rouse
from tickets.transitions import DONE

#: What a merge keeps with each source that asked: how it changed its target by that.
WOKE = "woke"


def asking(
    target: Ticket, sources: Sequence[Ticket], said: Iterable[Message]
) -> set[int]:
    """Ids of open sources whose customer wrote after every answer, also the target's.

    ``said`` are the messages of the sources, still there.
    """
    people = [m for m in said if m.kind == MessageKind.PUBLIC and not m.is_automatic]
    answers = [m.sent_at for m in people if m.side == MessageSide.AGENT]
    answers += [target.last_agent_message_at] if target.last_agent_message_at else []
    last = max(answers, default=None)
    still_open = {row.pk for row in sources if row.status not in DONE}
    return {
        m.ticket_id
        for m in people
        if m.side == MessageSide.CUSTOMER
        and m.ticket_id in still_open
        and (last is None or m.sent_at > last)
    }


def hear(target: Ticket, *, by: Actor | None, now: datetime) -> dict[str, list[Any]]:
    """A locked target is asked something: it waits and sleeps no longer.

    Answers with what that changed on it, before and after.
    """
    before = {"status": target.status, "snoozed_until": target.snoozed_until}
    if target.status == Ticket.Status.WAITING:
        move(target, "in_progress", by=by, now=now)
    rouse(target, by=by, now=now)
    return {
        name: [plain(value), plain(getattr(target, name))]
        for name, value in before.items()
        if getattr(target, name) != value
    }


def rest_again(
    change: BulkChange,
    tickets: Iterable[Ticket],
    targets: set[int],
    *,
    since: datetime,
    at: datetime,
) -> Batch:
    """Let a locked target wait and sleep as before a merge that is undone.

    Only when every source that asked went back, and when nobody wrote, moved it or
    merged something into it since. Answers with what changed: one ticket, or none.
    """
    woke = {int(key): row for key, row in change.before.items() if row.get(WOKE)}
    if not woke or not woke.keys() <= {ticket.pk for ticket in tickets}:
        return Batch([], at)
    kept = next(iter(woke.values()))
    rows = Ticket.objects.held().select_related("account").filter(pk__in=targets)
    batch = Batch(list(rows.filter(pk=kept["fields"]["merged_into_id"][1])), at)
    for target in batch.rows:
        if _is_as_left(target, kept[WOKE], since=since):
            _restore(batch, target, kept[WOKE], since=since)
    return batch


def _is_as_left(target: Ticket, woke: dict[str, list[Any]], *, since: datetime) -> bool:
    if any(plain(getattr(target, name)) != after for name, (_b, after) in woke.items()):
        return False
    wrote = Message.objects.filter(
        ticket=target, sent_at__gt=since, kind=MessageKind.PUBLIC, is_automatic=False
    )
    moved = TicketPeriod.objects.filter(
        ticket=target, field="status", valid_from__gt=since
    )
    happened = Event.objects.filter(
        kind__in=["ticket_absorbed", "ticket_snoozed"],
        subject_type="tickets.ticket",
        subject_id=target.pk,
        happened_at__gt=since,
    )
    return not (wrote.exists() or moved.exists() or happened.exists())


def _restore(
    batch: Batch, target: Ticket, woke: dict[str, list[Any]], *, since: datetime
) -> None:
    values = {name: before for name, (before, _after) in woke.items()}
    if values.get("snoozed_until"):
        values["snoozed_until"] = datetime.fromisoformat(values["snoozed_until"])
    after = target.status
    batch.set(target, **values)
    write(batch)
    if target.status != after:
        forget_periods("status", [target.pk], since=since)
        clocks.on_status(target, before=after, after=target.status, now=batch.at)
