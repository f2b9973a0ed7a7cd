"""What an alert rule is, what it sees, and the decorator that declares one.

Values are arrays over accounts. NaN is *not known*: nothing opens, nothing closes.
An infinite value in the good direction is *nothing of the kind*: the rule does not
apply to the account, so what is open closes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core import formatting
from health.definition import Definition
from health.sources.declaring import Columns
from health.sources.facts import FactsWanted
from health.sources.reading import Floats, Ids

Flags = NDArray[np.bool_]
Words = NDArray[np.str_]
Days = NDArray[np.datetime64]
Worse = Literal["higher", "lower"]

# From the best; a band that is not listed (unknown) is compared with nothing.
BAND_RANK = {"green": 0, "yellow": 1, "orange": 2, "red": 3}
NO_RANK = -1


def ranks(bands: Words, unknown: int = NO_RANK) -> NDArray[np.int64]:
    """How bad each band is, from 0 for the best."""
    found = np.full(len(bands), unknown, dtype=np.int64)
    for band, rank in BAND_RANK.items():
        found[bands == band] = rank
    return found


@dataclass(frozen=True)
class Settings:
    """What a rule is set to: where it opens and closes, and how far it looks."""

    enter: float | None = None
    leave: float | None = None
    window: int | None = None


@dataclass(frozen=True)
class Picture:
    """Accounts of one scorecard on one day (ascending ids), as the rules see them.

    ``score`` and ``band`` are what people read; where ``is_by_hand`` the scorecard
    itself says ``computed_score`` and ``computed_band``. ``raw`` has one column per
    indicator of the definition.
    """

    day: date
    ids: Ids
    definition: Definition
    facts: Columns
    raw: Floats
    score: Floats
    band: Words
    change_30d: Floats
    band_30d: Words
    band_before: Words
    is_churned: Flags
    segment: NDArray[np.int64]
    is_by_hand: Flags
    computed_score: Floats
    computed_band: Words

    def as_computed(self) -> Picture:
        """The same day without what people set by hand."""
        return replace(
            self,
            score=self.computed_score,
            band=self.computed_band,
            change_30d=self.change_30d + (self.computed_score - self.score),
            is_by_hand=np.zeros(len(self.ids), dtype=np.bool_),
        )

    @property
    def is_band_by_hand(self) -> Flags:
        """Where somebody set the band and left the score to the scorecard."""
        is_left = (self.score == self.computed_score) | np.isnan(self.score)
        return self.is_by_hand & is_left

    def label(self, band: str) -> str:
        """What the scorecard calls a band."""
        return next((b.label for b in self.definition.bands if b.key == band), band)

    def lower(self, band: str) -> float | None:
        """Where a band begins on the scorecard in use."""
        return next((b.lower for b in self.definition.bands if b.key == band), None)


@dataclass(frozen=True)
class OpenAlerts:
    """The open alerts of one rule about accounts of a picture, column by column."""

    pk: Ids
    place: NDArray[np.int64]
    value: Floats
    band_before: Words
    band_after: Words
    worsened_on: Days
    is_snoozed: Flags
    snoozed_until: Days
    snoozed_value: Floats
    snoozed_band: Words
    summary: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What becomes of open alerts: which are over, got worse, still hold in full.

    Those that neither are over nor hold wait between the leave and the enter value.
    """

    is_over: Flags
    is_worse: Flags
    holds: Flags


@dataclass(frozen=True)
class Case:
    """One account for which a rule speaks."""

    picture: Picture
    place: int
    value: float
    settings: Settings
    band_before: str = ""


Reader = Callable[[Picture, Settings], Floats]
Judge = Callable[["Rule", Picture, Settings, Floats, OpenAlerts], Verdict]
Speaker = Callable[[Case], str]
Spoken = Callable[[Case], Mapping[str, str]]


