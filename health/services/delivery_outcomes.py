"""What became of rows that were to be sent: taken, put off, given up or no news.

Alerts and calls of whoever is on call are told in rows of their own tables; what a
setback means for such a row is the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from health.models import AlertDelivery, DeliveryStatus, PageDelivery
from health.services.mail_sending import Setback

Rows = Sequence[AlertDelivery] | Sequence[PageDelivery]
_WRITTEN = ("status", "due_at", "attempts", "sent_at", "error", "updated_at")
_LONGEST_ERROR = 300


def mark_sent(rows: Rows, now: datetime) -> None:
    """The other side took them."""
    for row in rows:
        row.status, row.sent_at, row.error = DeliveryStatus.SENT, now, ""
        row.attempts += 1
    save_outcomes(rows)


def put_off(
    rows: Rows,
    setback: Setback,
    now: datetime,
    *,
    back_off: Sequence[int],
    gives_up: bool = True,
) -> None:
    """Try again after the next of these minutes, or when the other side says; give up
    when there are no more, or when trying again makes no sense.

    What ``gives_up`` never goes on being tried after the last of these minutes.
    """
    for row in rows:
        row.attempts += 1
        row.error = setback.error[:_LONGEST_ERROR]
        is_last = gives_up and row.attempts > len(back_off)
        if setback.is_final or is_last:
            row.status = DeliveryStatus.FAILED
            continue
        wait = timedelta(minutes=back_off[min(row.attempts, len(back_off)) - 1])
        row.due_at = now + max(wait, setback.retry_after or wait)
    save_outcomes(rows)


def drop(rows: Rows, reason: str) -> None:
    """Nobody needs to hear these any more."""
    for row in rows:
        row.status, row.error = DeliveryStatus.DROPPED, reason
    save_outcomes(rows)


def save_outcomes(rows: Rows) -> None:
    """Write them in one statement."""
    if not rows:
        return
    moment = timezone.now()
    for row in rows:
        row.updated_at = moment
    type(rows[0])._default_manager.bulk_update(rows, _WRITTEN)  # type: ignore[arg-type]
