"""Rules about what happened: use, people, support, payments."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core import formatting
from health.alert_rules.declaring import Case, Picture, Rule, Settings
from health.sources.arithmetic import known
from health.sources.commercial import days_payment_overdue
from health.sources.reading import Floats
from health.sources.usage import (
    SHORTEST_BASELINE,
    days_since_last_activity,
    usage_vs_baseline,
)

# --- use ----------------------------------------------------------------------------

# When nobody anywhere has used the product for longer, no usage arrives.
LONGEST_SILENCE = 4


def _while_delivered(picture: Picture, value: Floats) -> Floats:
    """Usage says nothing about an account while it arrives for none."""
    is_delivered = ~(picture.facts["usage_silence"] > LONGEST_SILENCE)
    return np.where(is_delivered, value, np.nan)


def _silent_days(picture: Picture, settings: Settings) -> Floats:
    return _while_delivered(picture, days_since_last_activity(picture.facts))


NO_ACTIVITY = Rule(
    key="no-activity",
    name="No activity",
    help=(
        "Tells you when nobody at the account has used the product for days. Accounts "
        "that never sent any usage are left alone."
    ),
    unit="days",
    severity="high",
    read=_silent_days,
    worse="higher",
    sentence="Nobody has used the product for {value}.",
    ending="Somebody uses the product again.",
    otherwise="The last activity was {value} ago; it opens at {enter}.",
    defaults=Settings(enter=14.0, leave=3.0),
    enter_label="Days without activity at which it opens",
    leave_label="Days since the last activity below which it closes",
    highest=365.0,
    step=14.0,
)


def _share_of_baseline(picture: Picture, settings: Settings) -> Floats:
    """A baseline without any use is nothing to fall from."""
    share = usage_vs_baseline(picture.facts)
    is_long = picture.facts["usage_began_days_ago"] + 1 >= 28 + SHORTEST_BASELINE
    is_empty = is_long & (np.nan_to_num(picture.facts["events_before_28"]) == 0)
    return _while_delivered(picture, np.where(is_empty, np.inf, share))


def _words_of_usage(case: Case) -> Mapping[str, str]:
    if np.isfinite(case.value):
        share = formatting.percent(case.value)
        return {
            "fall": formatting.percent(100.0 - case.value),
            "over": f"Usage is back at {share} of the account's own baseline.",
        }
    recent = float(case.picture.facts["events_28"][case.place])
    if recent > 0:
        return {"over": "The product is used again, after 84 days without any use."}
    return {
        "over": "Nobody has used the product for so long that there is nothing to "
        "compare with."
    }


USAGE_DOWN = Rule(
    key="usage-down",
    name="Usage down",
    help=(
        "Tells you when the account uses the product clearly less than it used to: the "
        "last 28 days against the 84 days before. An account is only ever compared "
        "with itself."
    ),
    unit="%",
    severity="medium",
    read=_share_of_baseline,
    worse="lower",
    is_strict=True,
    sentence="Usage is down {fall} against the account's own baseline.",
    ending="{over}",
    otherwise="Usage is at {value} of its own baseline; it opens below {enter}.",
    nothing_words="No use before the last 28 days to compare with.",
    defaults=Settings(enter=70.0, leave=80.0),
    enter_label="Percent of the own baseline below which it opens",
    leave_label="Percent of the own baseline at which it closes",
    highest=100.0,
    step=10.0,
    spoken=_words_of_usage,
)

# --- people -------------------------------------------------------------------------


def _lowest_answer(picture: Picture, settings: Settings) -> Floats:
    lowest = picture.facts[f"nps_lowest:{settings.window}"]
    return np.where(known(lowest), lowest, np.inf)


DETRACTOR = Rule(
    key="detractor-answer",
    name="Detractor answer",
    help=(
        "Tells you when somebody at the account answered the NPS question with a low "
        "number. Of each contact only the last answer counts, so a better second "
        "answer closes the alert."
    ),
    unit="of 10",
    severity="high",
    read=_lowest_answer,
    worse="lower",
    sentence="Somebody answered {value} of 10 to the NPS question.",
    ending="No low answer of the last {window} days stands any more.",
    otherwise="The lowest answer is {value} of 10; it opens at {enter}.",
    nothing_words="No NPS answer in the last {window} days.",
    defaults=Settings(enter=6.0, leave=6.0, window=30),
    enter_label="Answer at or below which it opens",
    leave_label="Answer above which it closes",
    window_label="Days for which an answer counts",
    highest=10.0,
)


def _days_beyond_cadence(picture: Picture, settings: Settings) -> Floats:
    """Days since the last touchpoint (else since the customer began) less the cadence.

    Unknown while no touchpoint of anybody has ever arrived.
    """
    facts = picture.facts
    last, began = facts["touchpoint_age"], facts["customer_for_days"]
    beyond = np.where(known(last), last, began) - facts["touch_cadence"]
    has_cadence = known(facts["touch_cadence"])
    arrived = known(facts["touchpoint_feed_age"])
    return np.where(has_cadence, np.where(arrived, beyond, np.nan), -np.inf)


def _words_of_touch(case: Case) -> Mapping[str, str]:
    facts = case.picture.facts
    last = float(facts["touchpoint_age"][case.place])
    cadence = float(facts["touch_cadence"][case.place])
    rhythm = "" if np.isnan(cadence) else f"; every {cadence:.0f} days is agreed"
    if np.isnan(last):
        return {"touch": f"No touchpoint yet{rhythm}."}
    word = "day" if last == 1 else "days"
    return {"touch": f"Last touchpoint {last:.0f} {word} ago{rhythm}."}


NO_TOUCHPOINT = Rule(
    key="no-touchpoint",
    name="No touchpoint",
    help=(
        "Tells you when nobody has been in touch with the account for longer than its "
        "segment's cadence. Only segments with high or mid touch have one that a "
        "person keeps."
    ),
    unit="days",
    severity="medium",
    read=_days_beyond_cadence,
    worse="higher",
    sentence="{touch}",
    ending="Somebody has been in touch again.",
    otherwise="{touch}",
    nothing_words="The segment has no cadence that a person keeps.",
    defaults=Settings(enter=1.0, leave=1.0),
    enter_label="Days beyond the cadence at which it opens",
    leave_label="Days beyond the cadence below which it closes",
    lowest=-365.0,
    highest=365.0,
    step=14.0,
    spoken=_words_of_touch,
)


def _champions_gone(picture: Picture, settings: Settings) -> Floats:
    gone = picture.facts[f"champions_left:{settings.window}"]
    return np.nan_to_num(gone)


def _words_of_champions(case: Case) -> Mapping[str, str]:
    one = case.value == 1
    return {"who": "A champion has" if one else f"{case.value:.0f} champions have"}


CHAMPION_LEFT = Rule(
    key="champion-left",
    name="Champion left",
    help=(
        "Tells you when a contact who was your champion has left, was archived or gave "
        "up the role, and nobody has followed. It closes when the account has a new "
        "champion."
    ),
    unit="people",
    severity="high",
    read=_champions_gone,
    worse="higher",
    sentence="{who} left in the last {window} days and nobody has followed.",
    ending="The account has a champion again, or it is more than {window} days ago.",
    otherwise="No champion left in the last {window} days without a successor.",
    defaults=Settings(enter=1.0, leave=1.0, window=90),
    enter_label="People at which it opens",
    leave_label="People below which it closes",
    window_label="Days for which a leaving counts",
    lowest=1.0,
    highest=50.0,
    spoken=_words_of_champions,
)

# --- support and payments -----------------------------------------------------------


def _critical_breaches(picture: Picture, settings: Settings) -> Floats:
    return np.nan_to_num(picture.facts[f"critical_breaches:{settings.window}"])


def _words_of_breaches(case: Case) -> Mapping[str, str]:
    one = case.value == 1
    return {
        "tickets": "A critical ticket" if one else f"{case.value:.0f} critical tickets"
    }


SLA_BREACH = Rule(
    key="critical-sla-breach",
    name="SLA missed on a critical ticket",
    help=(
        "Tells you when a promise about a critical ticket was not kept. It stays open "
        "until no such breach lies in its window."
    ),
    unit="tickets",
    severity="high",
    read=_critical_breaches,
    worse="higher",
    sentence="{tickets} missed the SLA in the last {window} days.",
    ending="No critical ticket missed its SLA in the last {window} days.",
    otherwise="No critical ticket missed its SLA in the last {window} days.",
    defaults=Settings(enter=1.0, leave=1.0, window=14),
    enter_label="Tickets at which it opens",
    leave_label="Tickets below which it closes",
    window_label="Days for which a breach counts",
    lowest=1.0,
    highest=1000.0,
    spoken=_words_of_breaches,
)


def _days_overdue(picture: Picture, settings: Settings) -> Floats:
    return days_payment_overdue(picture.facts)


OVERDUE = Rule(
    key="payment-overdue",
    name="Payment overdue",
    help=(
        "Tells you when an invoice has been due for days. The oldest payment that is "
        "not settled counts."
    ),
    unit="days",
    severity="medium",
    read=_days_overdue,
    worse="higher",
    sentence="A payment has been overdue for {value}.",
    ending="Nothing is overdue for that long any more.",
    otherwise="The oldest payment is overdue for {value}; it opens at {enter}.",
    defaults=Settings(enter=14.0, leave=1.0),
    enter_label="Days overdue at which it opens",
    leave_label="Days overdue below which it closes",
    highest=365.0,
    step=14.0,
)

RULES = (
    NO_ACTIVITY,
    USAGE_DOWN,
    DETRACTOR,
    NO_TOUCHPOINT,
    CHAMPION_LEFT,
    SLA_BREACH,
    OVERDUE,
)
