"""What goes with an alert: the drivers of the score, and who is told.

What is given to a person stands in their news too, whatever mail they want.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import Account
from health.models import Alert, DeliveryOccasion
from health.queries.drivers import drivers_of
from health.services.deliveries import plan_deliveries
from organisation.facts import row_scope
from organisation.models import User
from organisation.notifications import News, notify_each
from organisation.permissions import Permission

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


def tell_assigned(alerts: Sequence[Alert], *, to: User, now: datetime) -> None:
    """Tell somebody that these are theirs now, once more each time; they are locked."""
    plan_deliveries(alerts, DeliveryOccasion.ASSIGNED, now, round=None)
    news = _given("Assigned to you", "assigned", to, alerts, now)
    notify_each(news, now=now)


def tell_escalated(alerts: Sequence[Alert], *, now: datetime) -> None:
    """Tell whom each of these went up to."""
    plan_deliveries(alerts, DeliveryOccasion.ESCALATED, now)
    theirs = _by_person((alert.escalated_to_id, alert) for alert in alerts)
    known = User.objects.in_bulk(theirs)
    news = [
        each
        for person, given in theirs.items()
        for each in _given("Nobody took it", "escalated", known[person], given, now)
    ]
    notify_each(news, now=now)


def tell_woken(alerts: Sequence[Alert], *, now: datetime) -> None:
    """Remind who had put these to sleep until today and can still see them."""
    theirs = _by_person((alert.snoozed_by_id, alert) for alert in alerts)
    if not theirs:
        return
    known = User.objects.in_bulk(theirs)
    seen = _seen({known[person]: given for person, given in theirs.items()})
    news = [
        News(
            people=[known[alert.snoozed_by_id]],
            key=f"alert-woken-{alert.pk}-{now:%Y-%m-%d}",
            kind="alert",
            title=f"Back from snooze: {alert.summary}",
            path=_path(alert),
        )
        for alert in alerts
        if alert.snoozed_by_id and alert.pk in seen
    ]
    notify_each(news, now=now)


def _by_person(pairs: Iterable[tuple[int | None, Alert]]) -> dict[int, list[Alert]]:
    """Alerts per person; what is nobody's is left out."""
    found: dict[int, list[Alert]] = defaultdict(list)
    for person, alert in pairs:
        if person is not None:
            found[person].append(alert)
    return found


def _seen(theirs: Mapping[User, Sequence[Alert]]) -> set[int]:
    """Those of these alerts that the person they are listed under can see."""
    scope = row_scope()
    seen = Q(pk__in=[])
    for person, alerts in theirs.items():
        if person.has_perm_code(Permission.VIEW_HEALTH):
            accounts = Account.objects.live().visible_to(person, scope=scope)
            ids = [alert.pk for alert in alerts]
            seen |= Q(pk__in=ids, account__in=accounts)
    return set(Alert.objects.filter(seen).values_list("pk", flat=True))


def _given(
    words: str, name: str, to: User, alerts: Sequence[Alert], now: datetime
) -> list[News]:
    """One piece of news, about one alert or about many that came at once."""
    if not alerts:
        return []
    first, count = alerts[0], len(alerts)
    return [
        News(
            people=[to],
            key=f"alert-{name}-{first.pk}-{count}-{now.isoformat()}",
            kind="alert",
            title=f"{words}: {first.summary if count == 1 else f'{count} alerts'}",
            path=_path(first) if count == 1 else reverse("health:alerts"),
        )
    ]


def _path(alert: Alert) -> str:
    return reverse("health:alert", args=[alert.public_id])
