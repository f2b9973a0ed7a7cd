"""Sending what waits: row by row, at least once, by as many workers as there are.

A row is locked, sent and marked in one transaction. When we die between sending and
marking it is sent again, with the same Message-ID or webhook id.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from events.services import record_event
from health.delivery_times import (
    Rhythm,
    after_quiet,
    digest_day,
    digest_instant,
    next_digest,
)
from health.models import (
    Alert,
    AlertChannel,
    AlertDelivery,
    AlertPreference,
    DeliveryPace,
    DeliveryStatus,
)
from health.services.alert_digest import digest_mail
from health.services.alert_mails import alert_mail
from health.services.channel_posts import post_alert
from health.services.deliveries import organisation_zone, rhythm_of
from health.services.delivery_outcomes import (
    drop,
    mark_sent,
    put_off,
    save_outcomes,
)
from health.services.mail_sending import Setback, hand_over

# Nobody wants yesterday's backlog of a mail server that was down for a week.
OLDEST = timedelta(days=2)
#: Minutes until the next attempt; after the last one it is given up.
BACK_OFF = (1, 5, 15, 60, 180, 360, 720)
_MOST_AT_ONCE = 500
_SECONDS_AT_ONCE = 50
_GONE = 410

log = structlog.get_logger(__name__)


@dataclass
class _Round:
    """What one call learns on its way, so that it does not run into it again."""

    now: datetime
    is_mail_down: bool = False
    busy_people: set[int] = field(default_factory=set)
    sent: int = 0


def send_due(now: datetime | None = None) -> int:
    """Send every delivery that is due; returns how many mails and posts went out.

    Stops after less than a minute, since it is asked every minute; several may run at
    once. What was refused for now waits longer and longer, what was refused for good
    and what is no news any more is marked so.
    """
    ends = time.monotonic() + _SECONDS_AT_ONCE
    current = _Round(now=now or timezone.now())
    for _step in range(_MOST_AT_ONCE):
        if time.monotonic() > ends or not _send_next(current):
            break
    return current.sent


def _send_next(current: _Round) -> bool:
    """Deal with one waiting row; whether there was one."""
    claimed: list[int] = []
    try:
        with transaction.atomic():
            row = _claim(current)
            if row is None:
                return False
            claimed.append(row.pk)
            _deal_with(row, current)
    except Exception as error:  # others must not wait behind a broken one
        if not claimed:
            raise
        log.exception("alert_delivery_broke", delivery_id=claimed[0])
        with transaction.atomic():
            broken = AlertDelivery.objects.filter(pk__in=claimed, status="waiting")
            rows = list(broken.select_for_update())
            setback = Setback(error=f"It broke: {type(error).__name__}")
            put_off(rows, setback, current.now, back_off=BACK_OFF)
    return True


def _claim(current: _Round) -> AlertDelivery | None:
    waiting = AlertDelivery.objects.filter(
        status=DeliveryStatus.WAITING, due_at__lte=current.now
    )
    if current.is_mail_down:
        waiting = waiting.filter(person__isnull=True)
    if current.busy_people:
        waiting = waiting.exclude(is_digest=True, person__in=current.busy_people)
    return (
        waiting.select_related(
            "alert__account", "alert__rule", "channel", "person__alert_preference"
        )
        .defer("alert__account__search", "alert__account__custom")
        .order_by("due_at", "pk")
        .select_for_update(of=("self",), skip_locked=True)
        .first()
    )


def _deal_with(row: AlertDelivery, current: _Round) -> None:
    if row.channel is not None:
        _send_post(row, row.channel, current)
    elif row.is_digest and _preference_of(row) is not None:
        _send_digest(row, current)
    else:
        _send_mail(row, current)


# --- what is no news any more ---------------------------------------------------------


def _why_dropped(row: AlertDelivery, now: datetime) -> str:
    """Why nobody needs to hear this any more; "" when it is news."""
    alert = row.alert
    if alert.closed_at is not None:
        return _("The alert was closed meanwhile.")
    if alert.snoozed_at is not None:
        return _("The alert was put to sleep meanwhile.")
    if row.created_at < now - OLDEST:
        return _("It waited too long to be news.")
    if row.channel is not None:
        return "" if row.channel.is_on else _("The channel was switched off.")
    return _why_not_for(row)


def _why_not_for(row: AlertDelivery) -> str:
    person = row.person
    if person is None or not person.is_active:
        return _("The person may no longer sign in.")
    preference = _preference_of(row)
    if preference is not None and preference.pace == DeliveryPace.NEVER:
        return _("The person wants no mail about alerts.")
    if not Alert.objects.visible_to(person).filter(pk=row.alert_id).exists():
        return _("The person may not see this account.")
    return ""


def _preference_of(row: AlertDelivery) -> AlertPreference | None:
    return getattr(row.person, "alert_preference", None)


# --- the three ways -------------------------------------------------------------------


def _send_mail(row: AlertDelivery, current: _Round) -> None:
    reason = _why_dropped(row, current.now)
    if reason or row.person is None:
        drop([row], reason)
        return
    rhythm = _rhythm_of(row)
    # Quiet hours were asked when this was planned; a try again may fall into them.
    quiet_until = after_quiet(rhythm, current.now)
    if quiet_until > current.now:
        _move([row], quiet_until)
        return
    setback = hand_over(alert_mail(row, to=row.person, zone=rhythm.zone))
    _settle([row], setback, current)


def _send_digest(row: AlertDelivery, current: _Round) -> None:
    """All that waits for this person's digest, in one mail, by one worker."""
    preferences = AlertPreference.objects.filter(person=row.person_id)
    preference = preferences.select_for_update(skip_locked=True).first()
    if preference is None or row.person is None:
        # Somebody else is at it, or is changing the preference just now.
        current.busy_people.add(row.person_id or 0)
        return
    rhythm = rhythm_of(preference, row.person.timezone or organisation_zone())
    day = digest_day(rhythm, current.now)
    rows = _digest_rows(row, current.now)
    is_told = preference.last_digest_on is not None and preference.last_digest_on >= day
    # Whoever moved to another zone meanwhile waits for the hour there.
    begin = digest_instant(rhythm, day)
    early = [one for one in rows if is_told or one.created_at > begin]
    _move(early, next_digest(rhythm, current.now))
    news = []
    for one in rows:
        if one in early:
            continue
        reason = _why_dropped(one, current.now)
        if reason:
            drop([one], reason)
        else:
            news.append(one)
    if not news:
        return
    mail = digest_mail(news, to=row.person, day=day, zone=rhythm.zone)
    setback = hand_over(mail)
    _settle(news, setback, current)
    if setback is None:
        preference.last_digest_on = day
        preference.save(update_fields=["last_digest_on", "updated_at"])


