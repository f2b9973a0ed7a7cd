"""Rules and alerts as columns, read once for many accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from health.alert_rules import OpenAlerts, Settings, find_rule
from health.alert_rules.deciding import LastClosed, RuleInUse
from health.models import AlertRule
from health.sources.reading import Ids


def rules_in_use() -> list[RuleInUse]:
    """Every rule that this version knows, those that are off too, in a fixed order."""
    rows = AlertRule.objects.prefetch_related("segments").order_by("pk")
    return [
        RuleInUse(
            pk=row.pk,
            rule=rule,
            settings=settings_of(row),
            is_on=row.is_on,
            segments=frozenset(segment.pk for segment in row.segments.all()),
            cool_down_days=row.cool_down_days,
        )
        for row in rows
        if (rule := find_rule(row.key)) is not None
    ]


def settings_of(row: AlertRule) -> Settings:
    """What a rule's row is set to."""
    return Settings(row.enter_value, row.leave_value, row.window_days)


def columns_wanted(rules: Iterable[RuleInUse]) -> set[str]:
    """Names of the fact columns these rules read."""
    return {name for used in rules for name in used.rule.columns(used.settings)}


_OPEN = """
SELECT rule_id, id, account_id, value, band_before, band_after, worsened_on,
    snoozed_at IS NOT NULL, snoozed_until, snoozed_value, snoozed_band, summary
FROM health_alert WHERE closed_at IS NULL AND account_id = ANY(%s) ORDER BY id
"""


@dataclass(frozen=True)
class OpenByRule:
    """Open alerts about some accounts, by rule."""

    ids: Ids
    rows: dict[int, list[Any]]

    def of(self, rule_pk: int) -> OpenAlerts:
        """The open alerts of one rule as columns."""
        rows = self.rows.get(rule_pk, [])
        columns = list(zip(*rows, strict=True)) if rows else [()] * 11
        accounts = np.array(columns[1], dtype=np.int64)
        return OpenAlerts(
            pk=np.array(columns[0], dtype=np.int64),
            place=np.searchsorted(self.ids, accounts),
            value=np.array(columns[2], dtype=np.float64),
            band_before=np.array(columns[3], dtype="U8"),
            band_after=np.array(columns[4], dtype="U8"),
            worsened_on=np.array(columns[5], dtype="datetime64[D]"),
            is_snoozed=np.array(columns[6], dtype=np.bool_),
            snoozed_until=np.array(columns[7], dtype="datetime64[D]"),
            snoozed_value=np.array(columns[8], dtype=np.float64),
            snoozed_band=np.array(columns[9], dtype="U8"),
            summary=tuple(columns[10]),
        )


def open_alerts(ids: Ids, *, for_update: bool = False) -> OpenByRule:
    """Open alerts about these accounts (ascending ids).

    Locked for update: what a person closes meanwhile is closed once, by one of us.
    """
    lock = " FOR UPDATE" if for_update else ""
    by_rule: dict[int, list[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN + lock, [ids.tolist()])
        for rule_pk, *row in cursor.fetchall():
            by_rule.setdefault(rule_pk, []).append(row)
    return OpenByRule(ids, by_rule)


_LAST = """
SELECT DISTINCT ON (rule_id, account_id)
    rule_id, account_id, closed_at, band_after, band_closed
FROM health_alert WHERE closed_at IS NOT NULL AND account_id = ANY(%s)
ORDER BY rule_id, account_id, closed_at DESC, id DESC
"""


def last_closed(account_ids: Ids) -> dict[int, LastClosed]:
    """The alert that closed last of each of these accounts, by rule."""
    if not len(account_ids):
        return {}
    by_rule: dict[int, list[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST, [account_ids.tolist()])
        for rule_pk, *row in cursor.fetchall():
            by_rule.setdefault(rule_pk, []).append(row)
    return {rule_pk: _closed(rows) for rule_pk, rows in by_rule.items()}


def _closed(rows: list[Any]) -> LastClosed:
    accounts, closed, after, band = zip(*rows, strict=True)
    return LastClosed(
        np.array(accounts, dtype=np.int64),
        list(closed),
        np.array(after, dtype="U8"),
        np.array(band, dtype="U8"),
    )


NONE_CLOSED = LastClosed(
    np.empty(0, dtype=np.int64), [], np.empty(0, "U8"), np.empty(0, "U8")
)
