"""Sources that read product usage."""

import numpy as np

from health.sources.arithmetic import (
    count_if,
    counted_usage,
    has_usage,
    known,
    licensed_seats,
    percentage,
    ratio,
)
from health.sources.declaring import Columns, source
from health.sources.reading import Floats

# A baseline of fewer days says more about the start than about a habit.
SHORTEST_BASELINE = 28


def usage_age(facts: Columns) -> Floats:
    """Days since usage was last delivered for the account."""
    return facts["usage_age"]


def active_users(facts: Columns, column: str) -> Floats:
    """Distinct users of a window; missing when the feed names no users."""
    return counted_usage(facts, facts[column], "ever_users")


@source(
    label="Active users, 7 days",
    unit="%",
    window="7 days",
    group="usage",
    direction="up",
    sentence="Weekly active users {before} → {after} of seats",
    age=usage_age,
)
def active_user_rate_7d(facts: Columns) -> Floats:
    """Users active in the last 7 days ÷ licensed seats."""
    return percentage(active_users(facts, "users_7"), licensed_seats(facts))


@source(
    label="Active users, 30 days",
    unit="%",
    window="30 days",
    group="usage",
    direction="up",
    sentence="Active users {before} → {after} of seats",
    age=usage_age,
)
def active_user_rate_30d(facts: Columns) -> Floats:
    """Users active in the last 30 days ÷ licensed seats."""
    return percentage(active_users(facts, "users_30"), licensed_seats(facts))


@source(
    label="Daily active users",
    unit="%",
    window="20 weekdays",
    group="usage",
    direction="up",
    sentence="Daily active users {before} → {after} of seats",
    age=usage_age,
)
def daily_active_user_rate(facts: Columns) -> Floats:
    """Mean of the users active on each of the last 20 weekdays ÷ licensed seats."""
    users = counted_usage(facts, facts["weekday_users_28"], "ever_daily_users")
    return percentage(users / 20, licensed_seats(facts))


@source(
    label="Logins per user and week",
    unit="",
    window="28 days",
    group="usage",
    direction="up",
    sentence="Logins per active user and week {before} → {after}",
    age=usage_age,
    places=1,
)
def weekly_logins_per_user(facts: Columns) -> Floats:
    """Session starts in 28 days ÷ 4 ÷ the users active in them; nobody active is 0."""
    logins = counted_usage(facts, facts["sessions_28"], "ever_sessions")
    return _per_active_user(logins / 4, active_users(facts, "users_28"))


@source(
    label="Feature adoption",
    unit="%",
    window="30 days",
    group="usage",
    direction="up",
    sentence="Core features in use {before} → {after}",
    age=usage_age,
)
def feature_adoption_rate(facts: Columns) -> Floats:
    """Core features of the plan used in 30 days ÷ core features of the plan."""
    used = counted_usage(facts, facts["core_features_used_30"], "ever_features")
    return percentage(used, facts["core_features"])


@source(
    label="Usage against own baseline",
    unit="%",
    window="28 days against the 84 before",
    group="usage",
    direction="up",
    sentence="Usage {before} → {after} of its own baseline",
    age=usage_age,
)
def usage_vs_baseline(facts: Columns) -> Floats:
    """Events per day of the last 28 days ÷ those of the 84 days before, in percent.

    Days before usage first arrived are not part of the baseline; a baseline shorter
    than 28 days or without any usage is missing.
    """
    began = facts["usage_began_days_ago"]
    days = np.clip(began + 1 - 28, 0, 84)
    recent = count_if(has_usage(facts), facts["events_28"]) / 28
    before = ratio(np.nan_to_num(facts["events_before_28"]), days)
    return np.where(days >= SHORTEST_BASELINE, 100 * ratio(recent, before), np.nan)


@source(
    label="Days since last activity",
    unit="days",
    window="all time",
    group="usage",
    direction="down",
    sentence="Days since last activity {before} → {after}",
    age=usage_age,
)
def days_since_last_activity(facts: Columns) -> Floats:
    """Days since anybody used the product; without any use, since usage first came."""
    last = facts["days_since_active"]
    return np.where(known(last), last, facts["usage_began_days_ago"])


@source(
    label="Sessions",
    unit="",
    window="30 days",
    group="usage",
    direction="up",
    sentence="Sessions in 30 days {before} → {after}",
    age=usage_age,
)
def sessions_30d(facts: Columns) -> Floats:
    """Sessions started in the last 30 days."""
    return counted_usage(facts, facts["sessions_30"], "ever_sessions")


@source(
    label="Depth of use",
    unit="",
    window="30 days",
    group="usage",
    direction="up",
    sentence="Events per active user {before} → {after}",
    age=usage_age,
    places=1,
)
def events_per_active_user_30d(facts: Columns) -> Floats:
    """Events in the last 30 days ÷ the users active in them; nobody active is 0."""
    events = count_if(has_usage(facts), facts["events_30"])
    return _per_active_user(events, active_users(facts, "users_30"))


def _per_active_user(amount: Floats, users: Floats) -> Floats:
    return np.where(known(amount) & (users == 0), 0.0, ratio(amount, users))
