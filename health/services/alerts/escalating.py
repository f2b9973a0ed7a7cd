"""What time does to alerts: those nobody takes go up, those asleep wake, others end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from events.services import record_events
from health.models import Alert
from health.services.alerts.stored import (
    Ending,
    alert_event,
    close_alerts_now,
    wake_alerts_now,
)
from health.services.alerts.telling import tell_escalated, tell_woken
from organisation.clock import today

ESCALATED_AT_ONCE = 500
_ARCHIVED = "The account was archived."
_MERGED = "The account was merged into another one."

# Whoever leads the team of the account's owner (else of the account), but not that
# owner; without one, operations, then an administrator. A lead counts only where the
# row scope shows them the account, as accounts.querysets.own_accounts says it. With
# nobody to tell, not even a channel, an alert waits until there is somebody.
_OVERDUE = """
SELECT alert.id, alert.account_id, alert.summary, alert.public_id, rule.key, lead.id,
    lead.name, lead.email
FROM health_alert alert
JOIN health_alertrule rule ON rule.id = alert.rule_id AND rule.is_on
JOIN accounts_account account ON account.id = alert.account_id
    AND account.archived_at IS NULL AND account.merged_into_id IS NULL
LEFT JOIN organisation_user owner ON owner.id = account.owner_id
LEFT JOIN LATERAL (
    SELECT person.id, person.name, person.email FROM organisation_user person
    WHERE person.is_active AND person.id IS DISTINCT FROM owner.id AND (
        person.role IN ('operations', 'admin') OR (person.role = 'lead' AND (
            person.team_id = owner.team_id OR (person.team_id = account.team_id
                AND coalesce((SELECT row_scope FROM organisation_organisation
                    LIMIT 1), 'all') <> 'book'))))
    ORDER BY array_position(ARRAY['lead', 'operations', 'admin'], person.role::text),
        (person.team_id = owner.team_id) IS TRUE DESC, person.id
    LIMIT 1) lead ON true
WHERE alert.closed_at IS NULL AND alert.acknowledged_at IS NULL
  AND alert.escalated_at IS NULL AND alert.snoozed_at IS NULL
  AND rule.escalate_after_days IS NOT NULL
  AND greatest(alert.opened_at, alert.woken_at)
      + rule.escalate_after_days * interval '1 day' <= %s
  AND (lead.id IS NOT NULL OR EXISTS (
      SELECT FROM health_alertrule_channels link
      JOIN health_alertchannel channel ON channel.id = link.alertchannel_id
      WHERE link.alertrule_id = rule.id AND channel.is_on))
ORDER BY alert.id LIMIT %s
FOR UPDATE OF alert SKIP LOCKED
"""
_ESCALATE = """
UPDATE health_alert a SET escalated_at = %s, escalated_to_id = n.person,
    version = a.version + 1, updated_at = %s
FROM unnest(%s::bigint[], %s::bigint[]) n(id, person) WHERE a.id = n.id
"""


def escalate_overdue(now: datetime) -> int:
    """Tell the team lead of alerts that nobody acknowledged in time; once for each.

    Time asleep does not count: the days begin anew when an alert wakes. Returns how
    many went up. Workers that ask at the same time share them.
    """
    total = 0
    while found := _escalate_some(now):
        total += found
    return total


@transaction.atomic
def _escalate_some(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OVERDUE, [now, ESCALATED_AT_ONCE])
        rows = cursor.fetchall()
        ids = [row[0] for row in rows]
        leads = [row[5] for row in rows]
        cursor.execute(_ESCALATE, [now, now, ids, leads])
    alerts, events = [], []
    for pk, account, summary, public_id, key, lead, name, email in rows:
        alert = Alert(
            pk=pk,
            account_id=account,
            summary=summary,
            public_id=public_id,
            escalated_to_id=lead,
        )
        alerts.append(alert)
        data = {"to": name or email or ""}
        events.append(alert_event("alert_escalated", alert, key, now, data=data))
    record_events(events)
    tell_escalated(alerts, now=now)
    return len(rows)


@transaction.atomic
def wake_due_alerts(now: datetime) -> int:
    """Wake alerts whose day has come, also of accounts that nobody computes."""
    due = Alert.objects.open().filter(
        snoozed_at__isnull=False, snoozed_until__lte=today()
    )
    why = dict.fromkeys(due.values_list("pk", flat=True), "date")
    woken = wake_alerts_now(why, now=now)
    tell_woken(woken, now=now)
    return len(woken)


@transaction.atomic
def close_alerts_of_gone_accounts(*, now: datetime) -> int:
    """Close what is still open for archived and merged accounts; returns how many."""
    alerts = (
        Alert.objects.open()
        .exclude(account__archived_at__isnull=True, account__merged_into__isnull=True)
        .select_related("rule", "account")
        .defer("account__search", "account__custom")
        .order_by("pk")
    )
    return close_alerts_now(_endings(list(alerts)), now=now)


def _endings(alerts: Sequence[Alert]) -> list[Ending]:
    return [
        Ending(
            pk=alert.pk,
            account_id=alert.account_id,
            rule_key=alert.rule.key,
            reason=_MERGED if alert.account.merged_into_id else _ARCHIVED,
            band="",
        )
        for alert in alerts
    ]
