"""What becomes of each rule for each account: opened, kept, over, or quiet and why.

The engine and the explanation of one account ask the same functions, so what is said
is what was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from health.alert_rules.declaring import (
    BAND_RANK,
    NO_RANK,
    Flags,
    OpenAlerts,
    Picture,
    Rule,
    Settings,
    Verdict,
    Words,
    ranks,
)
from health.alert_rules.of_scores import ENTERED_WORSE_BAND
from health.sources.reading import Floats, Ids

ALREADY_OPEN, SNOOZED, COOL_DOWN = "already_open", "snoozed", "cool_down"
CHURNED, SEGMENT, OVERRIDE = "churned", "segment", "override"
SWITCHED_OFF = "switched_off"
REASONS = (
    ALREADY_OPEN, SNOOZED, COOL_DOWN, CHURNED, SEGMENT, OVERRIDE, SWITCHED_OFF,
)  # fmt: skip

#: Why an open alert closes although its rule was not asked.
ENDINGS = {
    SWITCHED_OFF: "The rule was switched off.",
    CHURNED: "The customer has left.",
    SEGMENT: "The rule is no longer for the account's segment.",
}


@dataclass(frozen=True)
class RuleInUse:
    """A rule with what it is set to here."""

    pk: int
    rule: Rule
    settings: Settings
    is_on: bool
    segments: frozenset[int]
    cool_down_days: int


@dataclass(frozen=True)
class LastClosed:
    """The alert of a rule that closed last, per account (ascending, not all)."""

    account_ids: Ids
    closed_at: list[datetime]
    band_after: Words
    band_closed: Words

    def find(self, account_ids: Ids) -> tuple[NDArray[np.int64], Flags]:
        """Where each account stands here, and whether it does."""
        places = np.searchsorted(self.account_ids, account_ids)
        places[places == len(self.account_ids)] = 0
        if not len(self.account_ids):
            return places, np.zeros(len(account_ids), dtype=np.bool_)
        return places, self.account_ids[places] == account_ids


@dataclass(frozen=True)
class Assessment:
    """One rule over a picture, before its past is asked.

    ``blocked`` says per account why the rule may not speak ("" when it may),
    ``hides`` where only a value set by hand keeps it quiet.
    """

    used: RuleInUse
    picture: Picture
    opened: OpenAlerts
    value: Floats
    holds: Flags
    hides: Flags
    blocked: Words
    verdict: Verdict
    is_open: Flags

    @property
    def asks(self) -> Flags:
        """Accounts for which it holds and only its past could keep it quiet."""
        return self.holds & (self.blocked == "") & ~self.is_open


def assess(used: RuleInUse, picture: Picture, opened: OpenAlerts) -> Assessment:
    """Read a rule's values and what becomes of its open alerts."""
    rule, settings = used.rule, used.settings
    value = rule.read(picture, settings)
    holds = rule.holds(picture, settings, value)
    is_open = np.zeros(len(picture.ids), dtype=np.bool_)
    is_open[opened.place] = True
    return Assessment(
        used=used,
        picture=picture,
        opened=opened,
        value=value,
        holds=holds,
        hides=_hidden(used, picture, holds) & ~is_open,
        blocked=_blocked(used, picture),
        verdict=rule.verdict(picture, settings, value, opened),
        is_open=is_open,
    )


def _hidden(used: RuleInUse, picture: Picture, holds: Flags) -> Flags:
    """Where the scorecard's own score would fire, and the one set by hand does not."""
    if not picture.is_by_hand.any():
        return np.zeros(len(picture.ids), dtype=np.bool_)
    computed = picture.as_computed()
    value = used.rule.read(computed, used.settings)
    would = used.rule.holds(computed, used.settings, value)
    return picture.is_by_hand & would & ~holds


def _blocked(used: RuleInUse, picture: Picture) -> Words:
    blocked = np.full(len(picture.ids), "", dtype="U12")
    if used.segments:
        is_other = ~np.isin(picture.segment, list(used.segments))
        blocked[is_other] = SEGMENT
    blocked[picture.is_churned] = CHURNED
    if not used.is_on:
        blocked[:] = SWITCHED_OFF
    return blocked


@dataclass(frozen=True)
class Openings:
    """Places at which a rule opens an alert, each with the band it came from."""

    place: NDArray[np.int64]
    band_before: Words


