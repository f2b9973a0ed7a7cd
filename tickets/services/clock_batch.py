"""The clocks of some tickets at hand: read at once, changed in memory, written at once.

One ticket or two hundred: the number of statements is the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from core.inserting import insert
from tickets.clock import StatusInterval
from tickets.models import (
    ClockState,
    MessageSide,
    SlaClock,
    SlaEventKind,
    SlaMetric,
    SlaTierVersion,
    Ticket,
    TicketPeriod,
)
from tickets.queries.clocks import said_in
from tickets.services.clock_records import (
    Happening,
    forget_verdicts,
    record_happenings,
)
from tickets.services.promises import PromiseBook
from tickets.services.standing_promises import Standing
from tickets.services.tiers import chosen_tier_ids, newest_version
from tickets.waiting import Conversation, spells_of

_COLUMNS = (
    ("tier_version_id", "bigint"),
    ("calendar_version_id", "bigint"),
    ("target_seconds", "int"),
    ("warn_percent", "int"),
    ("carried_seconds", "double precision"),
    ("started_at", "timestamptz"),
    ("state", "text"),
    ("warn_at", "timestamptz"),
    ("due_at", "timestamptz"),
    ("stopped_at", "timestamptz"),
    ("late_seconds", "double precision"),
    ("warned_at", "timestamptz"),
    ("breached_at", "timestamptz"),
)
#: What is written once for each cycle.
_ONCE = (
    SlaEventKind.WARNING,
    SlaEventKind.BREACH,
    SlaEventKind.MET,
    SlaEventKind.NO_RESPONSE,
)
_WRITE_CLOCKS = f"""
UPDATE tickets_slaclock c
SET {", ".join(f"{name} = r.{name}" for name, _ in _COLUMNS)}
FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS r(id bigint, {", ".join(f"{name} {kind}" for name, kind in _COLUMNS)})
WHERE c.id = r.id
"""
_WRITE_TICKETS = """
UPDATE tickets_ticket t
SET next_due_at = r.next_due_at, next_due_metric = r.next_due_metric,
    breached_at = r.breached_at, is_sla_met = r.is_sla_met, tier_id = r.tier_id,
    cycle = r.cycle
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
    id bigint, next_due_at timestamptz, next_due_metric text, breached_at timestamptz,
    is_sla_met boolean, tier_id bigint, cycle int)
WHERE t.id = r.id AND (
    t.next_due_at, t.next_due_metric, t.breached_at, t.is_sla_met, t.tier_id, t.cycle)
    IS DISTINCT FROM (
    r.next_due_at, r.next_due_metric, r.breached_at, r.is_sla_met, r.tier_id, r.cycle)
