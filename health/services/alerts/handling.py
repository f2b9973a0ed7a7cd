"""What people do with alerts, one at a time or many: each leaves an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Account
from events.services import Actor, record_events
from health.models import Alert
from health.services.alerts.stored import alert_event, wake_alerts_now
from health.services.alerts.telling import tell_assigned
from organisation.clock import today
from organisation.models import User
from organisation.permissions import Permission, Role


class AlertAlreadyClosed(ValueError):
    """Somebody or the rule itself closed this alert before."""


class CannotHandleAlert(ValueError):
    """What was asked of an alert makes no sense: a sentence, about ``field``."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


Change = Callable[[Alert, datetime], dict | None]


@transaction.atomic
def acknowledge_alerts(alerts: QuerySet[Alert], *, by: Actor) -> list[Alert]:
    """Say that somebody deals with these; returns those that nobody had yet."""

    def change(alert: Alert, now: datetime) -> dict | None:
        if alert.acknowledged_at is not None:
            return None
        alert.acknowledged_at, alert.acknowledged_by_id = now, by.pk
        return {}

    fields = ("acknowledged_at", "acknowledged_by")
    return _change("alert_acknowledged", alerts, by=by, change=change, fields=fields)


@transaction.atomic
def assign_alerts(
    alerts: QuerySet[Alert], *, to: User | None, by: Actor
) -> list[Alert]:
    """Give these to somebody, or to nobody; whoever gets one from another is told.

    Returns those that changed hands. The person must be one who handles alerts, and
    see the accounts.
    """
    if to is not None:
        _check_assignee(to, alerts)

    def change(alert: Alert, now: datetime) -> dict | None:
        if alert.assignee_id == (to.pk if to else None):
            return None
        before = alert.assignee.label if alert.assignee else ""
        alert.assignee = to
        return {"assignee": [before, to.label if to else ""]}

    changed = _change(
        "alert_assigned", alerts, by=by, change=change, fields=("assignee",)
    )
    if to is not None and to.pk != by.pk:
        tell_assigned(changed, to=to, now=timezone.now())
    return changed


def may_be_assigned(person: User) -> bool:
    """Whether this person can be given alerts."""
    is_person = person.role != Role.INTEGRATION
    return is_person and person.has_perm_code(Permission.HANDLE_ALERTS)


def _check_assignee(to: User, alerts: QuerySet[Alert]) -> None:
    """Refuse whoever does not handle alerts or cannot see one of the accounts."""
    if not may_be_assigned(to):
        raise CannotHandleAlert(f"{to.label} cannot handle alerts.", "assignee")
    ids = alerts.filter(closed_at__isnull=True).order_by().values("account_id")
    visible = Account.objects.visible_to(to)
    unseen = Account.objects.filter(pk__in=ids).exclude(pk__in=visible.values("pk"))
    names = list(unseen.order_by("name").values_list("name", flat=True))
    if names:
        count = len(names)
        what = names[0] if count == 1 else f"{count} of these accounts"
        words = f"{to.label} cannot see {what}. Choose somebody else."
        raise CannotHandleAlert(words, "assignee")


@transaction.atomic
def snooze_alerts(
    alerts: QuerySet[Alert], *, by: Actor, until: date | None = None
) -> list[Alert]:
    """Let these be quiet until a day (not including it), or until they get worse.

    Worse is a worse band, or a value worse by a step of its rule. Snoozing again
    replaces what was said before.
    """
    if until is not None and until <= today():
        words = "Snooze until a day that is still to come."
        raise CannotHandleAlert(words, "until")

    def change(alert: Alert, now: datetime) -> dict | None:
        alert.snoozed_at, alert.snoozed_by_id = now, by.pk
        alert.snoozed_until = until
        alert.snoozed_value = alert.value
        alert.snoozed_band = alert.account.health_band
        return {"until": until.isoformat() if until else None}

    fields = (
        "snoozed_at", "snoozed_by", "snoozed_until", "snoozed_value", "snoozed_band",
    )  # fmt: skip
    return _change("alert_snoozed", alerts, by=by, change=change, fields=fields)


