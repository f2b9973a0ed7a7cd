"""Rules about scores and bands: what people read, not what the scorecard gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core import formatting
from health.alert_rules.declaring import (
    BAND_RANK,
    NO_RANK,
    Case,
    Flags,
    OpenAlerts,
    Picture,
    Rule,
    Settings,
    Verdict,
    ranks,
)
from health.definition import Definition
from health.sources.reading import Floats
from health.sources.registry import find_source

ENTERED_WORSE_BAND = "entered-worse-band"
FELL_IN_30_DAYS = "fell-in-30-days"
NEW_NORMAL_DAYS = 30
NEW_NORMAL = f"{NEW_NORMAL_DAYS} days without getting worse: the new normal."
STILL_UNKNOWN = (
    f"{NEW_NORMAL_DAYS} days without getting worse, and not enough data to say more."
)
# A band before which nothing was known is worse than any.
_WORST = 9
_LONGEST = 300


def _score(picture: Picture, settings: Settings) -> Floats:
    return picture.score


# --- entered a worse band -----------------------------------------------------------


def _has_entered(picture: Picture, settings: Settings, value: Floats) -> Flags:
    return ranks(picture.band) > ranks(picture.band_before, _WORST)


def _leave_at(picture: Picture, settings: Settings, opened: OpenAlerts) -> Floats:
    """The score at which each alert is over: above the old band's lower bound."""
    bounds = {band: picture.lower(band) for band in BAND_RANK}
    lower = [bounds.get(band) for band in opened.band_before.tolist()]
    known = np.array([np.nan if each is None else each for each in lower], dtype=float)
    return known + (settings.leave or 0.0)


def _judge_band(
    rule: Rule, picture: Picture, settings: Settings, value: Floats, opened: OpenAlerts
) -> Verdict:
    """A band set by hand is judged as a band: its score is not what set it."""
    band, before = ranks(picture.band)[opened.place], ranks(opened.band_before)
    is_known = band != NO_RANK
    is_back = is_known & np.where(
        picture.is_band_by_hand[opened.place],
        band <= before,
        value[opened.place] >= _leave_at(picture, settings, opened),
    )
    is_worse = is_known & ~is_back & (band > ranks(opened.band_after))
    is_normal = ~is_worse & (_age(picture, opened) >= NEW_NORMAL_DAYS)
    return Verdict(
        is_over=is_back | is_normal,
        is_worse=is_worse,
        holds=~(is_back | is_normal) & (band > before),
    )


def _age(picture: Picture, opened: OpenAlerts) -> NDArray[np.int64]:
    """Days since each alert got worse last, or opened."""
    return (np.datetime64(picture.day) - opened.worsened_on).astype(np.int64)


def _words_of_band(case: Case) -> Mapping[str, str]:
    """How it went; back where it came from it may still be close to the border."""
    if case.picture.is_band_by_hand[case.place]:
        return _words_of_band_by_hand(case)
    picture, before = case.picture, case.band_before
    now = str(picture.band[case.place])
    score = formatting.score(case.value)
    lower = picture.lower(before)
    leave = None if lower is None else lower + (case.settings.leave or 0.0)
    is_back = leave is not None and case.value >= leave
    ending = f"Back in {picture.label(now)} with {score}." if is_back else NEW_NORMAL
    if now not in BAND_RANK:
        ending = STILL_UNKNOWN
    if _is_worse_band(now, before):
        course = f"Went from {picture.label(before)} to {picture.label(now)}, "
        return {"course": f"{course}now {score}.", "over": ending}
    border = "" if leave is None else f", still below {leave:g}"
    return {
        "course": f"Back in {picture.label(now)} with {score}{border}.",
        "over": ending,
    }


def _words_of_band_by_hand(case: Case) -> Mapping[str, str]:
    picture, before = case.picture, case.band_before
    now = str(picture.band[case.place])
    itself = ""
    if not np.isnan(case.value):
        itself = f"; the score itself is {formatting.score(case.value)}"
    if _is_worse_band(now, before):
        course = f"Went from {picture.label(before)} to {picture.label(now)}, "
        return {"course": f"{course}set by hand{itself}.", "over": NEW_NORMAL}
    said = f"Set to {picture.label(now)} by hand{itself}."
    return {"course": said, "over": said}


