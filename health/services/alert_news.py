"""What is told of an alert, in words: the same news for mails, digests and chats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core.formatting import full_date
from health.models import Alert, DeliveryOccasion

_MOST_DRIVERS = 3


@dataclass(frozen=True)
class News:
    """One telling of one alert."""

    alert: Alert
    occasion: str
    since: str

    @property
    def account(self) -> str:
        """The name of the account, on one line."""
        return " ".join(self.alert.account.name.split())

    @property
    def rule(self) -> str:
        """What the alert is about."""
        return self.alert.rule.name

    @property
    def severity(self) -> str:
        """How much it matters, as people read it."""
        return self.alert.rule.get_severity_display()

    @property
    def summary(self) -> str:
        """What happened."""
        return self.alert.summary

    @property
    def headline(self) -> str:
        """The news in a few words, for a subject line."""
        what = self.rule
        if what[1:2].islower():
            what = what[:1].lower() + what[1:]
        lines = {
            DeliveryOccasion.OPENED.value: _("%(account)s: %(what)s"),
            DeliveryOccasion.WORSENED.value: _("%(account)s got worse: %(what)s"),
            DeliveryOccasion.ESCALATED.value: _(
                "Nobody took it: %(account)s, %(what)s"
            ),
            DeliveryOccasion.ASSIGNED.value: _(
                "Assigned to you: %(account)s, %(what)s"
            ),
        }
        return lines[self.occasion] % {"account": self.account, "what": what}

    @property
    def note(self) -> str:
        """Why it is told now, when it is not simply new."""
        notes = {
            DeliveryOccasion.WORSENED.value: _("It got worse since you were told."),
            DeliveryOccasion.ESCALATED.value: _(
                "Nobody has acknowledged this alert, so it comes to you."
            ),
            DeliveryOccasion.ASSIGNED.value: _("This alert is yours now."),
        }
        return notes.get(self.occasion, "")

    @property
    def drivers(self) -> list[str]:
        """What moved the score, the strongest first."""
        found = [driver.get("sentence", "") for driver in self.alert.drivers]
        return [sentence for sentence in found if sentence][:_MOST_DRIVERS]

    @property
    def url(self) -> str:
        """Where to look and act."""
        return settings.PUBLIC_URL + reverse(
            "health:alert", args=[self.alert.public_id]
        )


def news_of(alert: Alert, occasion: str, *, zone: ZoneInfo) -> News:
    """The news of an alert, its times on the clock of ``zone``.

    Needs ``alert.account`` and ``alert.rule`` to be loaded.
    """
    return News(alert=alert, occasion=occasion, since=_said(alert.opened_at, zone))


def _said(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return _("%(day)s, %(time)s (%(zone)s)") % {
        "day": full_date(local.date(), gettext=_),
        "time": f"{local:%H:%M}",
        "zone": zone.key.replace("_", " "),
    }
