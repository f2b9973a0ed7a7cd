"""Why a score moved, in one sentence: the driver that did most of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import orjson
from django.db import connection
from numpy.typing import NDArray

from health.definition import Definition, parse_definition
from health.models import ScorecardVersion
from health.queries.scorecards import ActiveCard
from health.scoring import Scores
from health.sources.reading import Floats, Ids
from health.sources.registry import find_source

LONGEST = 200


def reasons_for(
    ids: Ids,
    moved: NDArray[np.bool_],
    scores: Scores,
    card: ActiveCard,
    days_then: dict[int, date],
) -> dict[int, str]:
    """A sentence for each moved account, from the snapshot of its earlier day.

    The driver is the indicator whose behaviour moved the score most in the direction
    in which it went (mean weight of both days × change of its score).
    """
    if not days_then:
        return {}
    place_of = {int(ids[place]): place for place in np.flatnonzero(moved)}
    reasons = {}
    for version_id, rows in _details(days_then).items():
        then = _arrays(rows, version_id, card)
        places = np.array([place_of[account] for account, _ in rows])
        now = _Side(
            scores.raw[places],
            scores.normalised[places],
            scores.effective_weights[places],
        )
        is_fall = _totals(now) < _totals(then)
        for index, column in enumerate(_drivers(then, now, is_fall)):
            reasons[rows[index][0]] = _sentence(
                card.definition, column, then, now, index
            )
    return reasons


class _Side:
    """Raw values, scores and weights of some accounts on one of the two days."""

    def __init__(self, raw: Floats, norm: Floats, weight: Floats) -> None:
        self.raw, self.norm, self.weight = raw, norm, weight


def _totals(side: _Side) -> Floats:
    return np.nansum(side.norm * side.weight, axis=1)


def _drivers(then: _Side, now: _Side, is_fall: NDArray[np.bool_]) -> list[int]:
    """The column that moved each account most; −1 when no indicator did."""
    amount = (then.weight + now.weight) / 2 * (now.norm - then.norm)
    amount = np.nan_to_num(amount) * np.where(is_fall, -1.0, 1.0)[:, np.newaxis]
    best = amount.argmax(axis=1)
    is_found = amount[np.arange(len(best)), best] > 0
    return np.where(is_found, best, -1).tolist()


def _sentence(
    definition: Definition, column: int, then: _Side, now: _Side, index: int
) -> str:
    if column < 0:
        return "Different data or weights than 30 days ago."
    _, indicator = list(definition.indicators())[column]
    source = find_source(indicator.source)
    before, after = then.raw[index, column], now.raw[index, column]
    if source is None or np.isnan(before) or np.isnan(after):
        return f"{indicator.label or indicator.source} has changed."
    return source.say_change(float(before), float(after))[:LONGEST]


def _details(days_then: dict[int, date]) -> dict[int, list[tuple[int, Any]]]:
    """The stored details of these accounts on those days, by scorecard version."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.version_id, s.account_id, s.detail::text
            FROM unnest(%s::bigint[], %s::date[]) a(id, day)
            JOIN health_snapshot s ON s.account_id = a.id AND s.day = a.day
                AND NOT s.is_restated
            """,
            [list(days_then), list(days_then.values())],
        )
        by_version: dict[int, list[tuple[int, Any]]] = {}
        for version_id, account, detail in cursor.fetchall():
            by_version.setdefault(version_id, []).append(
                (account, orjson.loads(detail))
            )
    return by_version


def _arrays(rows: list[tuple[int, Any]], version_id: int, card: ActiveCard) -> _Side:
    """Stored lists as arrays in the order of the card in use now."""
    keys = card.definition.indicator_keys()
    if version_id == card.version_id:
        columns = list(range(len(keys)))
    else:
        version = ScorecardVersion.objects.get(pk=version_id)
        old = parse_definition(version.definition).indicator_keys()
        columns = [old.index(key) if key in old else -1 for key in keys]

    def array(name: str) -> Floats:
        stored = [detail[name] for _, detail in rows]
        picked = [[row[c] if c >= 0 else None for c in columns] for row in stored]
        return np.array(picked, dtype=np.float64)

    return _Side(array("raw"), array("norm"), np.nan_to_num(array("weight")))