def _is_worse_band(now: str, before: str) -> bool:
    return BAND_RANK.get(now, NO_RANK) > BAND_RANK.get(before, NO_RANK)


WORSE_BAND = Rule(
    key=ENTERED_WORSE_BAND,
    name="Entered a worse band",
    help=(
        "Tells you when an account's health band gets worse, for example from Healthy "
        "to At risk. It closes when the score is safely back, or after 30 days in "
        "which it did not get worse. Moves to or from Not enough data tell nothing."
    ),
    unit="points",
    severity="high",
    read=_score,
    worse="lower",
    sentence="{course}",
    ending="{over}",
    otherwise="The band is {band}, not worse than before.",
    defaults=Settings(enter=None, leave=5.0),
    leave_label="Points above the old band's lower bound at which it closes",
    highest=20.0,
    step=5.0,
    places=1,
    needs_band=True,
    is_scored=True,
    spoken=_words_of_band,
    judge=_judge_band,
    holds_by=_has_entered,
)


# --- fell in 30 days ----------------------------------------------------------------


def _change(picture: Picture, settings: Settings) -> Floats:
    """A score of which we could not say the band is nothing to fall from."""
    is_known = (ranks(picture.band) != NO_RANK) & (ranks(picture.band_30d) != NO_RANK)
    return np.where(is_known, picture.change_30d, np.nan)


def _judge_fall(
    rule: Rule, picture: Picture, settings: Settings, value: Floats, opened: OpenAlerts
) -> Verdict:
    """Over too when an account that stays without data has nothing to compare."""
    found = rule.by_limits(picture, settings, value, opened)
    is_blind = (ranks(picture.band) == NO_RANK) & (ranks(picture.band_30d) == NO_RANK)
    is_old = _age(picture, opened) >= NEW_NORMAL_DAYS
    return replace(found, is_over=found.is_over | (is_blind[opened.place] & is_old))


def _words_of_fall(case: Case) -> Mapping[str, str]:
    if np.isnan(case.value):
        over = "There is not enough data any more to compare with 30 days ago."
        return {"fall": formatting.MISSING, "over": over}
    score = formatting.score(float(case.picture.score[case.place]))
    return {
        "fall": formatting.score(-case.value),
        "over": f"The score is at {score} and falls no more.",
    }


FELL = Rule(
    key=FELL_IN_30_DAYS,
    name="Fell in 30 days",
    help=(
        "Tells you when the score is much lower than 30 days ago, even if the band is "
        "still the same."
    ),
    unit="points",
    severity="medium",
    read=_change,
    worse="lower",
    sentence="Fell {fall} points in 30 days to {score}.",
    ending="{over}",
    otherwise="The score moved by {value} in 30 days; it opens at {enter}.",
    defaults=Settings(enter=-10.0, leave=-5.0),
    enter_label="Change in 30 days at which it opens",
    leave_label="Change in 30 days above which it closes",
    lowest=-100.0,
    highest=-0.1,
    step=5.0,
    places=1,
    needs_band=True,
    is_scored=True,
    spoken=_words_of_fall,
    judge=_judge_fall,
)


# --- red flags ----------------------------------------------------------------------


def flags_of(definition: Definition, raw: Floats, margin: float = 0.0) -> Flags:
    """Which indicators wave their red flag; one column per indicator.

    With a margin (percent of the limit) the value must be so far back to be over.
    """
    found = np.zeros(raw.shape, dtype=np.bool_)
    for column, (_, indicator) in enumerate(definition.indicators()):
        flag = indicator.red_flag
        if flag is None:
            continue
        slack = abs(flag.value) * margin / 100.0
        values = raw[:, column]
        found[:, column] = (
            values < flag.value + slack
            if flag.op == "<"
            else values > flag.value - slack
        )
    return found


def _count_flags(picture: Picture, settings: Settings) -> Floats:
    waving = flags_of(picture.definition, picture.raw)
    return waving.sum(axis=1).astype(np.float64)


def _waves(picture: Picture, settings: Settings, value: Floats) -> Flags:
    return value >= 1


