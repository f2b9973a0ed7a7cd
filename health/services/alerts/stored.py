"""Writing alerts in sets: opened, changed, closed, woken; and their events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.db import connection

from events.models import Event
from events.services import Actor, build_event, record_events
from health.models import Alert


@dataclass(frozen=True)
class Opening:
    """An alert about to be opened."""

    account_id: int
    rule_id: int
    rule_key: str
    value: float | None
    band_before: str
    band_after: str
    summary: str
    is_scored: bool


@dataclass(frozen=True)
class Change:
    """What an open alert says today."""

    pk: int
    value: float | None
    band_after: str
    worsened_on: date
    summary: str


@dataclass(frozen=True)
class Ending:
    """An open alert that is over."""

    pk: int
    account_id: int
    rule_key: str
    reason: str
    band: str


# Nobody works on an account that was archived since the day. Where another worker
# opened the alert before us, theirs stands.
_INSERT = """
INSERT INTO health_alert (account_id, rule_id, opened_at, opened_on, worsened_on,
    value, band_before, band_after, summary, drivers, close_reason)
SELECT n.account_id, n.rule_id, %(now)s, %(day)s, %(day)s, n.value, n.band_before,
    n.band_after, n.summary, n.drivers, ''
FROM unnest(%(accounts)s::bigint[], %(rules)s::bigint[], %(values)s::float8[],
    %(before)s::text[], %(after)s::text[], %(summaries)s::text[],
    %(drivers)s::jsonb[])
    n(account_id, rule_id, value, band_before, band_after, summary, drivers)
JOIN accounts_account a ON a.id = n.account_id
    AND a.archived_at IS NULL AND a.merged_into_id IS NULL
ORDER BY n.account_id, n.rule_id
ON CONFLICT (account_id, rule_id) WHERE closed_at IS NULL DO NOTHING
RETURNING id, account_id, rule_id
"""


def insert_alerts(
    openings: Sequence[Opening],
    *,
    day: date,
    now: datetime,
    drivers: Mapping[int, list[dict[str, Any]]],
) -> list[Alert]:
    """Open these alerts and record it; returns those that were really opened."""
    if not openings:
        return []
    with connection.cursor() as cursor:
        columns = _columns(openings, drivers)
        cursor.execute(_INSERT, {"now": now, "day": day, **columns})
        made = cursor.fetchall()
    said = {(each.account_id, each.rule_id): each for each in openings}
    alerts, events = [], []
    for pk, account, rule in made:
        opening = said[account, rule]
        alert = Alert(pk=pk, account_id=account, rule_id=rule, summary=opening.summary)
        alerts.append(alert)
        events.append(alert_event("alert_opened", alert, opening.rule_key, now))
    record_events(events)
    return alerts


def _columns(
    openings: Sequence[Opening], drivers: Mapping[int, list[dict[str, Any]]]
) -> dict[str, list[Any]]:
    """The new alerts column by column."""
    return {
        "accounts": [each.account_id for each in openings],
        "rules": [each.rule_id for each in openings],
        "values": [each.value for each in openings],
        "before": [each.band_before for each in openings],
        "after": [each.band_after for each in openings],
        "summaries": [each.summary for each in openings],
        "drivers": [
            _json(drivers.get(each.account_id, []) if each.is_scored else [])
            for each in openings
        ],
    }


_UPDATE = """
UPDATE health_alert a SET value = n.value, band_after = n.band_after,
    worsened_on = n.worsened_on, summary = n.summary, updated_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(values)s::float8[], %(bands)s::text[],
    %(worsened)s::date[], %(summaries)s::text[])
    n(id, value, band_after, worsened_on, summary)
