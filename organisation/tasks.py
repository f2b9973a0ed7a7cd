"""Background work of this room: thin doors to its services."""

from __future__ import annotations

from celery import shared_task

from organisation import notification_mail


@shared_task
def send_notification_mail() -> None:
    """Mail news to people; the next minute tries again."""
    notification_mail.send_notification_mail()
