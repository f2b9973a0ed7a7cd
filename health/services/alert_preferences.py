"""How one person wants to hear of alerts; what waits already follows a change."""

from __future__ import annotations

from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.services import Actor, changes, record_event
from health.delivery_times import due_at, next_digest
from health.models import (
    AlertDelivery,
    AlertPreference,
    DeliveryPace,
    DeliveryStatus,
)
from health.services.deliveries import organisation_zone, rhythm_of
from organisation.models import User

_FIELDS = ("pace", "digest_hour", "quiet_from", "quiet_until")


class StalePreference(ValueError):
    """It was changed meanwhile; ``current`` is what stands there now."""

    def __init__(self, current: AlertPreference) -> None:
        self.current = current
        super().__init__(_("This was changed meanwhile."))


def preference_of(person: User) -> AlertPreference:
    """What this person chose, else what holds for everybody (not saved)."""
    found = AlertPreference.objects.filter(person=person).first()
    return found or AlertPreference(person=person)


def next_digest_of(preference: AlertPreference, now: datetime) -> datetime | None:
    """When the next digest comes, on the clock of the person; None without digests."""
    if preference.pace != DeliveryPace.DAILY:
        return None
    zone = preference.person.timezone or organisation_zone()
    rhythm = rhythm_of(preference, zone)
    return next_digest(rhythm, now).astimezone(rhythm.zone)


@transaction.atomic
def set_preference(
    person: User,
    *,
    by: Actor,
    pace: str,
    digest_hour: int,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
) -> AlertPreference:
    """Change all of it; mails that wait already keep to the new choice.

    Raises ValidationError, and StalePreference when ``expected_version`` is no longer
    the version.
    """
    _check_quiet_hours(quiet_from, quiet_until)
    AlertPreference.objects.get_or_create(person=person)
    row = AlertPreference.objects.select_for_update().get(person=person)
    if expected_version is not None and row.version != expected_version:
        raise StalePreference(row)
    before = AlertPreference(**{name: getattr(row, name) for name in _FIELDS})
    row.pace, row.digest_hour = pace, digest_hour
    row.quiet_from, row.quiet_until = quiet_from, quiet_until
    row.version += 1
    row.full_clean(exclude=["public_id", "created_at", "updated_at", "person"])
    row.save()
    changed = changes(before, row, _FIELDS)
    if changed:
        record_event("alert_preference_changed", by=by, subject=person, data=changed)
        _move_what_waits(row, now or timezone.now())
    return row


def _check_quiet_hours(begin: time | None, end: time | None) -> None:
    if begin is None and end is not None:
        raise ValidationError({"quiet_from": _("Say when the quiet hours begin.")})
    if end is None and begin is not None:
        raise ValidationError({"quiet_until": _("Say when the quiet hours end.")})
    if begin is not None and begin == end:
        text = _("Choose another time than the beginning.")
        raise ValidationError({"quiet_until": text})


def _move_what_waits(preference: AlertPreference, now: datetime) -> None:
    waiting = AlertDelivery.objects.filter(
        person=preference.person_id, status=DeliveryStatus.WAITING
    )
    if preference.pace == DeliveryPace.NEVER:
        reason = _("The person wants no mail about alerts.")
        waiting.update(status=DeliveryStatus.DROPPED, error=reason, updated_at=now)
        return
    zone = preference.person.timezone or organisation_zone()
    rhythm = rhythm_of(preference, zone)
    waiting.update(
        is_digest=rhythm.is_daily, due_at=due_at(rhythm, now), updated_at=now
    )