WHERE a.id = n.id AND a.closed_at IS NULL
"""


def update_alerts(changes: Sequence[Change], *, now: datetime) -> None:
    """Let open alerts say what holds today."""
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _UPDATE,
            {
                "now": now,
                "ids": [each.pk for each in changes],
                "values": [each.value for each in changes],
                "bands": [each.band_after for each in changes],
                "worsened": [each.worsened_on for each in changes],
                "summaries": [each.summary for each in changes],
            },
        )


_DRIVERS = """
UPDATE health_alert a SET drivers = n.drivers
FROM unnest(%(ids)s::bigint[], %(drivers)s::jsonb[]) n(id, drivers) WHERE a.id = n.id
"""


def update_drivers(
    accounts: Mapping[int, int], drivers: Mapping[int, list[dict[str, Any]]]
) -> None:
    """Keep what moved the score lately, by alert id and its account."""
    told = [pk for pk, account in accounts.items() if account in drivers]
    if not told:
        return
    with connection.cursor() as cursor:
        values = [_json(drivers[accounts[pk]]) for pk in told]
        cursor.execute(_DRIVERS, {"ids": told, "drivers": values})


_CLOSE = """
UPDATE health_alert a SET closed_at = greatest(%(now)s, a.opened_at),
    close_reason = n.reason, band_closed = n.band, version = a.version + 1,
    updated_at = %(now)s
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[], %(bands)s::text[])
    n(id, reason, band)
WHERE a.id = n.id AND a.closed_at IS NULL
RETURNING a.id, a.summary
"""


def close_alerts_now(
    endings: Sequence[Ending], *, now: datetime, by: Actor | None = None
) -> int:
    """Close these alerts, each with its reason, and record it."""
    if not endings:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSE,
            {
                "now": now,
                "ids": [each.pk for each in endings],
                "reasons": [each.reason[:200] for each in endings],
                "bands": [each.band for each in endings],
            },
        )
        summaries = dict(cursor.fetchall())
    events = []
    for each in endings:
        if each.pk in summaries:
            alert = Alert(
                pk=each.pk, account_id=each.account_id, summary=summaries[each.pk]
            )
            data = {"reason": each.reason}
            events.append(
                alert_event("alert_closed", alert, each.rule_key, now, by=by, data=data)
            )
    return record_events(events)


_WAKE = """
UPDATE health_alert a SET snoozed_at = NULL, snoozed_by_id = NULL,
    snoozed_until = NULL, snoozed_value = NULL, snoozed_band = '',
    woken_at = %(now)s, version = a.version + 1, updated_at = %(now)s
FROM (
    SELECT id, snoozed_by_id FROM health_alert
    WHERE id = ANY(%(ids)s) AND closed_at IS NULL AND snoozed_at IS NOT NULL
    ORDER BY id FOR UPDATE) asleep, health_alertrule rule
WHERE a.id = asleep.id AND rule.id = a.rule_id
RETURNING a.id, a.account_id, a.summary, a.public_id, rule.key, asleep.snoozed_by_id
"""


def wake_alerts_now(
    why: Mapping[int, str], *, now: datetime, by: Actor | None = None
) -> list[Alert]:
    """End the snooze of these alerts (id to why) and record it; returns those awake.

    Each still knows in ``snoozed_by_id`` who had put it to sleep.
    """
    if not why:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_WAKE, {"now": now, "ids": list(why)})
        rows = cursor.fetchall()
    alerts = []
    events = []
    for pk, account, summary, public_id, key, person in rows:
        alert = Alert(
            pk=pk,
            account_id=account,
            summary=summary,
            public_id=public_id,
            snoozed_by_id=person,
        )
        alerts.append(alert)
        data = {"why": why[pk]}
        events.append(alert_event("alert_woken", alert, key, now, by=by, data=data))
    record_events(events)
    return alerts


def alert_event(
    kind: str,
    alert: Alert,
    rule_key: str,
    now: datetime | None = None,
    *,
    by: Actor | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """An unsaved event about an alert."""
    return build_event(
        kind,
        by=by,
        subject=alert,
        account_id=alert.account_id,
        data={"rule": rule_key, "summary": alert.summary, **(data or {})},
        happened_at=now,
    )


def _json(drivers: list[dict[str, Any]]) -> str:
    return orjson.dumps(drivers).decode()
