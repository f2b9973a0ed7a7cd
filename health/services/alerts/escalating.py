"""What time does to alerts: those nobody takes go up, those asleep wake, others end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Greatest

from accounts.models import Account
from accounts.sight import accounts_seen_by
from events.models import Event
from events.services import record_events
from health.models import Alert, AlertChannel
from health.services.alerts.stored import (
    Ending,
    alert_event,
    close_alerts_now,
    wake_alerts_now,
)
from health.services.alerts.telling import tell_escalated, tell_woken
from organisation.clock import today
from organisation.models import User
from organisation.permissions import Role

ESCALATED_AT_ONCE = 500
#: Whom an alert goes up to, the first choice first.
_WITHOUT_LEAD = (Role.OPERATIONS, Role.ADMIN)
_RANKED = (Role.LEAD, *_WITHOUT_LEAD)
_MOMENT = DateTimeField()
_ARCHIVED = "The account was archived."
_MERGED = "The account was merged into another one."

_ESCALATE = """
UPDATE health_alert a SET escalated_at = %s, escalated_to_id = n.person,
    version = a.version + 1, updated_at = %s
FROM unnest(%s::bigint[], %s::bigint[]) n(id, person) WHERE a.id = n.id
"""


def escalate_overdue(now: datetime) -> int:
    """Tell the team lead of alerts that nobody acknowledged in time; once for each.

    Time asleep does not count: the days begin anew when an alert wakes. With nobody
    to tell, not even a channel, an alert waits until there is somebody. Returns how
    many went up. Workers that ask at the same time share them.
    """
    total = 0
    last: int | None = 0
    while last is not None:
        gone_up, last = _escalate_some(now, last)
        total += gone_up
    return total


@transaction.atomic
def _escalate_some(now: datetime, after: int) -> tuple[int, int | None]:
    """How many of the next ones went up, and the last that was looked at."""
    rows = list(_overdue(now).filter(pk__gt=after)[:ESCALATED_AT_ONCE])
    if not rows:
        return 0, None
    leads = _leads_of(rows)
    alerts = [row for row in rows if leads[row.pk] or row.has_channel]
    for alert in alerts:
        alert.escalated_to = leads[alert.pk]
    ids, people = [row.pk for row in alerts], [row.escalated_to_id for row in alerts]
    with connection.cursor() as cursor:
        cursor.execute(_ESCALATE, [now, now, ids, people])
    record_events(_went_up(alert, now) for alert in alerts)
    tell_escalated(alerts, now=now)
    return len(alerts), rows[-1].pk


def _overdue(now: datetime) -> QuerySet[Any]:
    """Alerts nobody took within the days of their rule, locked for this worker."""
    days = ExpressionWrapper(
        F("rule__escalate_after_days") * Value(timedelta(days=1)), DurationField()
    )
    due_at = ExpressionWrapper(Greatest("opened_at", "woken_at") + days, _MOMENT)
    channels = AlertChannel.objects.filter(is_on=True, rules=OuterRef("rule"))
    return (
        Alert.objects.open()
        .filter(
            acknowledged_at__isnull=True,
            escalated_at__isnull=True,
            snoozed_at__isnull=True,
            account__archived_at__isnull=True,
            account__merged_into__isnull=True,
            rule__is_on=True,
            rule__escalate_after_days__isnull=False,
        )
        .alias(due_at=due_at)
        .filter(due_at__lte=now)
        .annotate(has_channel=Exists(channels))
        .select_related("rule", "account__owner")
        .defer("account__search", "account__custom")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
    )


def _leads_of(alerts: Sequence[Alert]) -> dict[int, User | None]:
    """Whoever leads the team of the account's owner (else of the account), but not
    that owner; without one, operations, then an administrator. Nobody who cannot see
    the account."""
    teams = {alert.account.team_id for alert in alerts}
    teams |= {alert.account.owner.team_id for alert in alerts if alert.account.owner}
    leads = Q(role=Role.LEAD, team__in=teams - {None})
    others = Q(role__in=_WITHOUT_LEAD)
    people = User.objects.filter(leads | others, is_active=True).order_by("pk")
    seen = accounts_seen_by(people, {alert.account_id for alert in alerts})
    ranked = sorted(people, key=lambda person: _RANKED.index(person.role))
    return {alert.pk: _lead_of(alert.account, ranked, seen) for alert in alerts}


def _lead_of(
    account: Account, ranked: Sequence[User], seen: Mapping[int, set[int]]
) -> User | None:
    owners_team = account.owner.team_id if account.owner else None
    others = [
        person
        for person in ranked
        if person.pk != account.owner_id and account.pk in seen[person.pk]
    ]
    for team in (owners_team, account.team_id):
        for person in others:
            if person.role == Role.LEAD and team and person.team_id == team:
                return person
    return next((each for each in others if each.role != Role.LEAD), None)


def _went_up(alert: Alert, now: datetime) -> Event:
    lead = alert.escalated_to
    data = {"to": lead.label if lead else ""}
    return alert_event("alert_escalated", alert, alert.rule.key, now, data=data)


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
