"""Accounts as alert rules see them, said in a line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

import numpy as np

from accounts.models import Account
from health.alert_rules import Picture, find_rule
from health.definition import Definition
from health.models import Alert, AlertRule
from health.queries.alert_rows import rules_in_use
from health.services.alerts import evaluate_alerts
from health.sources.facts import Facts
from health.sources.scope import Scope
from tests.health.world import DAY


class Known(dict):
    """Columns of facts about some accounts; what is not said is not known."""

    def __init__(self, count: int, **columns) -> None:
        super().__init__({k: np.array(v, dtype=float) for k, v in columns.items()})
        self.count = count

    def __missing__(self, name: str):
        return np.full(self.count, np.nan)

    def where(self, mask, name: str):
        return np.where(mask, self[name], np.nan)


def band_of(score: float | None) -> str:
    """The band of the default scorecard; no score, no band."""
    if score is None or np.isnan(score):
        return "unknown"
    return Definition(dimensions=()).band_for(score).key


def picture(
    accounts: Sequence[Account],
    day: date = DAY,
    *,
    score: Sequence[float | None] = (),
    before: Sequence[str] = (),
    change: Sequence[float] = (),
    facts: dict | None = None,
    **others,
) -> Picture:
    """These accounts (ascending ids) on a day; 90 points and nothing new if unsaid."""
    count = len(accounts)
    scores = [np.nan if each is None else each for each in score or [90.0] * count]
    bands = np.array([band_of(each) for each in scores], dtype="U8")
    ids = np.array([account.pk for account in accounts], dtype=np.int64)
    seen = Picture(
        day=day,
        ids=ids,
        definition=Definition(dimensions=()),
        facts=Known(count, **(facts or {})),
        raw=np.empty((count, 0)),
        score=np.array(scores, dtype=float),
        band=bands,
        change_30d=np.array(change or [0.0] * count, dtype=float),
        band_30d=np.array(bands),
        band_before=np.array(before or bands, dtype="U8"),
        is_churned=np.zeros(count, dtype=np.bool_),
        segment=np.array([account.segment_id or 0 for account in accounts]),
        is_by_hand=np.zeros(count, dtype=np.bool_),
        computed_score=np.array(scores, dtype=float),
        computed_band=bands,
    )
    return replace(seen, **others)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def evaluate(seen: Picture, *, only: Sequence[str] = (), now=None) -> None:
    """Evaluate every rule, or only some, at noon of the day."""
    rules = [used for used in rules_in_use() if not only or used.rule.key in only]
    evaluate_alerts(seen, rules=rules, now=now or noon(seen.day))


def open_alert(account: Account, key: str) -> Alert | None:
    return Alert.objects.open().filter(account=account, rule__key=key).first()


def set_rule(key: str, **values) -> AlertRule:
    AlertRule.objects.filter(key=key).update(**values)
    return AlertRule.objects.get(key=key)


def rule_value(key: str, account: Account, day: date = DAY) -> float:
    """What a rule reads of the stored facts of an account as of a day."""
    rule = find_rule(key)
    assert rule is not None
    ids = np.array([account.pk], dtype=np.int64)
    facts = Facts(Scope(day, "UTC", ids), rule.columns(rule.defaults))
    seen = picture([account], day)
    return float(rule.read(replace(seen, facts=facts), rule.defaults)[0])