def openings(
    found: Assessment, last: LastClosed, now: datetime
) -> tuple[Openings, Flags]:
    """Where alerts open, and where the cool-down keeps the rule quiet instead."""
    picture = found.picture
    places = np.flatnonzero(found.asks)
    cooling = _is_cooling(found.used, picture, places, last, now)
    quiet = np.zeros(len(picture.ids), dtype=np.bool_)
    quiet[places[cooling]] = True
    before = picture.band_before
    if found.used.rule.key != ENTERED_WORSE_BAND:
        before = picture.band_30d
    opening = Openings(places[~cooling], before[places[~cooling]])
    if found.used.rule.key == ENTERED_WORSE_BAND:
        opening = _with_late(found, opening, last, now)
    return opening, quiet


def _is_cooling(
    used: RuleInUse,
    picture: Picture,
    places: NDArray[np.int64],
    last: LastClosed,
    now: datetime,
) -> Flags:
    """A band worse than any the last alert saw breaks the silence."""
    where, is_there = last.find(picture.ids[places])
    until = now - timedelta(days=used.cool_down_days)
    is_recent = np.array([at > until for at in last.closed_at], dtype=np.bool_)
    if not len(is_recent):
        return np.zeros(len(places), dtype=np.bool_)
    band = ranks(picture.band)[places]
    then = ranks(last.band_after)[where]
    is_worse = (band != NO_RANK) & (then != NO_RANK) & (band > then)
    return is_there & is_recent[where] & ~is_worse


def low_places(found: Assessment) -> NDArray[np.int64]:
    """Accounts that may have got worse while the rule was quiet."""
    if found.used.rule.key != ENTERED_WORSE_BAND or not found.used.is_on:
        return np.empty(0, dtype=np.int64)
    is_low = ranks(found.picture.band) > BAND_RANK["green"]
    return np.flatnonzero(
        is_low & ~found.holds & ~found.is_open & (found.blocked == "")
    )


def _with_late(
    found: Assessment, opening: Openings, last: LastClosed, now: datetime
) -> Openings:
    """Also accounts that got worse while the rule was quiet, and still are.

    The band is compared with the one known when the last alert closed, once its
    cool-down is over.
    """
    places = low_places(found)
    where, is_there = last.find(found.picture.ids[places])
    places, where = places[is_there], where[is_there]
    if not len(places):
        return opening
    until = now - timedelta(days=found.used.cool_down_days)
    is_over = np.array([at <= until for at in last.closed_at], dtype=np.bool_)
    then = ranks(last.band_closed)[where]
    band = ranks(found.picture.band)[places]
    is_late = is_over[where] & (then != NO_RANK) & (band > then)
    return Openings(
        np.concatenate([opening.place, places[is_late]]),
        np.concatenate([opening.band_before, last.band_closed[where[is_late]]]),
    )


def endings(found: Assessment) -> Words:
    """Per open alert why it closes: a reason of ``ENDINGS``, "over", or "" (stays)."""
    opened = found.opened
    why = np.where(found.verdict.is_over, "over", "").astype("U12")
    blocked = found.blocked[opened.place]
    return np.where(blocked != "", blocked, why)


def wakes(found: Assessment) -> Words:
    """Per open alert why it wakes: "date", "worse", or "" (not snoozed, or sleeps on).

    Snoozed until a date it sleeps until then; without one until it gets worse.
    """
    opened, picture = found.opened, found.picture
    day = np.datetime64(picture.day)
    has_date = ~np.isnat(opened.snoozed_until)
    is_due = opened.is_snoozed & has_date & (opened.snoozed_until <= day)
    value = found.value[opened.place]
    worse_value = found.used.rule.is_worse_than(value, opened.snoozed_value)
    band, then = ranks(picture.band)[opened.place], ranks(opened.snoozed_band)
    worse_band = (band != NO_RANK) & (then != NO_RANK) & (band > then)
    is_worse = opened.is_snoozed & ~has_date & (worse_value | worse_band)
    return np.where(is_due, "date", np.where(is_worse, "worse", ""))


def quiet_reasons(found: Assessment, cooling: Flags) -> dict[str, NDArray[np.int64]]:
    """Places per reason for which the rule holds and yet opens nothing."""
    stays = endings(found) == ""
    sleeps = found.opened.is_snoozed & (wakes(found) == "")
    still = stays & found.verdict.holds
    said = {
        ALREADY_OPEN: found.opened.place[still & ~sleeps],
        SNOOZED: found.opened.place[still & sleeps],
        COOL_DOWN: np.flatnonzero(cooling),
        OVERRIDE: np.flatnonzero(found.hides & (found.blocked == "")),
    }
    for reason in (CHURNED, SEGMENT, SWITCHED_OFF):
        said[reason] = np.flatnonzero(found.holds & (found.blocked == reason))
    return {reason: places for reason, places in said.items() if len(places)}
