"""One alert: what happened to it, and who was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from events.models import Event
from events.sentences import sentence
from health.models import Alert, AlertDelivery
from organisation.models import User

MOST_EVENTS = 100
MOST_DELIVERIES = 50


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
        icon=said.icon,
        text=said.text,
        detail=said.detail,
        actor=event.actor_label if event.actor_id else "",
    )


def deliveries(alert: Alert) -> list[AlertDelivery]:
    """Who was told or will be, the newest first."""
    found = alert.deliveries.select_related("person", "channel")
    return list(found.order_by("-due_at", "-pk")[:MOST_DELIVERIES])