def _digest_rows(row: AlertDelivery, now: datetime) -> list[AlertDelivery]:
    """Waits for rows that another worker has just claimed: it lets them go."""
    rows = AlertDelivery.objects.filter(
        status=DeliveryStatus.WAITING,
        is_digest=True,
        person=row.person_id,
        due_at__lte=now,
    )
    return list(
        rows.select_related("alert__account", "alert__rule", "person__alert_preference")
        .defer("alert__account__search", "alert__account__custom")
        .order_by("pk")
        .select_for_update(of=("self",))
    )


def _send_post(row: AlertDelivery, channel: AlertChannel, current: _Round) -> None:
    reason = _why_dropped(row, current.now)
    if reason:
        drop([row], reason)
        return
    zone = rhythm_of(None, organisation_zone()).zone
    setback = post_alert(row, channel, zone=zone, now=current.now)
    _settle([row], setback, current)
    note_answer(channel, setback, now=current.now)
    if setback is not None and setback.is_everyones:
        _hold_back(channel, row)


def note_answer(
    channel: AlertChannel, setback: Setback | None, *, now: datetime
) -> None:
    """Keep on the channel how its last post went; one that is gone is switched off."""
    fields = ["last_error", "updated_at"]
    if setback is None:
        channel.last_sent_at, channel.last_error = now, ""
        fields.append("last_sent_at")
    else:
        channel.last_error = setback.error[:300]
        if setback.error.startswith(f"{_GONE} ") and channel.is_on:
            channel.is_on = False
            fields.append("is_on")
            record_event("alert_channel_switched_off", by=None, subject=channel)
    channel.save(update_fields=fields)


def _rhythm_of(row: AlertDelivery) -> Rhythm:
    zone = row.person.timezone if row.person else ""
    return rhythm_of(_preference_of(row), zone or organisation_zone())


# --- what became of it ----------------------------------------------------------------


def _settle(
    rows: Sequence[AlertDelivery], setback: Setback | None, current: _Round
) -> None:
    if setback is not None:
        put_off(rows, setback, current.now, back_off=BACK_OFF)
        if setback.is_everyones and rows[0].channel_id is None:
            current.is_mail_down = True
        return
    current.sent += 1
    mark_sent(rows, current.now)


def _hold_back(channel: AlertChannel, row: AlertDelivery) -> None:
    """The next posts to a channel that is in trouble wait as long as this one."""
    others = AlertDelivery.objects.filter(
        channel=channel, status=DeliveryStatus.WAITING, due_at__lt=row.due_at
    )
    free = list(others.select_for_update(skip_locked=True).values_list("pk", flat=True))
    AlertDelivery.objects.filter(pk__in=free).update(due_at=row.due_at)


def _move(rows: Sequence[AlertDelivery], due_at: datetime) -> None:
    for row in rows:
        row.due_at = due_at
    save_outcomes(rows)
