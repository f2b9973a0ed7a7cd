"""When alert rules hold, what they say, and when they let go. No writing here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.formatting import score as said_score
from health.definition import Definition
from health.models import Alert, AlertRule
from health.services.shipped import ENTERED_WORSE_BAND, FELL_IN_30_DAYS
from health.sources.reading import Floats, Ids

# From the best; a band that is not listed (unknown) is compared with nothing.
BAND_RANK = {"green": 0, "yellow": 1, "orange": 2, "red": 3}
NEW_NORMAL_DAYS = 30


@dataclass(frozen=True)
class Case:
    """One account on one day, as the rules see it."""

    account_id: int
    day: date
    score: float
    band: str
    change_30d: float
    band_30d: str
    band_before: str
    is_churned: bool
    definition: Definition

    @property
    def last_known_band(self) -> str:
        """The band of the day, else the one before; empty when there was none."""
        return self.band if self.rank is not None else self.band_before

    @property
    def rank(self) -> int | None:
        """How bad the band is, from 0; None when it is not known."""
        return BAND_RANK.get(self.band)

    def label(self, band: str) -> str:
        """What the scorecard calls a band."""
        return next((b.label for b in self.definition.bands if b.key == band), band)

    def lower(self, band: str) -> float | None:
        """Where a band begins on the scorecard in use."""
        return next((b.lower for b in self.definition.bands if b.key == band), None)


@dataclass(frozen=True)
class AlertInput:
    """What the rules need of many accounts (ascending ids) on one day."""

    day: date
    ids: Ids
    score: Floats
    band: NDArray[np.str_]
    change_30d: Floats
    band_30d: NDArray[np.str_]
    band_before: NDArray[np.str_]
    is_churned: NDArray[np.bool_]

    def case_of(self, account_id: int, definition: Definition) -> Case:
        """The case of one of these accounts."""
        return self.case(int(np.searchsorted(self.ids, account_id)), definition)

    def case(self, place: int, definition: Definition) -> Case:
        return Case(
            account_id=int(self.ids[place]),
            day=self.day,
            score=float(self.score[place]),
            band=str(self.band[place]),
            change_30d=float(self.change_30d[place]),
            band_30d=str(self.band_30d[place]),
            band_before=str(self.band_before[place]),
            is_churned=bool(self.is_churned[place]),
            definition=definition,
        )


@dataclass(frozen=True)
class Verdict:
    """What becomes of an open alert."""

    close_reason: str = ""
    changes: dict[str, Any] = field(default_factory=dict)


def candidate_cases(
    facts: AlertInput, definition: Definition, rules: dict[str, AlertRule]
) -> list[tuple[AlertRule, Case]]:
    """Every rule with each account for which its condition holds today."""
    masks: dict[str, NDArray[np.bool_]] = {
        ENTERED_WORSE_BAND: _ranks(facts.band) > _ranks(facts.band_before, 9),
    }
    # A score of which we could not say the band is nothing to fall from.
    fell = rules.get(FELL_IN_30_DAYS)
    if fell is not None and fell.enter_value is not None:
        is_known = (_ranks(facts.band) >= 0) & (_ranks(facts.band_30d) >= 0)
        masks[FELL_IN_30_DAYS] = is_known & (facts.change_30d <= fell.enter_value)
    return [
        (rules[key], facts.case(int(place), definition))
        for key, mask in masks.items()
        if key in rules
        for place in np.flatnonzero(mask)
    ]


def late_cases(
    facts: AlertInput, definition: Definition, last: dict[int, Alert]
) -> list[tuple[AlertRule, Case]]:
    """Accounts that got worse while the rule was quiet, and still are.

    ``last`` has the last closed alert of accounts; the band is compared with the one
    known when that alert closed, once its cool-down is over.
    """
    found = []
    for account_id, alert in last.items():
        case = facts.case_of(account_id, definition)
        rank_then = BAND_RANK.get(alert.band_closed)
        if case.rank is not None and rank_then is not None and case.rank > rank_then:
            found.append((alert.rule, replace(case, band_before=alert.band_closed)))
    return found


def _ranks(bands: NDArray[np.str_], unknown: int = -1) -> NDArray[np.int64]:
    ranks = np.full(len(bands), unknown, dtype=np.int64)
    for band, rank in BAND_RANK.items():
        ranks[bands == band] = rank
    return ranks


def may_open(rule: AlertRule, case: Case, last: Alert | None, now: datetime) -> bool:
    """Whether the cool-down is over, or a further worse band breaks it."""
    if last is None or last.closed_at is None:
        return True
    if now >= last.closed_at + timedelta(days=rule.cool_down_days):
        return True
    rank_then = BAND_RANK.get(last.band_after)
    return case.rank is not None and rank_then is not None and case.rank > rank_then


def opening(rule: AlertRule, case: Case) -> dict[str, Any]:
    """The fields of the alert that this case opens."""
    is_fall = rule.key == FELL_IN_30_DAYS
    before = case.band_30d if is_fall else case.band_before
    return {
        "opened_on": case.day,
        "worsened_on": case.day,
        "value": case.change_30d if is_fall else case.score,
        "band_before": before,
        "band_after": case.band,
        "summary": _summary(rule, case, before),
    }


def _summary(rule: AlertRule, case: Case, before: str) -> str:
    if rule.key == FELL_IN_30_DAYS:
        fall, now = said_score(-case.change_30d), said_score(case.score)
        return f"Fell {fall} points in 30 days to {now}."
    old, new = case.label(before), case.label(case.band)
    return f"Went from {old} to {new}, now {said_score(case.score)}."


def _is_still_worse(alert: Alert, case: Case) -> bool:
    return (case.rank or 0) > BAND_RANK.get(alert.band_before, -1)


def _summary_of_recovery(alert: Alert, case: Case) -> str:
    """Back where it came from, but too close to the border to call it over."""
    said = f"Back in {case.label(case.band)} with {said_score(case.score)}"
    lower = case.lower(alert.band_before)
    if lower is None:
        return f"{said}."
    leave = lower + (alert.rule.leave_value or 0.0)
    return f"{said}, still below {leave:g}."


def judge_open(alert: Alert, case: Case) -> Verdict:
    """Whether an open alert closes itself, changes, or stays as it is."""
    if not alert.rule.is_on:
        return Verdict("The rule was switched off.")
    if case.is_churned:
        return Verdict("The customer has left.")
    if alert.rule.key == FELL_IN_30_DAYS:
        return _judge_fall(alert, case)
    return _judge_worse_band(alert, case)


def _judge_fall(alert: Alert, case: Case) -> Verdict:
    if isnan(case.change_30d) or case.rank is None or case.band_30d not in BAND_RANK:
        return Verdict()
    if case.change_30d > (alert.rule.leave_value or 0.0):
        return Verdict(f"The score is at {said_score(case.score)} and falls no more.")
    return _changed(alert, case, case.change_30d, alert.worsened_on)


def _judge_worse_band(alert: Alert, case: Case) -> Verdict:
    if case.rank is None:
        return Verdict()
    lower = case.lower(alert.band_before)
    if lower is not None and case.score >= lower + (alert.rule.leave_value or 0.0):
        band = case.label(case.band)
        return Verdict(f"Back in {band} with {said_score(case.score)}.")
    if case.rank > BAND_RANK.get(alert.band_after, -1):
        return _changed(alert, case, case.score, case.day)
    if (case.day - alert.worsened_on).days >= NEW_NORMAL_DAYS:
        return Verdict(f"{NEW_NORMAL_DAYS} days without getting worse: the new normal.")
    return _changed(alert, case, case.score, alert.worsened_on)


def _changed(alert: Alert, case: Case, value: float, worsened_on: date) -> Verdict:
    """The same alert with what holds today; the worst band it saw stays."""
    is_worse = (case.rank or 0) > BAND_RANK.get(alert.band_after, -1)
    summary = _summary(alert.rule, case, alert.band_before)
    if alert.rule.key == ENTERED_WORSE_BAND and not _is_still_worse(alert, case):
        summary = _summary_of_recovery(alert, case)
    wanted = {
        "value": value,
        "band_after": case.band if is_worse else alert.band_after,
        "worsened_on": worsened_on,
        "summary": summary,
    }
    changes = {k: v for k, v in wanted.items() if getattr(alert, k) != v}
    return Verdict(changes=changes)
