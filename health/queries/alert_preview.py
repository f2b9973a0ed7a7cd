"""For how many accounts a rule would hold today, were it set to other values."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from accounts.models import Account, Segment
from health.alert_rules import ENTERED_WORSE_BAND, Picture, Rule, Settings
from health.definition import Definition
from health.sources.facts import Facts
from health.sources.scope import Scope
from organisation.clock import today
from organisation.facts import organisation_timezone

#: Beyond this many accounts an answer would come too late for whoever waits for it.
MOST_ACCOUNTS = 20_000
#: Rules that read more than the newest facts and the score people see.
_NOT_TRIED = (ENTERED_WORSE_BAND, "red-flag")
_COLUMNS = (
    "pk", "health_score", "health_band", "health_change_30d", "health_band_30d",
    "segment_id",
)  # fmt: skip


@dataclass(frozen=True)
class RulePreview:
    """How many accounts were asked, and for how many of them the rule would hold."""

    holding: int
    asked: int


def preview_rule(
    rule: Rule, settings: Settings, segments: Collection[Segment]
) -> RulePreview | None:
    """Ask a rule with these values about every live customer; None: cannot be tried."""
    if rule.key in _NOT_TRIED:
        return None
    accounts = Account.objects.live().filter(is_churned=False)
    if segments:
        accounts = accounts.filter(segment__in=segments)
    rows = list(accounts.order_by("pk").values_list(*_COLUMNS)[: MOST_ACCOUNTS + 1])
    if len(rows) > MOST_ACCOUNTS:
        return None
    if not rows:
        return RulePreview(0, 0)
    picture = _picture(rows, rule, settings)
    value = rule.read(picture, settings)
    return RulePreview(int(rule.holds(picture, settings, value).sum()), len(rows))


def _picture(rows: list[Any], rule: Rule, settings: Settings) -> Picture:
    """What the rules see of these accounts; nobody's past, no indicator's value."""
    pk, score, band, change, band_30d, segment = zip(*rows, strict=True)
    ids = np.array(pk, dtype=np.int64)
    day = today()
    zone = organisation_timezone()
    scope = Scope(day, zone, ids, is_provisional=True)
    scores, bands = _numbers(score), _words(band)
    return Picture(
        day=day,
        ids=ids,
        definition=Definition(dimensions=()),
        facts=Facts(scope, set(rule.columns(settings))),
        raw=np.empty((len(ids), 0)),
        score=scores,
        band=bands,
        change_30d=_numbers(change),
        band_30d=_words(band_30d),
        band_before=bands,
        is_churned=np.zeros(len(ids), dtype=np.bool_),
        segment=np.array([each or 0 for each in segment], dtype=np.int64),
        is_by_hand=np.zeros(len(ids), dtype=np.bool_),
        computed_score=scores,
        computed_band=bands,
    )


def _numbers(values: Any) -> Any:
    return np.array([np.nan if each is None else float(each) for each in values])


def _words(values: Any) -> Any:
    return np.array([each or "unknown" for each in values], dtype="U8")
