"""The mail of a page, in the language and on the clock of its reader."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.translation import ngettext

from health.models import PageDelivery
from health.services.alert_mails import composed
from health.services.on_call.page_news import page_news
from organisation.models import User


def page_mail(
    sends: Sequence[PageDelivery], *, to: User, zone: ZoneInfo
) -> EmailMultiAlternatives:
    """One mail of all that is due for one person; again it has the same Message-ID."""
    first = sends[0]
    with translation.override(to.locale or settings.LANGUAGE_CODE):
        news = page_news(sends, zone=zone)
        subject = news[0].headline
        if len(news) > 1:
            subject = ngettext(
                "%(n)d ticket needs you", "%(n)d tickets need you", len(news)
            ) % {"n": len(news)}
        mail = composed(
            template="health/page_mail",
            subject=subject,
            to=to,
            message_id=f"page-{first.public_id}",
            context={"all_news": news},
            thread=f"on-call-{first.page.public_id}" if len(news) == 1 else "",
        )
    mail.extra_headers["Importance"] = "high"
    return mail
