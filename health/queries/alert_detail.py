"""One alert: what happened to it, and who was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.formatting import full_date
from events.models import Event
from events.sentences import sentence
from health.models import Alert, AlertDelivery
from organisation.models import User

MOST_EVENTS = 100
MOST_DELIVERIES = 50
_WORDS = {
    "alert_acknowledged": gettext_noop("Acknowledged"),
    "alert_woken": gettext_noop("Back from its snooze"),
    "alert_closed": gettext_noop("Closed"),
}
_ICONS = {
    "alert_acknowledged": "check",
    "alert_assigned": "user",
    "alert_snoozed": "clock",
    "alert_woken": "sun",
    "alert_escalated": "arrow-up-right",
    "alert_closed": "x",
}


@dataclass(frozen=True)
class AlertMoment:
    """Something that happened to an alert, in words."""

    happened_at: datetime
    icon: str
    text: str
    detail: str
    actor: str


def visible_alert(user: User, public_id: UUID) -> Alert | None:
    """The alert, open or closed, with what its page shows; None when out of sight."""
    found = Alert.objects.visible_to(user).filter(public_id=public_id)
    return found.select_related(
        "rule",
        "account__owner",
        "account__segment",
        "assignee",
        "acknowledged_by",
        "snoozed_by",
        "escalated_to",
        "closed_by",
    ).first()


def moments(alert: Alert) -> list[AlertMoment]:
    """The life of an alert, the newest moment first."""
    found = Event.objects.filter(
        subject_type=Alert._meta.label_lower, subject_id=alert.pk
    )
    return [_moment(event) for event in found.order_by("-pk")[:MOST_EVENTS]]


def _moment(event: Event) -> AlertMoment:
    said = sentence(event.kind, event.subject_label, event.data)
    return AlertMoment(
        happened_at=event.happened_at,
        icon=_ICONS.get(event.kind, said.icon),
        text=_text(event) or said.text,
        detail=said.detail,
        actor=event.actor_label if event.actor_id else "",
    )


def _text(event: Event) -> str:
    """On its own page an alert need not be named; "" where it still should be."""
    data = event.data
    if event.kind == "alert_assigned":
        who = (data.get("assignee") or ["", ""])[-1]
        return _("Given to %(who)s") % {"who": who} if who else _("Given to nobody")
    if event.kind == "alert_snoozed":
        return _snoozed(data.get("until"))
    if event.kind == "alert_escalated":
        return _("Escalated to %(who)s") % {"who": data.get("to") or "–"}
    return _(_WORDS[event.kind]) if event.kind in _WORDS else ""


def _snoozed(until: str | None) -> str:
    if not until:
        return _("Snoozed until it gets worse")
    day = full_date(date.fromisoformat(until), gettext=_)
    return _("Snoozed until %(day)s") % {"day": day}


def deliveries(alert: Alert) -> list[AlertDelivery]:
    """Who was told or will be, the newest first."""
    found = alert.deliveries.select_related("person", "channel")
    return list(found.order_by("-due_at", "-pk")[:MOST_DELIVERIES])
