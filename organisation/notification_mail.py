"""Mailing news to people: at least once, with a Message-ID that stays the same."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from organisation.models import Notification

# Nobody wants last week's backlog of a mail server that was down.
OLDEST = timedelta(days=2)
MOST_AT_ONCE = 200

log = structlog.get_logger(__name__)


def send_notification_mail() -> int:
    """Mail what is to be mailed and was not yet; returns how many mails went out.

    Each row is locked, sent and marked in a transaction of its own: when the mail
    server is down the row stays for the next call. A mail sent twice (we died right
    after sending) carries the same Message-ID. What is stale, read meanwhile or
    refused for good is not mailed any more.
    """
    sent = 0
    for _ in range(MOST_AT_ONCE):
        with transaction.atomic():
            row = _next()
            if row is None:
                break
            sent += _tell(row)
    return sent


def _next() -> Notification | None:
    waiting = Notification.objects.filter(is_mailed=True, mailed_at__isnull=True)
    return (
        waiting.select_related("person")
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("pk")
        .first()
    )


def _tell(row: Notification) -> bool:
    is_news = row.read_at is None and row.happened_at > timezone.now() - OLDEST
    if not is_news or not row.person.is_active:
        return _leave_unmailed(row)
    try:
        _message(row).send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
        codes = _codes(refusal)
        if any(code < 500 for code in codes):
            raise
        # It would be refused again; others must not wait behind it.
        log.warning("notification_mail_refused", notification_id=row.pk, answer=codes)
        return _leave_unmailed(row)
    row.mailed_at = timezone.now()
    row.save(update_fields=["mailed_at", "updated_at"])
    return True


def _leave_unmailed(row: Notification) -> bool:
    row.is_mailed = False
    row.save(update_fields=["is_mailed", "updated_at"])
    return False


def _codes(refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> list[int]:
    if isinstance(refusal, smtplib.SMTPDataError):
        return [refusal.smtp_code]
    return [code for code, _ in refusal.recipients.values()]


def _message(row: Notification) -> EmailMessage:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    context = {"news": row, "person": row.person, "address": settings.PUBLIC_URL}
    with translation.override(row.person.locale or settings.LANGUAGE_CODE):
        body = render_to_string("organisation/mail/notification.txt", context)
    return EmailMessage(
        subject=row.title,
        body=body,
        to=[row.person.email],
        headers={
            "Message-ID": f"<notification-{row.public_id}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
