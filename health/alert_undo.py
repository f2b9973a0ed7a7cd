"""The way back from assigning and snoozing: what was before, signed, for an hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core import signing
from django.db import transaction

from health.models import Alert
from health.services.alerts import CannotHandleAlert, assign_alerts, wake_alerts
from organisation.models import User

UNDO_SECONDS = 3600
_SALT = "health.alert_undo"


class CannotUndo(Exception):
    """The token is old, damaged or somebody else's."""


def undo_assigning(alerts: Iterable[Alert], *, to: User | None, by: User) -> str:
    """A token for these alerts as they were before ``to`` got them."""
    was = [[alert.pk, alert.assignee_id] for alert in alerts]
    return _token(by, {"to": to.pk if to else None, "was": was})


def undo_snoozing(alerts: Iterable[Alert], *, by: User) -> str:
    """A token that wakes these alerts again."""
    return _token(by, {"snoozed": [alert.pk for alert in alerts]})


def _token(by: User, what: dict[str, Any]) -> str:
    return signing.dumps([by.pk, what], salt=_SALT, compress=True)


@transaction.atomic
def undo(token: str, *, by: User) -> int:
    """Bring back what was before; returns how many alerts changed.

    What somebody has changed since stays as it is. Raises CannotUndo.
    """
    try:
        person, what = signing.loads(token, salt=_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature as wrong:
        raise CannotUndo from wrong
    if person != by.pk:
        raise CannotUndo
    visible = Alert.objects.open().visible_to(by)
    if "snoozed" in what:
        return len(wake_alerts(visible.filter(pk__in=what["snoozed"]), by=by))
    groups: dict[int | None, list[int]] = defaultdict(list)
    for pk, before in what["was"]:
        groups[before].append(pk)
    people = User.objects.people().in_bulk([pk for pk in groups if pk])
    done = 0
    for before, ids in groups.items():
        alerts = visible.filter(pk__in=ids, assignee=what["to"])
        to = people.get(before) if before else None
        try:
            done += len(assign_alerts(alerts, to=to, by=by))
        except CannotHandleAlert as wrong:
            raise CannotUndo from wrong
    return done
