"""Setting a score or a band by hand, lifting it, and its end on the date.

An override has a reason and ends by itself. The account is computed again at once, so
what accounts show follows within seconds, and the computed value stays beside it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from events.services import Actor, build_event, record_event, record_events
from health.models import HealthOverride, OverrideEnd, Snapshot
from health.services.requests import request_recompute
from organisation.clock import today

LONGEST = timedelta(days=366)
BANDS = ("green", "yellow", "orange", "red")


class OverrideHasEnded(ValueError):
    """Somebody was quicker: this override does not hold any more."""


@transaction.atomic
def set_override(
    account: Account,
    *,
    by: Actor,
    reason: str,
    ends_on: date,
    score: Decimal | None = None,
    band: str = "",
) -> HealthOverride:
    """Set the account's score, or its band, by hand until a day.

    One override holds at a time: this one replaces another. ``ends_on`` is the first
    day on which it no longer holds.
    """
    reason = reason.strip()
    begins = today()
    _refuse_wrong(score=score, band=band, reason=reason, ends_on=ends_on, on=begins)
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if locked.archived_at is not None:
        raise ValidationError(_("This account is archived."))
    for earlier in HealthOverride.objects.in_force().filter(account=locked):
        _end(earlier, kind=OverrideEnd.REPLACED, on=begins, by=by)
    computed = _newest(locked)
    override = HealthOverride.objects.create(
        account=locked,
        score=score,
        band=band,
        reason=reason,
        starts_on=begins,
        ends_on=ends_on,
        set_by_id=by.pk,
        computed_score=computed.score if computed else None,
        computed_band=computed.band if computed else "",
    )
    _record("health_override_set", override, by=by)
    request_recompute([locked.pk])
    return override


@transaction.atomic
def lift_override(override: HealthOverride, *, by: Actor) -> HealthOverride:
    """End an override before its day; the computed value is shown again."""
    current = HealthOverride.objects.select_for_update().get(pk=override.pk)
    if current.ended_at is not None:
        raise OverrideHasEnded
    _end(current, kind=OverrideEnd.LIFTED, on=today(), by=by)
    _record("health_override_lifted", current, by=by)
    request_recompute([current.account_id])
    return current


@transaction.atomic
def end_expired_overrides(*, now: datetime | None = None) -> int:
    """End those whose day has come; returns how many. Safe to repeat."""
    due = list(
        HealthOverride.objects.in_force()
        .filter(ends_on__lte=today())
        .select_for_update(skip_locked=True)
        .order_by("pk")
    )
    moment = now or timezone.now()
    for override in due:
        override.ended_at, override.ended_on = moment, override.ends_on
        override.end_kind = OverrideEnd.EXPIRED
        override.updated_at = moment
    HealthOverride.objects.bulk_update(
        due, ["ended_at", "ended_on", "end_kind", "updated_at"]
    )
    record_events(
        build_event(
            "health_override_ended",
            by=None,
            subject=override,
            account_id=override.account_id,
            data=_facts(override),
        )
        for override in due
    )
    request_recompute([override.account_id for override in due], now=now)
    return len(due)


def _refuse_wrong(
    *, score: Decimal | None, band: str, reason: str, ends_on: date, on: date
) -> None:
    wrong: dict[str, str] = {}
    if (score is None) == (band == ""):
        wrong["score"] = _("Give a score or a band, one of them.")
    elif score is not None and not 0 <= score <= 100:
        wrong["score"] = _("A score lies between 0 and 100.")
    elif score is not None and score != round(score, 1):
        wrong["score"] = _("A score has one decimal.")
    elif band and band not in BANDS:
        wrong["band"] = _("Choose one of the four bands.")
    if not reason:
        wrong["reason"] = _("Say why, so that others can follow it.")
    elif len(reason) > 500:
        wrong["reason"] = _("Say it in at most 500 characters.")
    if ends_on <= on:
        wrong["ends_on"] = _("Choose a day after today.")
    elif ends_on > on + LONGEST:
        wrong["ends_on"] = _("An override ends within a year. Set it again then.")
    if wrong:
        raise ValidationError(wrong)


def _newest(account: Account) -> Snapshot | None:
    snapshots = Snapshot.objects.filter(account=account, is_restated=False)
    return snapshots.order_by("-day").first()


def _end(override: HealthOverride, *, kind: OverrideEnd, on: date, by: Actor) -> None:
    override.ended_at, override.ended_on = timezone.now(), on
    override.ended_by_id, override.end_kind = by.pk, kind
    override.save()


def _record(kind: str, override: HealthOverride, *, by: Actor) -> None:
    record_event(
        kind,
        by=by,
        subject=override,
        account_id=override.account_id,
        data=_facts(override),
    )


def _facts(override: HealthOverride) -> dict[str, str]:
    """What the event says, so that it can be read long after."""
    return {
        "score": "" if override.score is None else str(override.score),
        "band": override.band,
        "reason": override.reason,
        "ends_on": override.ends_on.isoformat(),
    }
