"""Reads for the settings pages: people with their numbers, pages of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from events.models import Event
from events.sentences import FieldName
from organisation.models import ApiToken, Invitation, Team, User
from organisation.permissions import Role

AUDIT_PAGE_SIZE = 50
#: Kinds of events whose lists are facts, not a value before and after.
_WITHOUT_BEFORE = ("_created", "_invited", "_logged", "_deleted", "_archived")


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
    kind: str
    changes: list[tuple[str, str, str]]
    facts: list[tuple[str, str]]


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
    shown = found[:AUDIT_PAGE_SIZE]
    # What people named themselves belongs to a room above this one.
    told = import_string(settings.EVENT_READER)(shown)
    rows = [_row(event, data) for event, data in zip(shown, told, strict=True)]
    has_more = len(found) > AUDIT_PAGE_SIZE
    return AuditPage(rows, rows[-1].event.pk if has_more else 0)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _row(event: Event, data: Mapping[str, Any]) -> AuditRow:
    changes, facts = [], []
    is_new = event.kind.endswith(_WITHOUT_BEFORE)
    for name, value in data.items():
        words = name.label if isinstance(name, FieldName) else name.replace("_", " ")
        if isinstance(value, list) and len(value) == 2 and not is_new:
            changes.append((words, said(value[0]), said(value[1])))
        else:
            facts.append((words, said(value)))
    return AuditRow(event, event.kind.replace("_", " "), changes, facts)


def said(value: Any) -> str:
    """A value of an event as a person reads it."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(_("yes")) if value else str(_("no"))
    if isinstance(value, dict):
        pairs = [f"{key}: {said(inner)}" for key, inner in value.items()]
        return ", ".join(pairs) or "–"
    if isinstance(value, list):
        return ", ".join(said(inner) for inner in value) or "–"
    return str(value)