"""


class ClockBatch:
    """Locked tickets with their clocks; ``flush`` writes what was changed."""

    def __init__(
        self,
        tickets: Iterable[Ticket],
        *,
        now: datetime,
        standing: Standing | None = None,
    ) -> None:
        self.now = now
        self.tickets = {ticket.pk: ticket for ticket in tickets}
        self.book = PromiseBook(standing)
        self._clocks: dict[int, list[SlaClock]] = {pk: [] for pk in self.tickets}
        self._statuses: dict[int, list[StatusInterval]] | None = None
        self._said: dict[int, dict[str, list[datetime]]] | None = None
        self._tiers: dict[int | None, int | None] = {}
        self._newest: dict[int | None, SlaTierVersion | None] = {}
        self._changed: dict[int, SlaClock] = {}
        self._created: list[SlaClock] = []
        self._removed: list[SlaClock] = []
        self._unsaid: list[tuple[SlaClock, SlaEventKind]] = []
        self._happenings: list[Happening] = []
        self._are_shown = False

    @classmethod
    def of(cls, tickets: Iterable[Ticket], *, now: datetime) -> ClockBatch:
        """With the clocks these tickets have already.

        A ticket without a tier was promised nothing, or came from elsewhere with the
        verdict of its source: it is left out, so that nothing moves it.
        """
        promised = [ticket for ticket in tickets if ticket.tier_id is not None]
        batch = cls(promised, now=now)
        rows = SlaClock.objects.filter(ticket_id__in=batch.tickets).select_related(
            "calendar_version", "tier_version__calendar", "tier_version__tier"
        )
        for clock in rows.order_by("cycle", "started_at", "pk"):
            batch._clocks[clock.ticket_id].append(clock)
        return batch

    def clocks(self, ticket: Ticket) -> Sequence[SlaClock]:
        """The clocks of one ticket, oldest first."""
        return self._clocks[ticket.pk]

    def statuses(self, ticket: Ticket) -> Sequence[StatusInterval]:
        """Every status the ticket had, oldest first; read once for all tickets."""
        if self._statuses is None:
            self._statuses = {pk: [] for pk in self.tickets}
            rows = TicketPeriod.objects.filter(
                ticket_id__in=self.tickets, field=TicketPeriod.Field.STATUS
            ).order_by("valid_from", "pk")
            for pk, value, since, until in rows.values_list(
                "ticket_id", "value", "valid_from", "valid_to"
            ):
                self._statuses[pk].append(StatusInterval(value, since, until))
        return self._statuses[ticket.pk]

    def statuses_for(self, clock: SlaClock) -> Sequence[StatusInterval]:
        """The statuses a clock depends on: only resolution ever pauses."""
        if clock.metric != SlaMetric.RESOLUTION:
            return ()
        return self.statuses(self.tickets[clock.ticket_id])

    def tier_id_for(self, ticket: Ticket) -> int | None:
        """The tier the ticket belongs to now; looked up once for all tickets."""
        if ticket.account_id not in self._tiers:
            asked = {each.account_id for each in self.tickets.values()}
            asked.add(ticket.account_id)
            self._tiers |= dict.fromkeys(asked) | chosen_tier_ids(asked)
        return self._tiers[ticket.account_id]

    def newest_version(self, tier_id: int | None) -> SlaTierVersion | None:
        """What a tier promises now."""
        if tier_id not in self._newest:
            self._newest[tier_id] = newest_version(tier_id)
        return self._newest[tier_id]

    def said(self, ticket: Ticket) -> Conversation:
        """Who spoke when, and when it was resolved; read once for all tickets."""
        if self._said is None:
            self._said = said_in(self.tickets)
        spells = spells_of(self.statuses(ticket))
        return Conversation(
            asked=self._said[ticket.pk][MessageSide.CUSTOMER],
            answered=self._said[ticket.pk][MessageSide.AGENT],
            resolved=[spell.end for spell in spells if spell.end is not None],
            is_opened_by_agent=ticket.is_opened_by_agent,
        )

    def add(self, clock: SlaClock) -> None:
        """A new clock, written with the rest."""
        self._clocks[clock.ticket_id].append(clock)
        self._created.append(clock)

    def change(self, clock: SlaClock) -> None:
        """An existing clock was changed in memory."""
        if clock.pk is not None:
            self._changed[clock.pk] = clock

    def remove(self, clock: SlaClock) -> None:
        """A clock that should never have begun, with what was written of it.

        Its cycle may begin again, and come to a verdict of its own.
        """
        self._clocks[clock.ticket_id].remove(clock)
        self._changed.pop(clock.pk, None)
        self._removed.append(clock)
        for kind in _ONCE:
            self.unsay(clock, kind)

    def unsay(self, clock: SlaClock, kind: SlaEventKind) -> None:
        """A verdict of a clock does not hold any more."""
        if clock.pk is not None:
            self._unsaid.append((clock, kind))

    def tell(self, happening: Happening) -> None:
        """Something to write down about a clock."""
        self._happenings.append(happening)

    def show(self) -> None:
        """Set on the tickets, which are not written yet, what they show of these."""
        for pk in self.tickets:
            self._ticket_row(pk)
        self._are_shown = True

    def flush(self) -> None:
        """Write clocks, records and what the tickets show of them."""
        if self._removed:
            gone = [clock.pk for clock in self._removed]
            SlaClock.objects.filter(pk__in=gone).delete()
        if self._changed:
            rows = [_clock_row(clock) for clock in self._changed.values()]
            _execute(_WRITE_CLOCKS, rows)
        if self._created:
            insert(self._created)
        forget_verdicts(self._unsaid)
        record_happenings(self._happenings, tickets=self.tickets, now=self.now)
        if self.tickets and not self._are_shown:
            _execute(_WRITE_TICKETS, [self._ticket_row(pk) for pk in self.tickets])

    def _ticket_row(self, pk: int) -> dict[str, Any]:
        """Set next due and first miss on the ticket, and tell them as a row."""
        ticket, clocks = self.tickets[pk], self._clocks[pk]
        running = [
            (clock.due_at, str(clock.metric))
            for clock in clocks
            if clock.state == ClockState.RUNNING and clock.due_at is not None
        ]
        ticket.next_due_at, ticket.next_due_metric = min(running, default=(None, ""))
        missed = [clock.breached_at for clock in clocks if clock.breached_at]
        ticket.breached_at = min(missed, default=None)
        return {
            "id": pk,
            "next_due_at": _iso(ticket.next_due_at),
            "next_due_metric": ticket.next_due_metric,
            "breached_at": _iso(ticket.breached_at),
            "is_sla_met": ticket.is_sla_met,
            "tier_id": ticket.tier_id,
            "cycle": ticket.cycle,
        }


def _clock_row(clock: SlaClock) -> dict[str, Any]:
    values = {name: getattr(clock, name) for name, _ in _COLUMNS}
    return {"id": clock.pk} | {
        name: _iso(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _execute(statement: str, rows: list[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"rows": json.dumps(rows)})


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
