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
from organisation.models import User

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
            sent += _tell(events[0].subject_id or 0)
    return sent


def _tell(alert_id: int) -> bool:
    alert = (
        Alert.objects.filter(pk=alert_id, mailed_at__isnull=True)
        .select_related("account__owner", "rule")
        .select_for_update(of=("self",))
        .first()
    )
    person = None if alert is None else _recipient(alert)
    if alert is None or person is None:
        return False
    try:
        _message(alert, to=person).send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refusal:
        if not _is_final(refusal):
            raise
        # It would be refused again; others must not wait behind it.
        log.warning("alert_mail_refused", alert_id=alert.pk, answer=_codes(refusal))
        return False
    alert.mailed_at = timezone.now()
    alert.save(update_fields=["mailed_at", "updated_at"])
    return True


def _codes(refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> list[int]:
    if isinstance(refusal, smtplib.SMTPDataError):
        return [refusal.smtp_code]
    return [code for code, _ in refusal.recipients.values()]


def _is_final(refusal: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> bool:
    """Whether this mail is refused for good (5xx); 4xx means later.

    Refused logins and the like are not asked here: they are about the mail server's
    settings and not about this mail, so they wait until somebody puts them right.
    """
    return all(code >= 500 for code in _codes(refusal))


def _recipient(alert: Alert) -> User | None:
    """The owner, when there is one and the news is still worth a mail."""
    owner = alert.account.owner
    is_news = (
        alert.rule.sends_email
        and alert.closed_at is None
        and alert.opened_at > timezone.now() - OLDEST
    )
    return owner if is_news and owner is not None and owner.is_active else None


def _message(alert: Alert, *, to: User) -> EmailMessage:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    context = {"alert": alert, "person": to, "address": settings.PUBLIC_URL}
    subject = f"{alert.account.name}: {alert.rule.name.lower()}"
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=render_to_string("health/alert_mail.txt", context),
        to=[to.email],
        headers={
            "Message-ID": f"<alert-{alert.public_id}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