def _nothing(case: Case) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Rule:
    """One alert rule: what it reads, when it holds, and what it says.

    ``worse`` says which way is worse. A strict rule opens beyond its enter value,
    any other at it. ``step`` is by how much a value must get worse to wake somebody
    who wants to hear only of that. Alerts of a scored rule keep what moved the score.
    """

    key: str
    name: str
    help: str
    unit: str
    severity: str
    read: Reader
    worse: Worse
    sentence: str
    ending: str
    otherwise: str
    defaults: Settings
    nothing_words: str = ""
    enter_label: str = ""
    leave_label: str = ""
    window_label: str = ""
    lowest: float = 0.0
    highest: float = 36500.0
    step: float = 1.0
    places: int = 0
    cool_down_days: int = 14
    is_strict: bool = False
    needs_band: bool = False
    is_scored: bool = False
    spoken: Spoken = _nothing
    judge: Judge | None = None
    holds_by: Callable[[Picture, Settings, Floats], Flags] | None = None

    @property
    def nothing(self) -> float:
        """The value of an account to which the rule does not apply."""
        return -inf if self.worse == "higher" else inf

    def holds(self, picture: Picture, settings: Settings, value: Floats) -> Flags:
        """For which accounts the rule would open an alert, were nothing in its way."""
        if self.holds_by is not None:
            found = self.holds_by(picture, settings, value)
        else:
            found = self.is_beyond(value, settings.enter)
        if self.needs_band:
            found = found & (ranks(picture.band) != NO_RANK)
        return found

    def verdict(
        self, picture: Picture, settings: Settings, value: Floats, opened: OpenAlerts
    ) -> Verdict:
        """What becomes of these open alerts."""
        if self.judge is not None:
            return self.judge(self, picture, settings, value, opened)
        return self.by_limits(picture, settings, value, opened)

    def by_limits(
        self, picture: Picture, settings: Settings, value: Floats, opened: OpenAlerts
    ) -> Verdict:
        """The verdict of a rule that opens and closes by its values alone."""
        now = value[opened.place]
        is_over = ~np.isnan(now) & ~self.is_beyond(now, settings.leave)
        if self.needs_band:
            is_over &= ranks(picture.band)[opened.place] != NO_RANK
        return Verdict(
            is_over=is_over,
            is_worse=np.zeros(len(now), dtype=np.bool_),
            holds=~is_over & self.holds(picture, settings, value)[opened.place],
        )

    def is_beyond(self, value: Floats, limit: float | None) -> Flags:
        """Past the limit in the bad direction; never for what is not known."""
        if limit is None:
            return np.zeros(len(value), dtype=np.bool_)
        if self.worse == "higher":
            return value > limit if self.is_strict else value >= limit
        return value < limit if self.is_strict else value <= limit

    def is_worse_than(self, now: Floats, then: Floats) -> Flags:
        """Whether a value has got worse by at least a step."""
        grown = now - then if self.worse == "higher" else then - now
        return grown >= self.step

    def say(self, value: float | None) -> str:
        """The value with its unit, as a person would write it."""
        if value is None or not np.isfinite(value):
            return formatting.MISSING
        figure = formatting.number(value, self.places)
        if self.unit == "%":
            return formatting.percent(value, self.places)
        if self.unit == "days":
            return f"{figure} {'day' if figure == '1' else 'days'}"
        return figure

    def say_open(self, case: Case) -> str:
        """Why the alert is open, in one sentence."""
        return self._filled(self.sentence, case)

    def say_over(self, case: Case) -> str:
        """Why it closes, in one sentence."""
        return self._filled(self.ending, case)

    def say_otherwise(self, case: Case) -> str:
        """Why it does not hold, in one sentence."""
        if np.isnan(case.value):
            return "Not known: there are no facts to read it from."
        is_nothing = case.value == self.nothing and self.nothing_words
        return self._filled(self.nothing_words if is_nothing else self.otherwise, case)

    def _filled(self, sentence: str, case: Case) -> str:
        return sentence.format_map(_Slots(self, case))

    def problems(self, settings: Settings) -> dict[str, str]:
        """What is wrong with these values, by field; empty when they can be used."""
        found: dict[str, str] = {}
        for name, value, wanted in (
            ("enter_value", settings.enter, self.defaults.enter),
            ("leave_value", settings.leave, self.defaults.leave),
        ):
            if wanted is None and value is not None:
                found[name] = "This rule has no such value."
            elif wanted is not None and value is None:
                found[name] = "Give a number."
            elif value is not None and not self.lowest <= value <= self.highest:
                found[name] = (
                    f"Give a number from {formatting.number(self.lowest)} "
                    f"to {formatting.number(self.highest)}."
                )
        if not found and settings.enter is not None and settings.leave is not None:
            found |= self._pair_problem(settings.enter, settings.leave)
        return found | self._window_problem(settings.window)

    def _pair_problem(self, enter: float, leave: float) -> dict[str, str]:
        """The leave value lies on the good side of the enter value, or on it."""
        if self.worse == "higher" and leave > enter:
            return {"leave_value": "This must not be above the value that opens."}
        if self.worse == "lower" and leave < enter:
            return {"leave_value": "This must not be below the value that opens."}
        return {}

    def _window_problem(self, window: int | None) -> dict[str, str]:
        if (self.defaults.window is None) != (window is None):
            has_window = self.defaults.window is not None
            words = "Give a number of days." if has_window else "It has no window."
            return {"window_days": words}
        if window is not None and not 1 <= window <= 365:
            return {"window_days": "Give 1 to 365 days."}
        return {}

    def columns(self, settings: Settings) -> frozenset[str]:
        """Names of the fact columns this rule needs."""
        wanted = FactsWanted()
        self.read(nobody(wanted), settings)
        return frozenset(wanted.names)


class _Slots(dict[str, str]):
    """The slots of a rule's sentences; what every rule has is made when asked for."""

    def __init__(self, rule: Rule, case: Case) -> None:
        super().__init__(rule.spoken(case))
        self._rule, self._case = rule, case

    def __missing__(self, key: str) -> str:
        case, picture = self._case, self._case.picture
        if key == "score":
            return formatting.score(_or_none(picture.score[case.place]))
        if key == "band":
            return picture.label(str(picture.band[case.place]))
        if key == "window":
            return str(case.settings.window or "")
        if key == "value":
            return self._rule.say(case.value)
        return self._rule.say(getattr(case.settings, key))


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def nobody(facts: Columns) -> Picture:
    """The picture of no account."""
    numbers, words, flags = np.empty(0), np.empty(0, "U8"), np.empty(0, np.bool_)
    ids = np.empty(0, dtype=np.int64)
    return Picture(
        day=date.min,
        ids=ids,
        definition=Definition(dimensions=()),
        facts=facts,
        raw=np.empty((0, 0)),
        score=numbers,
        band=words,
        change_30d=numbers,
        band_30d=words,
        band_before=words,
        is_churned=flags,
        segment=ids,
        is_by_hand=flags,
        computed_score=numbers,
        computed_band=words,
    )