def _judge_flags(
    rule: Rule, picture: Picture, settings: Settings, value: Floats, opened: OpenAlerts
) -> Verdict:
    """Over when no value is near its limit, unless none of them is known."""
    near = flags_of(picture.definition, picture.raw, settings.leave or 0.0)
    flagged = [
        column
        for column, (_, indicator) in enumerate(picture.definition.indicators())
        if indicator.red_flag is not None
    ]
    known = np.asarray(~np.isnan(picture.raw[:, flagged]))
    is_blind = ~np.asarray(known.any(axis=1)) & bool(flagged)
    is_over = (~near.any(axis=1) & ~is_blind)[opened.place]
    return Verdict(
        is_over=is_over,
        is_worse=np.zeros(len(is_over), dtype=np.bool_),
        holds=~is_over & (value[opened.place] >= 1),
    )


def _words_of_flags(case: Case) -> Mapping[str, str]:
    definition = case.picture.definition
    raw = case.picture.raw[case.place : case.place + 1]
    waving = flags_of(definition, raw)[0]
    if not waving.any():
        waving = flags_of(definition, raw, case.settings.leave or 0.0)[0]
    said = []
    for column, (_, indicator) in enumerate(definition.indicators()):
        if waving[column] and indicator.red_flag is not None:
            source = find_source(indicator.source)
            say = formatting.number if source is None else source.say
            label = indicator.label or (source.label if source else indicator.source)
            word = "below" if indicator.red_flag.op == "<" else "above"
            limit = say(indicator.red_flag.value)
            said.append(f"{label} {say(float(raw[0, column]))} ({word} {limit})")
    head = "Red flag" if len(said) == 1 else "Red flags"
    return {"flags": f"{head}: {'; '.join(said)}."[:_LONGEST]}


RED_FLAG = Rule(
    key="red-flag",
    name="Red flag",
    help=(
        "Tells you when a single number is so bad that it needs a look whatever the "
        "score says. The limits are the red flags of the account's scorecard."
    ),
    unit="flags",
    severity="high",
    read=_count_flags,
    worse="higher",
    sentence="{flags}",
    ending="No value lies beyond its red flag any more.",
    otherwise="No value lies beyond its red flag.",
    defaults=Settings(enter=None, leave=10.0),
    leave_label="Percent of the limit by which a value must be back to close it",
    highest=100.0,
    is_scored=True,
    spoken=_words_of_flags,
    judge=_judge_flags,
    holds_by=_waves,
)


# --- renewal with a low score -------------------------------------------------------


def _score_before_renewal(picture: Picture, settings: Settings) -> Floats:
    """The score where a renewal is near; elsewhere there is nothing to say."""
    days = picture.facts["days_to_renewal"]
    is_near = np.nan_to_num(days, nan=np.inf) <= (settings.window or 0)
    score = np.where(ranks(picture.band) != NO_RANK, picture.score, np.nan)
    return np.where(is_near, score, np.inf)


def _words_of_renewal(case: Case) -> Mapping[str, str]:
    days = float(case.picture.facts["days_to_renewal"][case.place])
    if np.isnan(days):
        return {"when": "Renews later"}
    if days < 1:
        return {"when": "Renews today"}
    return {"when": f"Renews in {days:.0f} {'day' if days == 1 else 'days'}"}


def _words_of_renewal_over(case: Case) -> Mapping[str, str]:
    said = dict(_words_of_renewal(case))
    is_gone = np.isinf(case.value)
    said["over"] = (
        f"No renewal within {case.settings.window} days any more."
        if is_gone
        else f"The score is at {formatting.score(case.value)}."
    )
    return said


LOW_BEFORE_RENEWAL = Rule(
    key="renewal-low-score",
    name="Renewal ahead with a low score",
    help=(
        "Tells you when a contract renews soon and the account is not healthy enough, "
        "while there is still time to do something."
    ),
    unit="points",
    severity="high",
    read=_score_before_renewal,
    worse="lower",
    is_strict=True,
    sentence="{when} with a score of {score}.",
    ending="{over}",
    otherwise="The score is {score}; it opens below {enter}.",
    nothing_words="No renewal within {window} days.",
    defaults=Settings(enter=60.0, leave=65.0, window=90),
    enter_label="Score below which it opens",
    leave_label="Score at which it closes",
    window_label="Days before the renewal",
    highest=100.0,
    step=5.0,
    places=1,
    is_scored=True,
    spoken=_words_of_renewal_over,
)

RULES = (WORSE_BAND, FELL, RED_FLAG, LOW_BEFORE_RENEWAL)
