"""Writing events, and claiming them for consumers."""

from __future__ import annotations

import contextvars
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

from core.inserting import insert
from events.models import Event, EventConsumption

_AT_ONCE = 2000
_COLUMNS = (
    "kind", "actor_id", "actor_label", "account_id", "subject_type", "subject_id",
    "subject_label", "data", "request_id", "address",
)  # fmt: skip
_INSERT = f"""
INSERT INTO events_event (happened_at, {", ".join(_COLUMNS)})
SELECT coalesce(happened_at, statement_timestamp()), {", ".join(_COLUMNS)}
FROM json_to_recordset(%(rows)s) AS r(
    happened_at timestamptz, kind text, actor_id bigint, actor_label text,
    account_id bigint, subject_type text, subject_id bigint, subject_label text,
    data jsonb, request_id text, address inet)
"""
_INSERT_ALIKE = """
INSERT INTO events_event (
    happened_at, kind, actor_id, actor_label, account_id, subject_type, subject_id,
    subject_label, data, request_id, address)
SELECT %(happened_at)s, %(kind)s, %(actor_id)s, %(actor_label)s, r.account_id,
       %(subject_type)s, r.id, r.label, r.data, %(request_id)s, %(address)s::inet
FROM unnest(%(ids)s::bigint[], %(accounts)s::bigint[], %(labels)s::text[],
            %(data)s::jsonb[]) AS r(id, account_id, label, data)
"""


class Actor(Protocol):
    """Whoever acts: a person or a service account."""

    pk: Any

    @property
    def label(self) -> str: ...


@dataclass(frozen=True)
class Origin:
    """Where a request came from; kept beside each event it causes."""

    request_id: str = ""
    address: str | None = None


_NOWHERE = Origin()
_origin: contextvars.ContextVar[Origin] = contextvars.ContextVar(
    "event_origin", default=_NOWHERE
)


@contextmanager
def origin(request_id: str, address: str | None) -> Iterator[None]:
    """Every event recorded inside carries this request id and address."""
    token = _origin.set(Origin(request_id, address))
    try:
        yield
    finally:
        _origin.reset(token)


def build_event(
    kind: str,
    *,
    by: Actor | None,
    subject: models.Model | None = None,
    account_id: int | None = None,
    data: dict[str, Any] | None = None,
    happened_at: datetime | None = None,
) -> Event:
    """An unsaved event; use with :func:`record_events` for many at once."""
    came_from = _origin.get()
    event = Event(
        kind=kind,
        actor_id=getattr(by, "pk", None),
        actor_label=by.label if by is not None else "System",
        account_id=account_id,
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        subject_label=str(subject)[:300] if subject is not None else "",
        data=data or {},
        request_id=came_from.request_id,
        address=came_from.address,
    )
    if happened_at is not None:
        event.happened_at = happened_at
    return event


def record_event(
    kind: str,
    *,
    by: Actor | None,
    subject: models.Model | None = None,
    account_id: int | None = None,
    data: dict[str, Any] | None = None,
    happened_at: datetime | None = None,
) -> Event:
    """Record one event in the caller's transaction.

    ``kind`` is ``noun_verbed`` (``account_created``); ``data`` holds changes as
    ``{"field": [before, after]}``. ``by=None`` means the system itself acted.
    """
    event = build_event(
        kind,
        by=by,
        subject=subject,
        account_id=account_id,
        data=data,
        happened_at=happened_at,
    )
    insert([event])
    return event


def record_events(events: Iterable[Event]) -> int:
    """Record many events, 2,000 in a statement; returns how many.

    They are written as one JSON array: assembling a row of parameters for each takes
    several times as long as storing it. The given objects get no ids.
    """
    rows = [
        {name: _stated(event, name) for name in _COLUMNS}
        | {"happened_at": _stated(event, "happened_at")}
        for event in events
    ]
    with connection.cursor() as cursor:
        for begin in range(0, len(rows), _AT_ONCE):
            part = json.dumps(rows[begin : begin + _AT_ONCE])
            cursor.execute(_INSERT, {"rows": part})
    return len(rows)


class Subject(NamedTuple):
    """One of many things to which the same happened, and what changed on it."""

    id: int
    label: str
    account_id: int | None
    data: Mapping[str, Any]


def record_alike(
    kind: str,
    subjects: Sequence[Subject],
    *,
    by: Actor | None,
    model: type[models.Model],
    happened_at: datetime,
) -> None:
    """Record that the same happened to many rows of a model at once.

    What they share is sent once; neither side takes rows of parameters apart.
    """
    if not subjects:
        return
    came_from = _origin.get()
    values = {
        "happened_at": happened_at,
        "kind": kind,
        "actor_id": getattr(by, "pk", None),
        "actor_label": by.label if by is not None else "System",
        "subject_type": model._meta.label_lower,
        "request_id": came_from.request_id,
        "address": came_from.address,
        "ids": [each.id for each in subjects],
        "accounts": [each.account_id for each in subjects],
        "labels": [each.label[:300] for each in subjects],
        "data": [json.dumps(each.data) for each in subjects],
    }
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_ALIKE, values)


def _stated(event: Event, name: str) -> Any:
    """What an event says; None where the database is to fill it in."""
    value = getattr(event, name)
    if isinstance(value, DatabaseDefault):
        return None
    return value.isoformat() if isinstance(value, datetime) else value


_OPEN = """
SELECT e.id FROM events_event e
WHERE e.kind = ANY(%(kinds)s)
  AND e.recorded_at > now() - interval '30 days'
  AND NOT EXISTS (
      SELECT 1 FROM events_eventconsumption c
      WHERE c.consumer = %(consumer)s AND c.event_id = e.id)
ORDER BY e.id LIMIT %(limit)s
"""


def claim_events(
    consumer: str, *, kinds: Iterable[str], limit: int = 500
) -> list[Event]:
    """Claim up to ``limit`` unclaimed events of these kinds for one consumer.

    The claim commits with the caller's transaction: if the effect fails the claim
    rolls back with it, and two workers never get the same event.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH open AS ({_OPEN})
            INSERT INTO events_eventconsumption (consumer, event_id)
            SELECT %(consumer)s, id FROM open
            ON CONFLICT DO NOTHING RETURNING event_id
            """,
            {"kinds": list(kinds), "consumer": consumer, "limit": limit},
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Event.objects.filter(pk__in=ids).order_by("pk"))


def open_events(
    consumer: str, *, kinds: Iterable[str], limit: int = 500
) -> list[Event]:
    """Up to ``limit`` events of these kinds that the consumer has not dealt with.

    For an effect too long for one transaction, which may happen twice: bring it about,
    then :func:`settle_events`.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN, {"kinds": list(kinds), "consumer": consumer, "limit": limit}
        )
        ids = [row[0] for row in cursor.fetchall()]
    return list(Event.objects.filter(pk__in=ids).order_by("pk"))


def settle_events(consumer: str, events: Iterable[Event]) -> None:
    """The consumer has dealt with these; somebody else may have settled them, too."""
    rows = [EventConsumption(consumer=consumer, event_id=each.pk) for each in events]
    EventConsumption.objects.bulk_create(rows, ignore_conflicts=True)


def changes(before: models.Model | None, after: models.Model, fields: Iterable[str]):
    """``{"field": [before, after]}`` for the fields that differ, JSON-ready."""
    changed = {}
    for name in fields:
        old = _plain(getattr(before, name, None)) if before is not None else None
        new = _plain(getattr(after, name, None))
        if old != new:
            changed[name] = [old, new]
    return changed


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float, bool, list, dict)):
        return value
    return str(value)
