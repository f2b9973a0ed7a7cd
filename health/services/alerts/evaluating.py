"""Alert rules over many accounts: what opens, changes, closes, wakes, stays quiet.

One alert is open per account and rule. A rule that no longer holds closes its alert
and says why; after that the rule is quiet for its cool-down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np

from core.formatting import score as said_score
from events.models import Event
from events.services import record_events
from health.alert_rules import Case, Flags, Picture, ranks
from health.alert_rules.deciding import (
    ALREADY_OPEN,
    ENDINGS,
    OVERRIDE,
    SNOOZED,
    Assessment,
    RuleInUse,
    assess,
    endings,
    low_places,
    openings,
    quiet_reasons,
    wakes,
)
from health.alert_rules.declaring import NO_RANK
from health.models import Alert
from health.queries.alert_rows import NONE_CLOSED, last_closed, open_alerts
from health.services.alerts.ledger import Entry, write_ledger
from health.services.alerts.stored import (
    Change,
    Ending,
    Opening,
    alert_event,
    close_alerts_now,
    insert_alerts,
    update_alerts,
    update_drivers,
    wake_alerts_now,
)
from health.services.alerts.telling import (
    drivers_until,
    tell_opened,
    tell_woken,
    tell_worsened,
)
from health.sources.reading import Ids

# A score that moved less has the same drivers.
DRIVERS_AFTER_POINTS = 1.0


@dataclass
class Outcome:
    """Everything that one evaluation is about to write."""

    day: date
    now: datetime
    openings: list[Opening] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    worsened: list[Alert] = field(default_factory=list)
    worsened_events: list[Event] = field(default_factory=list)
    due: dict[int, str] = field(default_factory=dict)
    worse: dict[int, str] = field(default_factory=dict)
    redrawn: dict[int, int] = field(default_factory=dict)


def evaluate_alerts(
    picture: Picture, *, rules: Sequence[RuleInUse], now: datetime
) -> None:
    """Bring the alerts of these accounts in line with what is known of them.

    Runs in the transaction that stores the scores, with a fixed number of queries
    however many accounts there are.
    """
    opened = open_alerts(picture.ids, for_update=True)
    assessed = [assess(used, picture, opened.of(used.pk)) for used in rules]
    last = last_closed(_asked(assessed, picture.ids))
    outcome = Outcome(picture.day, now)
    for found in assessed:
        closed = last.get(found.used.pk, NONE_CLOSED)
        opening, cooling = openings(found, closed, now)
        for place, before in zip(opening.place, opening.band_before, strict=True):
            outcome.openings.append(_opening(found, int(place), str(before)))
        _follow_open(found, outcome)
        _note_quiet(found, cooling, outcome)
    _write(outcome)


def _asked(assessed: Sequence[Assessment], ids: Ids) -> Ids:
    """Accounts whose past decides whether something opens."""
    mask = np.zeros(len(ids), dtype=np.bool_)
    for found in assessed:
        mask |= found.asks
        mask[low_places(found)] = True
    return ids[mask]


def _case(found: Assessment, place: int, before: str) -> Case:
    return Case(
        picture=found.picture,
        place=place,
        value=float(found.value[place]),
        settings=found.used.settings,
        band_before=before,
    )


def _opening(found: Assessment, place: int, before: str) -> Opening:
    case = _case(found, place, before)
    return Opening(
        account_id=int(found.picture.ids[place]),
        rule_id=found.used.pk,
        rule_key=found.used.rule.key,
        value=_stored(case.value),
        band_before=before if before in ("green", "yellow", "orange", "red") else "",
        band_after=str(found.picture.band[place]),
        summary=found.used.rule.say_open(case)[:300],
        is_scored=found.used.rule.is_scored,
    )


def _stored(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _follow_open(found: Assessment, outcome: Outcome) -> None:
    """What becomes of each open alert of a rule."""
    opened, why, awake = found.opened, endings(found), wakes(found)
    now, then = ranks(found.picture.band)[opened.place], ranks(opened.band_after)
    band = found.picture.band[opened.place]
    worst = np.where(now > then, band, opened.band_after)
    is_blind = np.isnan(found.value[opened.place])
    is_blind |= found.used.rule.needs_band & (now == NO_RANK)
    for index in range(len(opened.pk)):
        place = int(opened.place[index])
        case = _case(found, place, str(opened.band_before[index]))
        if why[index]:
            outcome.endings.append(_ending(found, index, case, str(why[index])))
            continue
        pk = int(opened.pk[index])
        if awake[index] == "date":
            outcome.due[pk] = "date"
        elif awake[index] == "worse":
            outcome.worse[pk] = "worse"
        if not is_blind[index]:
            _follow(found, index, case, str(worst[index]), outcome)


def _ending(found: Assessment, index: int, case: Case, why: str) -> Ending:
    picture = found.picture
    band = str(picture.band[case.place])
    if band not in ("green", "yellow", "orange", "red"):
        band = str(picture.band_before[case.place])
    return Ending(
        pk=int(found.opened.pk[index]),
        account_id=int(picture.ids[case.place]),
        rule_key=found.used.rule.key,
        reason=ENDINGS.get(why) or found.used.rule.say_over(case),
        band=band,
    )


def _follow(
    found: Assessment, index: int, case: Case, worst: str, outcome: Outcome
) -> None:
    """The same alert with what holds today; the worst band it saw stays."""
    opened, rule = found.opened, found.used.rule
    pk, account = int(opened.pk[index]), int(found.picture.ids[case.place])
    is_worse = bool(found.verdict.is_worse[index])
    summary = rule.say_open(case)[:300]
    then = float(opened.value[index])
    is_same = summary == opened.summary[index] and case.value == then
    if is_worse:
        alert = Alert(pk=pk, account_id=account, summary=summary)
        event = alert_event("alert_worsened", alert, rule.key, outcome.now)
        outcome.worsened_events.append(event)
        if not opened.is_snoozed[index] or pk in outcome.due:
            outcome.worsened.append(alert)
    elif is_same and worst == opened.band_after[index]:
        return
    is_moved = np.isnan(then) or abs(case.value - then) >= DRIVERS_AFTER_POINTS
    if rule.is_scored and (is_worse or is_moved):
        outcome.redrawn[pk] = account
    day = outcome.day if is_worse else opened.worsened_on[index].item()
    outcome.changes.append(Change(pk, _stored(case.value), worst, day, summary))


def _note_quiet(found: Assessment, cooling: Flags, outcome: Outcome) -> None:
    """A line in the ledger for each account for which the rule held in vain."""
    picture, used = found.picture, found.used
    for reason, places in quiet_reasons(found, cooling).items():
        for place in places.tolist():
            value, detail = float(found.value[place]), ""
            if reason == OVERRIDE:
                value = float(picture.computed_score[place])
                detail = f"The scorecard itself says {said_score(value)}."
            elif reason not in (ALREADY_OPEN, SNOOZED):
                before = str(picture.band_before[place])
                detail = used.rule.say_open(_case(found, place, before))
            account = int(picture.ids[place])
            entry = Entry(account, used.pk, reason, _stored(value), detail)
            outcome.entries.append(entry)


def _write(outcome: Outcome) -> None:
    now = outcome.now
    close_alerts_now(outcome.endings, now=now)
    update_alerts(outcome.changes, now=now)
    record_events(outcome.worsened_events)
    tell_woken(wake_alerts_now(outcome.due, now=now), now=now)
    woken = wake_alerts_now(outcome.worse, now=now)
    told = {alert.pk: alert for alert in [*outcome.worsened, *woken]}
    tell_worsened(list(told.values()), now=now)
    fresh = {each.account_id for each in outcome.openings if each.is_scored}
    drivers = drivers_until(fresh | set(outcome.redrawn.values()), outcome.day)
    update_drivers(outcome.redrawn, drivers)
    made = insert_alerts(outcome.openings, day=outcome.day, now=now, drivers=drivers)
    tell_opened(made, now=now)
    write_ledger(outcome.entries, day=outcome.day, now=now)
