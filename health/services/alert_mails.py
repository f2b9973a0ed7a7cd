"""The mail about one alert, in the language and on the clock of its reader."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from health.models import AlertDelivery
from health.services.alert_news import news_of
from organisation.models import User


def alert_mail(
    delivery: AlertDelivery, *, to: User, zone: ZoneInfo
) -> EmailMultiAlternatives:
    """The mail of one delivery. Sent again it carries the same Message-ID."""
    with translation.override(to.locale or settings.LANGUAGE_CODE):
        news = news_of(delivery.alert, delivery.occasion, zone=zone)
        return composed(
            template="health/alert_mail",
            subject=news.headline,
            to=to,
            message_id=f"alert-{delivery.public_id}",
            context={"news": news, "reason": _reason(delivery, to)},
            thread=f"alert-{delivery.alert.public_id}",
        )


def composed(
    *,
    template: str,
    subject: str,
    to: User,
    message_id: str,
    context: dict[str, Any],
    thread: str = "",
) -> EmailMultiAlternatives:
    """A mail of the system: plain text, the same as HTML, and the usual headers."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    preferences = settings.PUBLIC_URL + reverse("health:alert_preferences")
    context = {"person": to, "preferences_url": preferences, **context}
    headers = {
        "Message-ID": f"<{message_id}@{host}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if thread:
        headers["References"] = f"<{thread}@{host}>"
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split())[:200],
        body=render_to_string(f"{template}.txt", context),
        to=[to.email],
        headers=headers,
    )
    message.attach_alternative(
        render_to_string(f"{template}.html", context), "text/html"
    )
    return message


def _reason(delivery: AlertDelivery, to: User) -> str:
    """Why this person gets it: ``lead``, ``assignee`` or ``owner``."""
    if delivery.occasion == "escalated":
        return "lead"
    return "assignee" if delivery.alert.assignee_id == to.pk else "owner"
