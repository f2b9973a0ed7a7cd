"""Writing down what happened to promises: each warning and each miss once, for ever."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from events.services import build_event, record_events
from organisation.models import User
from organisation.notifications import News, notify_each
from tickets.addresses import ticket_path
from tickets.models import SlaClock, SlaEventKind, SlaMetric, Ticket
from tickets.services.followers import as_named, followers_of, teams_of_nobodys

_INSERT = """
INSERT INTO tickets_slaevent
    (ticket_id, metric, cycle, kind, happened_at, recorded_at, detail)
SELECT ticket_id, metric, cycle, kind, happened_at, %(now)s, detail
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
    ticket_id bigint, metric text, cycle int, kind text, happened_at timestamptz,
    detail jsonb)
ON CONFLICT DO NOTHING
RETURNING ticket_id, metric, cycle, kind
"""
_FORGET = """
DELETE FROM tickets_slaevent e
USING jsonb_to_recordset(%(rows)s::jsonb) AS r(
    ticket_id bigint, metric text, cycle int, kind text)
WHERE e.ticket_id = r.ticket_id AND e.metric = r.metric AND e.cycle = r.cycle
  AND e.kind = r.kind
"""
_EVENT_KINDS = {
    SlaEventKind.WARNING: "sla_warning",
    SlaEventKind.BREACH: "sla_breached",
}
_Key = tuple[int, str, int, str]


@dataclass(frozen=True)
class Happening:
    """Something that happened to a clock, about to be written down."""

    clock: SlaClock
    kind: SlaEventKind
    at: datetime
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> _Key:
        clock = self.clock
        return clock.ticket_id, str(clock.metric), clock.cycle, str(self.kind)


def record_happenings(
    happenings: Sequence[Happening], *, tickets: Mapping[int, Ticket], now: datetime
) -> int:
    """Write them in two statements, and tell people of warnings and misses.

    What stands there already is left as it is and told nobody again; returns how many
    were new. Belongs into the transaction that changed the clocks.
    """
    if not happenings:
        return 0
    fresh = _insert(happenings, now)
    told = [each for each in happenings if each.key in fresh]
    loud = [each for each in told if each.kind in _EVENT_KINDS]
    record_events(_event(each, tickets[each.clock.ticket_id]) for each in loud)
    if loud:
        _tell(loud, tickets, now)
    return len(told)


def forget_verdicts(verdicts: Iterable[tuple[SlaClock, SlaEventKind]]) -> None:
    """Strike records of what did not hold: the clock runs again, or never should have.

    What people were told of it is not told again.
    """
    rows = [
        {
            "ticket_id": clock.ticket_id,
            "metric": str(clock.metric),
            "cycle": clock.cycle,
            "kind": str(kind),
        }
        for clock, kind in verdicts
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, {"rows": json.dumps(rows)})


def _insert(happenings: Iterable[Happening], now: datetime) -> set[_Key]:
    rows = [
        {
            "ticket_id": each.clock.ticket_id,
            "metric": str(each.clock.metric),
            "cycle": each.clock.cycle,
            "kind": str(each.kind),
            "happened_at": each.at.isoformat(),
            "detail": dict(each.detail),
        }
        for each in happenings
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"now": now, "rows": json.dumps(rows)})
        return set(cursor.fetchall())


def _event(happening: Happening, ticket: Ticket) -> Any:
    clock = happening.clock
    return build_event(
        _EVENT_KINDS[happening.kind],
        by=None,
        subject=ticket,
        account_id=ticket.account_id,
        data={
            "metric": str(clock.metric),
            "cycle": clock.cycle,
            "priority": ticket.priority,
            "due_at": clock.due_at.isoformat() if clock.due_at else None,
            **happening.detail,
        },
        happened_at=happening.at,
    )


def _tell(
    loud: Sequence[Happening], tickets: Mapping[int, Ticket], now: datetime
) -> None:
    """The assignee and the watchers, and the team of a ticket that nobody has.

    Of a promise missed by now only the miss. No team gets mail: that is for those who
    follow the ticket, and for whoever is on call.
    """
    ids = {each.clock.ticket_id for each in loud}
    rows = [tickets[pk] for pk in ids]
    named = as_named(ids)
    missed = {each.key[:3] for each in loud if each.kind == SlaEventKind.BREACH}
    said = [
        each
        for each in loud
        if each.kind == SlaEventKind.BREACH
        or not (each.key[:3] in missed or _is_past(each.clock, now))
    ]
    followers, teams = followers_of(rows), teams_of_nobodys(rows)
    news = []
    for each in said:
        ticket = named[each.clock.ticket_id]
        following = followers.get(ticket.pk, [])
        others = [one for one in teams.get(ticket.pk, ()) if one not in following]
        mailed = _news(each, ticket, people=following)
        news += [mailed, replace(mailed, people=others, is_mailed=False)]
    notify_each(news, now=now)


def _news(happening: Happening, ticket: Ticket, *, people: Sequence[User]) -> News:
    is_breach = happening.kind == SlaEventKind.BREACH
    words = _("%(metric)s was missed") if is_breach else _("%(metric)s is due soon")
    headline = words % {"metric": SlaMetric(happening.clock.metric).label}
    return News(
        people=people,
        key=":".join(str(part) for part in ("sla", *happening.key)),
        kind=_EVENT_KINDS[happening.kind],
        title=f"{ticket.number}: {headline}",
        body=ticket.subject,
        path=ticket_path(ticket),
        is_mailed=is_breach,
    )


def _is_past(clock: SlaClock, now: datetime) -> bool:
    return clock.due_at is not None and clock.due_at < now


def breach(clock: SlaClock, at: datetime, **detail: Any) -> Happening:
    """Mark a clock as missed at an instant and say so; the row is not saved here."""
    clock.breached_at = at
    return Happening(clock, SlaEventKind.BREACH, at, detail)
