"""Alerts: opened, updated and closed by rules; acknowledged and closed by people.

One alert is open per account and rule. A rule that no longer holds closes its alert
and says why; after that the rule is quiet for its cool-down.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils import timezone

from accounts.models import Account
from events.services import Actor, build_event, record_event, record_events
from health.definition import Definition
from health.models import Alert, AlertRule
from health.services.alert_rules import (
    BAND_RANK,
    AlertInput,
    Case,
    Verdict,
    candidate_cases,
    judge_open,
    late_cases,
    may_open,
    opening,
)
from health.services.shipped import ENTERED_WORSE_BAND

__all__ = [
    "AlertAlreadyClosed",
    "AlertInput",
    "acknowledge_alert",
    "close_alert",
    "close_alerts_of_gone_accounts",
    "evaluate_alerts",
]


_CHANGING = ("value", "band_after", "worsened_on", "summary")
_CLOSING = ("closed_at", "close_reason", "band_closed")


class AlertAlreadyClosed(ValueError):
    """Somebody or the rule itself closed this alert before."""


def evaluate_alerts(
    facts: AlertInput, *, definition: Definition, now: datetime
) -> None:
    """Bring the alerts of these accounts in line with what their scores say.

    Runs in the transaction that stores the scores.
    """
    rules = {rule.key: rule for rule in AlertRule.objects.filter(is_on=True)}
    cases = candidate_cases(facts, definition, rules)
    open_alerts = _open_alerts(facts)
    closed, updated = [], []
    for alert in open_alerts.values():
        case = facts.case_of(alert.account_id, definition)
        verdict = judge_open(alert, case)
        if verdict.close_reason:
            _mark_closed(alert, verdict.close_reason, now)
            alert.band_closed = case.last_known_band
            closed.append(alert)
        elif verdict.changes:
            _apply(alert, verdict)
            updated.append(alert)
    Alert.objects.bulk_update(updated, _CHANGING, batch_size=1000)
    Alert.objects.bulk_update(closed, _CLOSING, batch_size=1000)
    if ENTERED_WORSE_BAND in rules:
        last = _last_cooled(facts, cases, rules[ENTERED_WORSE_BAND], now)
        cases += late_cases(facts, definition, last)
    fresh = [
        (rule, case)
        for rule, case in cases
        if (case.account_id, rule.pk) not in open_alerts and not case.is_churned
    ]
    opened = _open(fresh, now)
    record_events(
        [_event("alert_opened", alert, now) for alert in opened]
        + [_event("alert_closed", alert, now) for alert in closed]
    )


def _open_alerts(facts: AlertInput) -> dict[tuple[int, int], Alert]:
    """Locked: what a person closes meanwhile is closed once, by one of us."""
    found = (
        Alert.objects.open()
        .filter(account_id__in=facts.ids.tolist())
        .select_related("rule", "account")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    return {(alert.account_id, alert.rule_id): alert for alert in found}


def _open(fresh: list[tuple[AlertRule, Case]], now: datetime) -> list[Alert]:
    """Nobody works on an account that was archived since the day."""
    asked = Account.objects.filter(pk__in={case.account_id for _, case in fresh})
    live = set(asked.live().values_list("pk", flat=True)) if fresh else set()
    last = _last_closed(fresh, now)
    alerts = [
        Alert(
            account_id=case.account_id, rule=rule, opened_at=now, **opening(rule, case)
        )
        for rule, case in fresh
        if case.account_id in live
        and may_open(rule, case, last.get((case.account_id, rule.pk)), now)
    ]
    return Alert.objects.bulk_create(alerts, batch_size=1000)


def _last_closed(
    fresh: list[tuple[AlertRule, Case]], now: datetime
) -> dict[tuple[int, int], Alert]:
    """The last closed alert of each account and rule that may still be cooling."""
    if not fresh:
        return {}
    longest = max(rule.cool_down_days for rule, _ in fresh)
    closed = Alert.objects.filter(
        account_id__in={case.account_id for _, case in fresh},
        closed_at__gt=now - timedelta(days=longest),
    ).order_by("closed_at")
    return {(alert.account_id, alert.rule_id): alert for alert in closed}


def _last_cooled(
    facts: AlertInput,
    cases: list[tuple[AlertRule, Case]],
    rule: AlertRule,
    now: datetime,
) -> dict[int, Alert]:
    """The last closed alert of this rule, by account, where its cool-down is over.

    Only of accounts below the best band that have not entered a worse one just now.
    """
    told = {case.account_id for own, case in cases if own == rule}
    is_low = np.isin(facts.band, [band for band, rank in BAND_RANK.items() if rank])
    asked = [pk for pk in facts.ids[is_low].tolist() if pk not in told]
    closed = (
        Alert.objects.filter(account_id__in=asked, rule=rule, closed_at__isnull=False)
        .select_related("rule")
        .order_by("account_id", "-closed_at")
        .distinct("account_id")
    )
    until = now - timedelta(days=rule.cool_down_days)
    return {
        alert.account_id: alert
        for alert in closed
        if alert.closed_at is not None and alert.closed_at <= until
    }


def _apply(alert: Alert, verdict: Verdict) -> None:
    for field, value in verdict.changes.items():
        setattr(alert, field, value)


def _mark_closed(alert: Alert, reason: str, now: datetime) -> None:
    alert.closed_at = max(now, alert.opened_at)
    alert.close_reason = reason


def _event(kind: str, alert: Alert, now: datetime):
    data = {"rule": alert.rule.key, "summary": alert.summary}
    if alert.close_reason:
        data["reason"] = alert.close_reason
    return build_event(
        kind,
        by=None,
        subject=alert,
        account_id=alert.account_id,
        data=data,
        happened_at=now,
    )


@transaction.atomic
def close_alerts_of_gone_accounts(*, now: datetime) -> int:
    """Close what is still open for archived and merged accounts; returns how many."""
    alerts = list(
        Alert.objects.open()
        .exclude(account__archived_at__isnull=True, account__merged_into__isnull=True)
        .select_related("rule")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    for alert in alerts:
        _mark_closed(alert, "The account was archived.", now)
    Alert.objects.bulk_update(alerts, ["closed_at", "close_reason"], batch_size=1000)
    record_events([_event("alert_closed", alert, now) for alert in alerts])
    return len(alerts)


@transaction.atomic
def acknowledge_alert(alert: Alert, *, by: Actor) -> Alert:
    """Say that somebody deals with it; a second time changes nothing."""
    locked = Alert.objects.select_for_update().get(pk=alert.pk)
    if locked.closed_at is not None:
        raise AlertAlreadyClosed("This alert is closed.")
    if locked.acknowledged_at is None:
        locked.acknowledged_at = timezone.now()
        locked.acknowledged_by_id = by.pk
        locked.save(update_fields=["acknowledged_at", "acknowledged_by", "updated_at"])
        record_event(
            "alert_acknowledged", by=by, subject=locked, account_id=locked.account_id
        )
    return locked


@transaction.atomic
def close_alert(alert: Alert, *, by: Actor, reason: str) -> Alert:
    """Close an alert by hand; the reason is kept and may not be empty."""
    locked = Alert.objects.select_for_update().get(pk=alert.pk)
    if locked.closed_at is not None:
        raise AlertAlreadyClosed("This alert is closed.")
    if not reason.strip():
        raise ValueError("Say why the alert is closed.")
    locked.closed_at = timezone.now()
    locked.closed_by_id = by.pk
    locked.close_reason = reason.strip()[:200]
    locked.band_closed = locked.account.health_band
    fields = ["closed_at", "closed_by", "close_reason", "band_closed", "updated_at"]
    locked.save(update_fields=fields)
    record_event(
        "alert_closed",
        by=by,
        subject=locked,
        account_id=locked.account_id,
        data={"reason": locked.close_reason},
    )
    return locked
