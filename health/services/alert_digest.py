"""The digest: one mail a day with everything a person was not told yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from health.models import AlertDelivery, AlertSeverity
from health.services.alert_mails import composed
from health.services.alert_news import News, news_of
from organisation.models import User

_MOST_NAMED = 2
#: More would not be read; the list has them all.
_MOST_LISTED = 50


def digest_mail(
    deliveries: Sequence[AlertDelivery], *, to: User, day: date, zone: ZoneInfo
) -> EmailMultiAlternatives:
    """One mail about all of these; of one alert only the newest telling counts.

    Sent again for the same person and day it carries the same Message-ID.
    """
    with translation.override(to.locale or settings.LANGUAGE_CODE):
        newest = {delivery.alert_id: delivery for delivery in _in_order(deliveries)}
        news = [
            news_of(delivery.alert, delivery.occasion, zone=zone)
            for delivery in newest.values()
        ]
        return composed(
            template="health/alert_digest_mail",
            subject=_subject(news),
            to=to,
            message_id=f"alerts-{day:%Y%m%d}-{to.public_id}",
            context={
                "groups": _by_severity(_gravest(news)),
                "count": len(news),
                "more": max(len(news) - _MOST_LISTED, 0),
                "list_url": settings.PUBLIC_URL + reverse("health:alerts"),
            },
        )


def _in_order(deliveries: Sequence[AlertDelivery]) -> list[AlertDelivery]:
    return sorted(deliveries, key=lambda delivery: (delivery.created_at, delivery.pk))


def _gravest(news: Sequence[News]) -> list[News]:
    """As many as a mail lists, none of which is less grave than one left out."""
    ordered = [one for _label, members in _by_severity(news) for one in members]
    return ordered[:_MOST_LISTED]


def _by_severity(news: Sequence[News]) -> list[tuple[str, list[News]]]:
    """The gravest first, and inside by account."""
    ordered = sorted(news, key=lambda one: one.account.casefold())
    groups = [
        (
            severity.label,
            [one for one in ordered if one.alert.rule.severity == severity],
        )
        for severity in AlertSeverity
    ]
    return [(str(label), members) for label, members in groups if members]


def _subject(news: Sequence[News]) -> str:
    """How many, and of whom: "3 alerts: Acme, Globex and 1 more"."""
    names = list(
        dict.fromkeys(one.account for _s, group in _by_severity(news) for one in group)
    )
    shown, more = names[:_MOST_NAMED], len(names) - _MOST_NAMED
    if more > 0:
        who = _("%(names)s and %(more)d more") % {
            "names": ", ".join(shown),
            "more": more,
        }
    else:
        who = _(" and ").join(shown)
    words = ngettext("%(count)d alert: %(who)s", "%(count)d alerts: %(who)s", len(news))
    return words % {"count": len(news), "who": who}
