"""Reads for the settings pages: people with their numbers, pages of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from events.models import Event
from organisation.models import ApiToken, Invitation, Team, User
from organisation.permissions import Role

AUDIT_PAGE_SIZE = 50


def people() -> models.QuerySet[User]:
    """Everybody who signs in, active ones first, by name."""
    return (
        User.objects.exclude(role=Role.INTEGRATION)
        .select_related("team")
        .order_by("-is_active", Lower("name"), Lower("email"))
    )


def open_invitations() -> models.QuerySet[Invitation]:
    """Invitations that wait, newest first."""
    return (
        Invitation.objects.open()
        .select_related("team", "invited_by")
        .annotate(
            is_expired=models.ExpressionWrapper(
                models.Q(expires_at__lte=timezone.now()),
                output_field=models.BooleanField(),
            )
        )
    )


def teams() -> models.QuerySet[Team]:
    """Teams with how many active people each has."""
    return Team.objects.annotate(
        people=models.Count("members", filter=models.Q(members__is_active=True))
    ).order_by(Lower("name"))


def tokens() -> models.QuerySet[ApiToken]:
    """Tokens that were not revoked, newest first."""
    return (
        ApiToken.objects.filter(revoked_at__isnull=True)
        .select_related("user", "created_by")
        .annotate(
            is_expired=models.ExpressionWrapper(
                models.Q(expires_at__lte=timezone.now()),
                output_field=models.BooleanField(),
            )
        )
    )


@dataclass(frozen=True)
class AuditPage:
    """Events of one page, and where the next page begins (0: there is none)."""

    rows: list[AuditRow]
    next_before: int


@dataclass(frozen=True)
class AuditRow:
    """One event, with its changes as (field, before, after) and its other facts."""

    event: Event
    changes: list[tuple[str, Any, Any]]
    facts: list[tuple[str, Any]]


def audit_page(
    *, who: str = "", kind: str = "", about: str = "", first: date | None = None,
    last: date | None = None, before: int = 0,
) -> AuditPage:  # fmt: skip
    """Newest first, by id: an append-only table needs no other order."""
    events = Event.objects.order_by("-id")
    if who:
        events = events.filter(actor_label__icontains=who)
    if kind:
        events = events.filter(kind__startswith=kind.strip().replace(" ", "_"))
    if about:
        events = events.filter(subject_label__icontains=about)
    if first:
        events = events.filter(recorded_at__gte=_midnight(first))
    if last:
        events = events.filter(recorded_at__lt=_midnight(last + timedelta(days=1)))
    if before:
        events = events.filter(id__lt=before)
    found = list(events[: AUDIT_PAGE_SIZE + 1])
    rows = [_row(event) for event in found[:AUDIT_PAGE_SIZE]]
    has_more = len(found) > AUDIT_PAGE_SIZE
    return AuditPage(rows, rows[-1].event.pk if has_more else 0)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _row(event: Event) -> AuditRow:
    changes, facts = [], []
    for name, value in event.data.items():
        words = name.replace("_", " ")
        if isinstance(value, list) and len(value) == 2:
            changes.append((words, value[0], value[1]))
        else:
            facts.append((words, value))
    return AuditRow(event, changes, facts)
