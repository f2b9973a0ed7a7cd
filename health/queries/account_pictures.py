"""One account as the alert rules see it now, from what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from accounts.models import Account
from health.alert_rules import Picture
from health.definition import Definition, parse_definition
from health.models import Snapshot
from health.queries.snapshots import latest_snapshot
from health.sources.facts import Facts
from health.sources.reading import Floats
from health.sources.scope import Scope
from organisation.facts import organisation_timezone

CHURN_COLUMNS = ("has_had_subscription", "active_subscriptions")


def picture_of(account: Account, columns: Iterable[str], *, day: date) -> Picture:
    """This account with its newest score and the facts of the day so far."""
    zone = organisation_timezone()
    ids = np.array([account.pk], dtype=np.int64)
    scope = Scope(day, zone, ids, is_provisional=True)
    facts = Facts(scope, {*columns, *CHURN_COLUMNS})
    had, active = (facts[name] for name in CHURN_COLUMNS)
    snapshot = latest_snapshot(account)
    definition = Definition(dimensions=())
    if snapshot is not None:
        definition = parse_definition(snapshot.version.definition)
    return Picture(
        day=snapshot.day if snapshot else day,
        ids=ids,
        definition=definition,
        facts=facts,
        raw=_raw(snapshot),
        score=_number(snapshot.shown_score if snapshot else None),
        band=_word(snapshot.shown_band if snapshot else "unknown"),
        change_30d=_number(account.health_change_30d),
        band_30d=_word(account.health_band_30d),
        band_before=_word(_band_before(account, snapshot)),
        is_churned=(had > 0) & (np.nan_to_num(active) == 0),
        segment=np.array([account.segment_id or 0], dtype=np.int64),
        is_by_hand=np.array([snapshot.is_by_hand if snapshot else False]),
        computed_score=_number(snapshot.score if snapshot else None),
        computed_band=_word(snapshot.band if snapshot else "unknown"),
    )


def _number(value) -> Floats:
    return np.array([np.nan if value is None else float(value)])


def _word(value: str):
    return np.array([value], dtype="U8")


def _raw(snapshot: Snapshot | None) -> Floats:
    values = snapshot.detail["raw"] if snapshot else []
    return np.array([values], dtype=np.float64).reshape(1, len(values))


def _band_before(account: Account, snapshot: Snapshot | None) -> str:
    """The last band that was known before the newest day; empty when there was none."""
    if snapshot is None:
        return ""
    earlier = Snapshot.objects.filter(
        account=account, day__lt=snapshot.day, is_restated=False
    )
    known = earlier.exclude(band="unknown", override_band="").order_by("-day").first()
    return known.shown_band if known else ""
