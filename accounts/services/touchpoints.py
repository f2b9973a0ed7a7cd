"""Touchpoints: what was said with whom, and when the account was last touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, Contact, Touchpoint
from accounts.services.differences import differences
from accounts.services.errors import AccountIsMerged
from events.services import Actor, record_event

EDITABLE = frozenset(
    {
        "kind",
        "happened_at",
        "minutes",
        "subject",
        "notes",
        "next_steps",
        "sentiment",
        "person",
    }
)
# Clocks differ; what lies further ahead has not happened.
_CLOCK_SKEW = timedelta(minutes=10)

_LAST_TOUCH = """
UPDATE accounts_account a SET last_touch_at = l.newest FROM (
    SELECT i.id, max(t.happened_at) AS newest
    FROM unnest(%(ids)s::bigint[]) AS i(id)
    LEFT JOIN accounts_touchpoint t ON t.account_id = i.id
    GROUP BY i.id
) l WHERE a.id = l.id AND a.last_touch_at IS DISTINCT FROM l.newest
"""


@transaction.atomic
def log_touchpoint(
    *,
    account: Account,
    by: Actor | None,
    kind: str,
    happened_at: datetime,
    attendees: Iterable[Contact] = (),
    source: str = "",
    external_id: str = "",
    **fields: Any,
) -> Touchpoint:
    """Record a meeting, call or message that has happened.

    Attendees must belong to the account. Raises ValidationError per field.
    """
    if account.merged_into_id is not None:
        raise AccountIsMerged
    touchpoint = Touchpoint(
        account=account,
        kind=kind,
        happened_at=happened_at,
        source=source,
        external_id=external_id,
    )
    people = list(attendees)
    _assign(touchpoint, fields)
    _check(touchpoint, people)
    touchpoint.save()
    touchpoint.contacts.set(people)
    refresh_last_touch([account.pk])
    _record("touchpoint_logged", touchpoint, by, {"kind": kind})
    touchpoint.refresh_from_db()
    return touchpoint


@transaction.atomic
def update_touchpoint(
    touchpoint: Touchpoint,
    *,
    by: Actor | None,
    attendees: Iterable[Contact] | None = None,
    **changed: Any,
) -> Touchpoint:
    """Correct a touchpoint."""
    current = Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
    before = Touchpoint.objects.get(pk=touchpoint.pk)
    held = list(current.contacts.all())
    people = held if attendees is None else list(attendees)
    _assign(current, changed)
    found = differences(before, current, EDITABLE)
    if {person.pk for person in people} != {person.pk for person in held}:
        found["attendees"] = [sorted(map(str, held)), sorted(map(str, people))]
    if not found:
        return current
    _check(current, people)
    current.save()
    current.contacts.set(people)
    refresh_last_touch([current.account_id])
    _record("touchpoint_updated", current, by, found)
    return current


@transaction.atomic
def delete_touchpoint(touchpoint: Touchpoint, *, by: Actor | None) -> None:
    """Remove a touchpoint that never was one; the event keeps what it said."""
    current = Touchpoint.objects.select_for_update().get(pk=touchpoint.pk)
    _record(
        "touchpoint_deleted",
        current,
        by,
        {
            "kind": current.kind,
            "happened_at": current.happened_at.isoformat(),
            "subject": current.subject,
        },
    )
    account_id = current.account_id
    current.delete()
    refresh_last_touch([account_id])


def refresh_last_touch(account_ids: Iterable[int]) -> None:
    """Bring ``last_touch_at`` of these accounts to their newest touchpoint."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_TOUCH, {"ids": list(account_ids)})


def _assign(touchpoint: Touchpoint, fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - EDITABLE
    if unknown:
        raise TypeError(f"Not editable: {', '.join(sorted(unknown))}")
    for name, value in fields.items():
        setattr(touchpoint, name, value)


def _check(touchpoint: Touchpoint, people: list[Contact]) -> None:
    touchpoint.full_clean()
    if touchpoint.happened_at > timezone.now() + _CLOCK_SKEW:
        raise ValidationError(
            {"happened_at": _("This lies ahead. Log what has happened already.")}
        )
    if any(person.account_id != touchpoint.account_id for person in people):
        raise ValidationError(
            {"attendees": _("Only people of this account can have taken part.")}
        )


def _record(
    kind: str, touchpoint: Touchpoint, by: Actor | None, data: dict[str, Any]
) -> None:
    record_event(
        kind,
        by=by,
        subject=touchpoint,
        account_id=touchpoint.account_id,
        data=data,
    )
