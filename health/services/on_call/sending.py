"""Sending pages that wait: at least once, by as many workers as there are.

Rows are locked, sent and marked in one transaction. When we die between sending and
marking they are sent again, with the same Message-ID or webhook id: a page that comes
twice is better than one that never comes. Quiet hours and digests do not hold a page
back; who is on call is woken.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from health.models import (
    AlertChannel,
    ChannelKind,
    DeliveryStatus,
    OnCallSettings,
    PageDelivery,
)
from health.queries.on_call import on_call_settings, responders
from health.queries.on_call_facts import HEAVY, endings
from health.services.deliveries import organisation_zone
from health.services.delivery_outcomes import drop, mark_sent, put_off
from health.services.delivery_sending import note_answer
from health.services.mail_sending import Setback, hand_over
from health.services.on_call.page_mails import page_mail
from health.services.on_call.page_posts import post_pages
from organisation.models import User
from tickets.queries.visibility import seen_by

#: Minutes until the next attempt, the last of them for ever: whoever is on call must
#: hear of it, unless the next page has taken its place or somebody came.
BACK_OFF = (1, 2, 4, 8, 15)
_MOST_AT_ONCE = 500
_MOST_TOGETHER = 200
_SECONDS_AT_ONCE = 50
_TICKET = "page__ticket"

log = structlog.get_logger(__name__)


@dataclass
class _Round:
    """What one call learns on its way, so that it does not run into it again."""

    now: datetime
    settings: OnCallSettings
    is_mail_down: bool = False
    channels_down: set[int] = field(default_factory=set)
    sent: int = 0


def send_pages(now: datetime | None = None) -> int:
    """Send every page that waits; returns how many mails and posts went out.

    What is due for one person, or for one chat, goes out as one message. Stops after
    less than a minute, since it is asked more often than that.
    """
    ends = time.monotonic() + _SECONDS_AT_ONCE
    current = _Round(now=now or timezone.now(), settings=on_call_settings())
    for _step in range(_MOST_AT_ONCE):
        if time.monotonic() > ends or not _send_next(current):
            break
    return current.sent


def _send_next(current: _Round) -> bool:
    """Deal with what waits for one responder; whether there was anybody."""
    claimed: list[int] = []
    try:
        with transaction.atomic():
            rows = _claim(current)
            claimed.extend(row.pk for row in rows)
            if not rows:
                return False
            _deal_with(rows, current)
    except Exception as error:  # others must not wait behind a broken one
        if not claimed:
            raise
        log.exception("page_delivery_broke", delivery_ids=claimed)
        with transaction.atomic():
            broken = PageDelivery.objects.filter(pk__in=claimed, status="waiting")
            setback = Setback(error=f"It broke: {type(error).__name__}")
            rows = list(broken.select_for_update())
            _put_off(rows, setback, current)
    return True


def _claim(current: _Round) -> list[PageDelivery]:
    """The first row that waits, and what else waits for the same responder."""
    waiting = PageDelivery.objects.filter(
        status=DeliveryStatus.WAITING, due_at__lte=current.now
    ).exclude(channel__in=current.channels_down)
    if current.is_mail_down:
        waiting = waiting.filter(person__isnull=True)
    free = waiting.select_for_update(of=("self",), skip_locked=True)
    first = free.select_related("channel").order_by("due_at", "pk").first()
    if first is None:
        return []
    same = free.filter(pk=first.pk)
    if first.channel is None:
        same = free.filter(person=first.person_id)
    elif first.channel.kind != ChannelKind.WEBHOOK:
        same = free.filter(channel=first.channel_id)
    return list(
        same.select_related(
            "person", "channel", f"{_TICKET}__account", f"{_TICKET}__contact"
        )
        .defer(
            *(f"{_TICKET}__{name}" for name in HEAVY),
            f"{_TICKET}__account__search",
            f"{_TICKET}__account__custom",
            f"{_TICKET}__contact__search",
        )
        .order_by("due_at", "pk")[:_MOST_TOGETHER]
    )


def _deal_with(rows: Sequence[PageDelivery], current: _Round) -> None:
    reasons = _why_dropped(rows, current)
    for reason in set(reasons.values()):
        drop([row for row in rows if reasons.get(row.pk) == reason], reason)
    news = [row for row in rows if row.pk not in reasons]
    if not news:
        return
    person, channel = news[0].person, news[0].channel
    if channel is not None:
        _post(news, channel, current)
    elif person is not None:
        zone = ZoneInfo(person.timezone or organisation_zone())
        setback = hand_over(page_mail(news, to=person, zone=zone))
        current.is_mail_down |= setback is not None and setback.is_everyones
        _settle(news, setback, current)


def _post(rows: Sequence[PageDelivery], channel: AlertChannel, current: _Round) -> None:
    zone = ZoneInfo(organisation_zone())
    setback = post_pages(rows, channel, zone=zone, now=current.now)
    _settle(rows, setback, current)
    note_answer(channel, setback, now=current.now)
    if setback is not None and setback.is_everyones:
        current.channels_down.add(channel.pk)


# --- what is no news any more ---------------------------------------------------------


def _why_dropped(rows: Sequence[PageDelivery], current: _Round) -> dict[int, str]:
    """Why nobody needs to be called about these any more, by row."""
    since = {row.page.ticket: row.page.raised_at for row in rows}
    over = endings(since, paged=current.settings.priorities, now=current.now)
    person, channel = rows[0].person, rows[0].channel
    is_named = responders().filter(person=person, channel=channel).exists()
    seen = _seen(person, rows)
    found = {}
    for row in rows:
        if row.page.ended_at is not None or row.page.ticket_id in over:
            found[row.pk] = _("Somebody dealt with it meanwhile.")
        elif not is_named:
            found[row.pk] = _("Not on call any more.")
        elif row.channel is not None and not row.channel.is_on:
            found[row.pk] = _("The channel was switched off.")
        elif person is not None and not person.is_active:
            found[row.pk] = _("The person may no longer sign in.")
        elif person is not None and row.page.ticket_id not in seen:
            found[row.pk] = _("The person may not see this account.")
    return found


def _seen(person: User | None, rows: Sequence[PageDelivery]) -> set[int]:
    if person is None:
        return set()
    return seen_by([person], [row.page.ticket for row in rows])[person.pk]


# --- what became of it ----------------------------------------------------------------


def _settle(
    rows: Sequence[PageDelivery], setback: Setback | None, current: _Round
) -> None:
    if setback is not None:
        _put_off(rows, setback, current)
        return
    current.sent += 1
    mark_sent(rows, current.now)


def _put_off(rows: Sequence[PageDelivery], setback: Setback, current: _Round) -> None:
    put_off(rows, setback, current.now, back_off=BACK_OFF, gives_up=False)
