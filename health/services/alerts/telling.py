"""What goes with an alert: the drivers of the score, and who is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse

from health.models import Alert, DeliveryOccasion
from health.queries.drivers import drivers_of
from health.services.deliveries import plan_deliveries
from organisation.models import User
from organisation.notifications import notify

DRIVER_DAYS = 30


def drivers_until(
    account_ids: Iterable[int], day: date
) -> dict[int, list[dict[str, Any]]]:
    """What moved the scores of these accounts in the 30 days up to the day.

    Accounts without a score that long ago are compared with the day before.
    """
    asked = sorted(set(account_ids))
    then = day - timedelta(days=DRIVER_DAYS)
    found = drivers_of([(account, then, day) for account in asked])
    eve = day - timedelta(days=1)
    rest = [(account, eve, day) for account in asked if account not in found]
    return found | drivers_of(rest)


def tell_opened(alerts: Sequence[Alert], *, now: datetime) -> None:
    """Plan whom to tell of alerts that opened."""
    plan_deliveries(alerts, DeliveryOccasion.OPENED, now)


def tell_worsened(alerts: Sequence[Alert], *, now: datetime) -> None:
    """Plan whom to tell that these got worse, once more each time; they are locked."""
    plan_deliveries(alerts, DeliveryOccasion.WORSENED, now, round=None)


def tell_woken(alerts: Sequence[Alert], *, now: datetime) -> None:
    """Remind who had put these to sleep until today."""
    people = {each.snoozed_by_id for each in alerts if each.snoozed_by_id}
    known = User.objects.in_bulk(people)
    for alert in alerts:
        person = known.get(alert.snoozed_by_id or 0)
        if person is not None:
            notify(
                [person],
                key=f"alert-woken-{alert.pk}-{now:%Y-%m-%d}",
                kind="alert",
                title=f"Back from snooze: {alert.summary}",
                path=reverse("health:alert", args=[alert.public_id]),
                now=now,
            )