@transaction.atomic
def close_alerts(alerts: QuerySet[Alert], *, by: Actor, reason: str) -> list[Alert]:
    """Close these by hand; the reason is kept and may not be empty."""
    words = " ".join(reason.split())[:200]
    if not words:
        raise CannotHandleAlert("Say why the alert is closed.", "reason")

    def change(alert: Alert, now: datetime) -> dict | None:
        alert.closed_at = max(now, alert.opened_at)
        alert.closed_by_id = by.pk
        alert.close_reason = words
        alert.band_closed = alert.account.health_band
        return {"reason": words}

    fields = ("closed_at", "closed_by", "close_reason", "band_closed")
    return _change("alert_closed", alerts, by=by, change=change, fields=fields)


@transaction.atomic
def wake_alerts(alerts: QuerySet[Alert], *, by: Actor) -> list[Alert]:
    """End the snooze of these; returns those that were asleep."""
    ids = [alert.pk for alert in _locked(alerts) if alert.snoozed_at is not None]
    wake_alerts_now(dict.fromkeys(ids, "person"), now=timezone.now(), by=by)
    return list(Alert.objects.filter(pk__in=ids).order_by("pk"))


def _locked(alerts: QuerySet[Alert]) -> list[Alert]:
    """The open ones, locked in one order so that nobody waits in a circle."""
    ids = alerts.order_by().values("pk")
    found = Alert.objects.open().filter(pk__in=ids)
    return list(
        found.select_related("rule", "account", "assignee")
        .defer("account__search", "account__custom")
        .order_by("pk")
        .select_for_update(of=("self",))
    )


def _change(
    kind: str,
    alerts: QuerySet[Alert],
    *,
    by: Actor,
    change: Change,
    fields: Iterable[str],
) -> list[Alert]:
    """Change each open alert that ``change`` does not decline, one event for each."""
    now = timezone.now()
    changed, events = [], []
    for alert in _locked(alerts):
        data = change(alert, now)
        if data is None:
            continue
        alert.version += 1
        alert.updated_at = now
        changed.append(alert)
        events.append(alert_event(kind, alert, alert.rule.key, now, by=by, data=data))
    Alert.objects.bulk_update(
        changed, [*fields, "version", "updated_at"], batch_size=500
    )
    record_events(events)
    return changed


# --- one at a time ------------------------------------------------------------------


def acknowledge_alert(alert: Alert, *, by: Actor) -> Alert:
    """Say that somebody deals with it; a second time changes nothing."""
    acknowledge_alerts(_only(alert), by=by)
    return _still_open(alert)


def assign_alert(alert: Alert, *, to: User | None, by: Actor) -> Alert:
    """Give it to somebody, or to nobody."""
    assign_alerts(_only(alert), to=to, by=by)
    return _still_open(alert)


def snooze_alert(alert: Alert, *, by: Actor, until: date | None = None) -> Alert:
    """Let it be quiet until a day, or until it gets worse."""
    snooze_alerts(_only(alert), by=by, until=until)
    return _still_open(alert)


def wake_alert(alert: Alert, *, by: Actor) -> Alert:
    """End its snooze; awake already it stays as it is."""
    wake_alerts(_only(alert), by=by)
    return _still_open(alert)


@transaction.atomic
def close_alert(alert: Alert, *, by: Actor, reason: str) -> Alert:
    """Close it by hand; the reason is kept and may not be empty."""
    if not close_alerts(_only(alert), by=by, reason=reason):
        raise AlertAlreadyClosed("This alert is closed.")
    return Alert.objects.get(pk=alert.pk)


def _only(alert: Alert) -> QuerySet[Alert]:
    return Alert.objects.filter(pk=alert.pk)


def _still_open(alert: Alert) -> Alert:
    """The alert as it now is; whoever closed it meanwhile was faster."""
    found = Alert.objects.get(pk=alert.pk)
    if found.closed_at is not None:
        raise AlertAlreadyClosed("This alert is closed.")
    return found
