"""Telling owners about alerts by e-mail, from the event log."""

from __future__ import annotations

import smtplib
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from events.services import claim_events
from health.models import Alert

CONSUMER = "alert_mail"
# Nobody wants yesterday's backlog of a mail server that was down for a week.
OLDEST = timedelta(days=2)
MOST_AT_ONCE = 200

log = structlog.get_logger(__name__)


def send_alert_mail() -> int:
    """Mail every alert that was opened and not told yet; returns how many were sent.

    Each alert is claimed, sent and marked in a transaction of its own: when the mail
    server is down the claim rolls back and the next call tries again. A mail sent
    twice (we died right after sending) carries the same Message-ID.
    """
    sent = 0
    for _ in range(MOST_AT_ONCE):
        with transaction.atomic():
            events = claim_events(CONSUMER, kinds=["alert_opened"], limit=1)
            if not events:
                break
            sent += _tell(events[0].subject_id)
    return sent


def _tell(alert_id: int | None) -> bool:
    alert = (
        Alert.objects.filter(pk=alert_id, mailed_at__isnull=True)
        .select_related("account__owner", "rule")
        .select_for_update(of=("self",))
        .first()
    )
    if alert is None or not _wants_mail(alert):
        return False
    try:
        _message(alert).send()
    except smtplib.SMTPRecipientsRefused:
        # The address is wrong and stays wrong; others must not wait behind it.
        log.warning("alert_mail_refused", alert_id=alert.pk)
        return False
    alert.mailed_at = timezone.now()
    alert.save(update_fields=["mailed_at", "updated_at"])
    return True


def _wants_mail(alert: Alert) -> bool:
    owner = alert.account.owner
    return (
        alert.rule.sends_email
        and alert.closed_at is None
        and alert.opened_at > timezone.now() - OLDEST
        and owner is not None
        and owner.is_active
    )


def _message(alert: Alert) -> EmailMessage:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    context = {"alert": alert, "address": settings.PUBLIC_URL}
    subject = f"{alert.account.name}: {alert.rule.name.lower()}"
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("health/alert_mail.txt", context),
        to=[alert.account.owner.email],
        headers={
            "Message-ID": f"<alert-{alert.public_id}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
